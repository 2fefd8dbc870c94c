import type { Constraint } from 'libpg-query';
import type { Hazard } from '../../domain/plan.ts';
import { besides, derived, quoted, wordsOf } from '../names.ts';
import { constraintOf, inTwoSteps, nameOf, taken, type On } from './constraint-words.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { CommandJudges, Effect } from './effect.ts';
import { foreignKey } from './foreign-key.ts';
import { isProvedNotNull } from './not-null-proof.ts';
import { columnOf, fallOf, family, locksOfFall, named, object, onTables } from './reach.ts';
import { refusedUnique } from './refused-commands.ts';
import { dependants } from './refused.ts';

/** ADD, VALIDATE, ALTER and DROP CONSTRAINT, rows 56–71. */
export const constraints: CommandJudges = {
  AT_AddConstraint(command, on) {
    const constraint = command.def !== undefined && 'Constraint' in command.def ? command.def.Constraint : {};
    const judged = judge(constraint, on);
    const unenforced = isCheckOrKey(constraint) && constraint.is_enforced !== true;
    return unenforced ? { ...judged, hazards: [...judged.hazards, NOT_ENFORCED] } : judged;
  },
  AT_ValidateConstraint(command, { table, context }) {
    const what = `VALIDATE CONSTRAINT ${quoted(command.name ?? '')}`;
    const found = constraintOf(context.catalog, table, command.name);
    if (found === 'missing')
      return effect({ what, locks: lock('SHARE UPDATE EXCLUSIVE', table), hazards: [noConstraint(table, command.name)] });
    if (found?.valid === true) return effect({ what, locks: lock('SHARE UPDATE EXCLUSIVE', table) });
    const parents = found === null || context.catalog === undefined ? [] : named(context.catalog, [found.references]);
    const below = parents.flatMap((name) => (context.catalog?.relation(name)?.kind === 'p' ? family(context.catalog, name).slice(1) : []));
    const more = parents.length > 0 ? ` ${parents.join()} is read too.` : '';
    return effect({
      what,
      locks: [...lock('SHARE UPDATE EXCLUSIVE', table), ...lock('ROW SHARE', ...parents), ...lock('ACCESS SHARE', ...below)],
      scans: [...new Set([table, ...parents, ...below])],
      hazards: [
        ...(found === null ? [dependsOn('its kind: a foreign key takes ROW SHARE on the other table and reads it too')] : []),
        note('long_validate', `Reads ${table} whole while the application goes on; VACUUM and other DDL on it wait.${more}`),
      ],
    });
  },
  AT_AlterConstraint(command, { table, context }) {
    const name = command.def !== undefined && 'ATAlterConstraint' in command.def ? command.def.ATAlterConstraint.conname : '';
    const found = constraintOf(context.catalog, table, name);
    const isKey = found !== null && found !== 'missing' && found.kind === 'f';
    const enforces =
      command.def !== undefined &&
      'ATAlterConstraint' in command.def &&
      command.def.ATAlterConstraint.alterEnforceability === true &&
      (command.def.ATAlterConstraint.is_enforced !== true || !isKey || !found.valid);
    const others = isKey && enforces && context.catalog !== undefined ? named(context.catalog, [found.references]) : [];
    return effect({
      what: `ALTER CONSTRAINT ${quoted(name ?? '')}`,
      locks: lock('ACCESS EXCLUSIVE', table, ...others),
      hazards: [
        ...(found === 'missing' ? [noConstraint(table, name)] : []),
        ...(found !== null && found !== 'missing' && !isKey && found.kind !== 'n'
          ? [fails('42809', `${quoted(name ?? '')} is no foreign key.`)]
          : []),
      ],
    });
  },
  AT_DropConstraint(command, { table, context }) {
    const what = `DROP CONSTRAINT ${quoted(command.name ?? '')}`;
    const cascade = command.behavior === 'DROP_CASCADE';
    const found = constraintOf(context.catalog, table, command.name);
    if (found === 'missing') {
      const hazards = command.missing_ok === true ? [] : [noConstraint(table, command.name)];
      return effect({ what, locks: lock('ACCESS EXCLUSIVE', table), hazards });
    }
    const fall =
      found === null || context.catalog === undefined ? null : fallOf(context.catalog, [object('constraint', found.id)], cascade);
    return effect({
      what,
      locks: [
        ...lock('ACCESS EXCLUSIVE', table),
        ...(fall === null || context.catalog === undefined
          ? []
          : locksOfFall(context.catalog, fall.objects).filter(onTables(context.catalog))),
      ],
      hazards: [
        ...(cascade
          ? [danger('cascade', `CASCADE drops the foreign keys of other tables that rely on it. Drop those first, by name.`)]
          : []),
        ...(fall === null || context.catalog === undefined
          ? [KIND_UNKNOWN]
          : dependants(context.catalog, quoted(command.name ?? ''), fall.stops)),
      ],
    });
  },
};

const KIND_UNKNOWN = dependsOn('its kind: dropping a foreign key takes ACCESS EXCLUSIVE on the referenced table as well');

const noConstraint = (table: string, name: string | undefined) => fails('42704', `${table} has no constraint ${quoted(name ?? '')}.`);

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
        what: `ADD ${nameOf(constraint)}EXCLUDE`,
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

function check(constraint: Constraint, on: On): Effect {
  const quick = constraint.skip_validation === true;
  const hazard = warning('scan_check', `Every row of ${on.table} is checked while nobody reads or writes it.`, inTwoSteps(constraint, on));
  return effect({
    what: `ADD ${nameOf(constraint)}CHECK${quick ? ' NOT VALID' : ''}`,
    locks: lock('ACCESS EXCLUSIVE', on.table),
    scans: quick ? [] : [on.table],
    hazards: [...(quick ? [] : [hazard]), ...taken(constraint, on)],
  });
}

function notNull(constraint: Constraint, on: On): Effect {
  const { catalog } = on.context;
  const found = columnOf(catalog, on.table, wordsOf(constraint.keys)[0]);
  const isProved = found !== null && isProvedNotNull(found.catalog, found.relation, found.column);
  const quick = constraint.skip_validation === true || isProved;
  return effect({
    what: `ADD ${nameOf(constraint)}NOT NULL ${wordsOf(constraint.keys).map(quoted).join(', ')}${quick ? ' NOT VALID' : ''}`,
    locks: lock('ACCESS EXCLUSIVE', on.table),
    scans: quick ? [] : [on.table],
    hazards: quick
      ? []
      : [warning('scan_not_null', `Every row of ${on.table} is read while nobody else reads or writes it.`, inTwoSteps(constraint, on))],
  });
}

function secondPrimary(kind: string, { table, context: { catalog } }: On): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  const has = kind === 'PRIMARY KEY' && relation !== null && catalog?.constraintsOn(relation.id).some((each) => each.kind === 'p') === true;
  return has ? [fails('42P16', `${table} has a primary key already.`)] : [];
}

function uniqueOrPrimary(constraint: Constraint, on: On): Effect {
  const { table } = on;
  const kind = constraint.contype === 'CONSTR_UNIQUE' ? 'UNIQUE' : 'PRIMARY KEY';
  const columns = wordsOf(constraint.keys).map(quoted).join(', ');
  if (constraint.indexname !== undefined) {
    const index = besides(table, constraint.indexname);
    const proof = kind === 'UNIQUE' ? true : isKeyProved(on, index);
    const reads = warning(
      'scan_not_null',
      `A column of ${index} may be NULL: every row of ${table} is read while nobody else reads or writes it. Make it NOT NULL first, in steps.`,
    );
    return effect({
      what: `ADD ${nameOf(constraint)}${kind} USING INDEX`,
      locks: [...lock('ACCESS EXCLUSIVE', table), ...lock('SHARE UPDATE EXCLUSIVE', index)],
      scans: proof === true ? [] : [table],
      hazards: [
        ...(proof === false ? [reads] : []),
        ...(proof === null ? [dependsOn(`whether its columns are NOT NULL already; otherwise ${table} is read whole under the lock`)] : []),
        ...taken(constraint, on),
        ...secondPrimary(kind, on),
      ],
    });
  }
  const isPartitioned = on.context.catalog?.relation(table)?.kind === 'p';
  const index = constraint.conname === undefined ? derived(table, 'key') : quoted(constraint.conname);
  const recipe = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${table} (${columns});\nALTER TABLE ${table} ADD ${nameOf(constraint)}${kind} USING INDEX ${index};`;
  return effect({
    what: `ADD ${nameOf(constraint)}${kind}`,
    locks: lock('ACCESS EXCLUSIVE', table),
    scans: [table],
    hazards: [
      danger('index_under_lock', `The index is built while nobody reads or writes ${table}.`, isPartitioned ? undefined : recipe),
      ...taken(constraint, on),
      ...secondPrimary(kind, on),
      ...(isAddedHere(on, wordsOf(constraint.keys)) ? [] : refusedUnique(on.context.catalog, table, wordsOf(constraint.keys))),
    ],
  });
}

/** Whether the same statement adds a column of these: it is there once its turn comes. */
function isAddedHere({ alone }: On, columns: readonly string[]): boolean {
  return !alone && columns.length > 0;
}

/** Whether every column of an index is known to hold no NULL; null without a catalog that knows it. */
function isKeyProved({ table, context: { catalog } }: On, index: string): boolean | null {
  const relation = catalog?.relation(table) ?? null;
  const found = catalog?.relation(index) ?? null;
  if (catalog === undefined || relation === null || found?.index == null) return null;
  return found.index.columns.every((name) => {
    const column = relation.columns.find((each) => each.name === name);
    return column !== undefined && isProvedNotNull(catalog, relation, column);
  });
}
