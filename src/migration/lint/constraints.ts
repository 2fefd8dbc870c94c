import type { Constraint } from 'libpg-query';
import { besides, derived, quoted, relationOf, wordsOf } from '../names.ts';
import { danger, dependsOn, effect, lock, note, warning } from './effect.ts';
import type { CommandJudges, Effect, Judged } from './effect.ts';

type On = { readonly table: string; readonly alone: boolean } & Judged;

/** ADD, VALIDATE, ALTER and DROP CONSTRAINT, rows 56–71. */
export const constraints: CommandJudges = {
  AT_AddConstraint(command, on) {
    const constraint = command.def !== undefined && 'Constraint' in command.def ? command.def.Constraint : {};
    const judged = judge(constraint, on);
    const unenforced = isCheckOrKey(constraint) && constraint.is_enforced !== true;
    return unenforced ? { ...judged, hazards: [...judged.hazards, NOT_ENFORCED] } : judged;
  },
  AT_ValidateConstraint(command, { table }) {
    return effect({
      what: `VALIDATE CONSTRAINT ${quoted(command.name ?? '')}`,
      locks: lock('SHARE UPDATE EXCLUSIVE', table),
      scans: [table],
      hazards: [
        note(
          'long_validate',
          `Reads ${table} whole while the application goes on; VACUUM and other DDL on it wait. A foreign key reads the other table too.`,
        ),
      ],
    });
  },
  AT_AlterConstraint(command, { table }) {
    const name = command.def !== undefined && 'ATAlterConstraint' in command.def ? command.def.ATAlterConstraint.conname : '';
    return effect({ what: `ALTER CONSTRAINT ${quoted(name ?? '')}`, locks: lock('ACCESS EXCLUSIVE', table) });
  },
  AT_DropConstraint(command, { table, context }) {
    const parents = context.catalog?.referencedBy(table) ?? null;
    return effect({
      what: `DROP CONSTRAINT ${quoted(command.name ?? '')}`,
      locks: lock('ACCESS EXCLUSIVE', table),
      hazards: [
        ...(command.behavior === 'DROP_CASCADE'
          ? [danger('cascade', `CASCADE drops the foreign keys of other tables that rely on it. Drop those first, by name.`)]
          : []),
        ...(parents?.length === 0
          ? []
          : [dependsOn('its kind: dropping a foreign key takes ACCESS EXCLUSIVE on the referenced table as well')]),
      ],
    });
  },
};

const isCheckOrKey = ({ contype }: Constraint) => contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN';

const NOT_ENFORCED = note('not_enforced', 'A constraint that is not enforced proves nothing about the rows.');

function judge(constraint: Constraint, on: On): Effect {
  switch (constraint.contype) {
    case 'CONSTR_CHECK':
      return check(constraint, on);
    case 'CONSTR_NOTNULL':
      return notNull(constraint, on);
    case 'CONSTR_FOREIGN':
      return foreignKey(constraint, on);
    case 'CONSTR_UNIQUE':
    case 'CONSTR_PRIMARY':
      return uniqueOrPrimary(constraint, on);
    case 'CONSTR_EXCLUSION':
      return effect({
        what: `ADD ${named(constraint)}EXCLUDE`,
        locks: lock('ACCESS EXCLUSIVE', on.table),
        scans: [on.table],
        hazards: [
          danger(
            'index_under_lock',
            `The index is built while nobody reads or writes ${on.table}. There is no online way: a new table that is filled in batches, or a quiet hour.`,
          ),
        ],
      });
    default:
      return effect({ what: 'ADD CONSTRAINT', locks: lock('ACCESS EXCLUSIVE', on.table), known: false, blocks: 'unknown' });
  }
}

const named = (constraint: Constraint) => (constraint.conname === undefined ? '' : `CONSTRAINT ${quoted(constraint.conname)} `);

/** The statement with NOT VALID behind it, when it has no other command. */
function inTwoSteps(constraint: Constraint, { table, alone, sql }: On): string {
  const name = constraint.conname === undefined ? '…' : quoted(constraint.conname);
  const first = alone ? `${sql} NOT VALID;` : `ALTER TABLE ${table} ADD CONSTRAINT ${name} … NOT VALID;`;
  return `${first}\n-- in a later file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`;
}

function check(constraint: Constraint, on: On): Effect {
  const quick = constraint.skip_validation === true;
  const hazard = warning('scan_check', `Every row of ${on.table} is checked while nobody reads or writes it.`, inTwoSteps(constraint, on));
  return effect({
    what: `ADD ${named(constraint)}CHECK${quick ? ' NOT VALID' : ''}`,
    locks: lock('ACCESS EXCLUSIVE', on.table),
    scans: quick ? [] : [on.table],
    hazards: quick ? [] : [hazard],
  });
}

function notNull(constraint: Constraint, on: On): Effect {
  const quick = constraint.skip_validation === true;
  return effect({
    what: `ADD ${named(constraint)}NOT NULL ${wordsOf(constraint.keys).map(quoted).join(', ')}${quick ? ' NOT VALID' : ''}`,
    locks: lock('ACCESS EXCLUSIVE', on.table),
    scans: quick ? [] : [on.table],
    hazards: quick
      ? []
      : [warning('scan_not_null', `Every row of ${on.table} is read while nobody else reads or writes it.`, inTwoSteps(constraint, on))],
  });
}

function foreignKey(constraint: Constraint, on: On): Effect {
  const parent = relationOf(constraint.pktable);
  const quick = constraint.skip_validation === true;
  const both = parent === on.table ? on.table : `${on.table} and ${parent}`;
  const hazard = quick
    ? note('locks_parent', `Writes to ${both} wait for the moment it takes.`)
    : warning('scan_foreign_key', `Writes to ${both} wait while both are read.`, inTwoSteps(constraint, on));
  return effect({
    what: `ADD ${named(constraint)}FOREIGN KEY${quick ? ' NOT VALID' : ''}`,
    locks: lock('SHARE ROW EXCLUSIVE', parent, on.table),
    scans: quick ? [] : [...new Set([parent, on.table])],
    hazards: [
      hazard,
      ...(on.context.catalog === undefined && quick && on.context.serverMajor < 18
        ? [dependsOn(`whether ${on.table} is partitioned: before PostgreSQL 18 NOT VALID is refused there (42809)`)]
        : []),
    ],
  });
}

function uniqueOrPrimary(constraint: Constraint, on: On): Effect {
  const { table } = on;
  const kind = constraint.contype === 'CONSTR_UNIQUE' ? 'UNIQUE' : 'PRIMARY KEY';
  const columns = wordsOf(constraint.keys).map(quoted).join(', ');
  if (constraint.indexname !== undefined) {
    const hidden = kind === 'PRIMARY KEY';
    return effect({
      what: `ADD ${named(constraint)}${kind} USING INDEX`,
      locks: [...lock('ACCESS EXCLUSIVE', table), ...lock('SHARE UPDATE EXCLUSIVE', besides(table, constraint.indexname))],
      scans: hidden ? [table] : [],
      hazards: hidden ? [dependsOn(`whether its columns are NOT NULL already; otherwise ${table} is read whole under the lock`)] : [],
    });
  }
  const index = constraint.conname === undefined ? derived(table, 'key') : quoted(constraint.conname);
  const recipe = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} (${columns});\nALTER TABLE ${table} ADD ${named(constraint)}${kind} USING INDEX ${index};`;
  return effect({
    what: `ADD ${named(constraint)}${kind}`,
    locks: lock('ACCESS EXCLUSIVE', table),
    scans: [table],
    hazards: [danger('index_under_lock', `The index is built while nobody reads or writes ${table}.`, recipe)],
  });
}
