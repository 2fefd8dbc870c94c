import type { Constraint } from 'libpg-query';
import type { Hazard } from '../../domain/plan.ts';
import { relationOf, wordsOf } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { inTwoSteps, nameOf, taken, type On } from './constraint-words.ts';
import { dependsOn, effect, fails, lock, note, warning, type Effect } from './effect.ts';
import { unindexedKey } from './index-advice.ts';
import { family, isEmpty } from './reach.ts';
import { refusedColumns, refusedKey } from './refused-commands.ts';

/** ADD FOREIGN KEY: both tables are locked, and read unless it is NOT VALID. */
export function foreignKey(constraint: Constraint, on: On): Effect {
  const parent = relationOf(constraint.pktable);
  const quick = constraint.skip_validation === true;
  const both = parent === on.table ? on.table : `${on.table} and ${parent}`;
  const hazard = quick
    ? note('locks_parent', `Writes to ${both} wait for the moment it takes.`)
    : warning('scan_foreign_key', `Writes to ${both} wait while both are read.`, inTwoSteps(constraint, on));
  const { catalog, serverMajor } = on.context;
  const isPartitioned = catalog?.relation(on.table)?.kind === 'p';
  const parents = family(catalog, parent, catalog?.relation(parent)?.kind !== 'p');
  return effect({
    what: `ADD ${nameOf(constraint)}FOREIGN KEY${quick ? ' NOT VALID' : ''}`,
    locks: lock('SHARE ROW EXCLUSIVE', ...parents, on.table),
    scans: quick ? [] : lookedThrough(catalog, on.table, parents, wordsOf(constraint.fk_attrs)),
    hazards: [
      hazard,
      ...taken(constraint, on),
      ...notAKey(on, constraint),
      ...(quick && serverMajor < 18 ? notValidRefused(on.table, catalog === undefined ? null : isPartitioned) : []),
      ...(catalog === undefined ? [dependsOn(`whether ${on.table} or ${parent} has partitions, each of which is locked as well`)] : []),
      ...unindexedKey(catalog, on.table, wordsOf(constraint.fk_attrs)),
    ],
  });
}

/** A table without rows asks nothing of the other one, nor does a column that is only being added: every value of it is NULL. */
function lookedThrough(
  catalog: Catalog | undefined,
  table: string,
  parents: readonly string[],
  columns: readonly string[],
): readonly string[] {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null) return [...new Set([...parents, table])];
  if (isEmpty(catalog, relation)) return [];
  const isNew = columns.every((name) => !relation.columns.some((each) => each.name === name));
  return isNew ? [table] : [...new Set([...parents, table])];
}

/** What PostgreSQL refuses: columns that are not there, and what they cannot point at. */
function notAKey(on: On, constraint: Constraint): readonly Hazard[] {
  const {
    table,
    context: { catalog },
  } = on;
  const relation = catalog?.relation(table) ?? null;
  const own = wordsOf(constraint.fk_attrs);
  if (catalog === undefined || relation === null) return [];
  const missing = on.alone ? refusedColumns(catalog, table, own) : [];
  const types = own.map((name) => relation.columns.find((each) => each.name === name)?.type);
  return [...missing, ...refusedKey(catalog, { parent: relationOf(constraint.pktable), columns: wordsOf(constraint.pk_attrs), types })];
}

/** Before PostgreSQL 18 a partitioned table takes no NOT VALID foreign key. */
function notValidRefused(table: string, isPartitioned: boolean | null): readonly Hazard[] {
  if (isPartitioned === null)
    return [dependsOn(`whether ${table} is partitioned: before PostgreSQL 18 NOT VALID is refused there (42809)`)];
  const recipe = `-- for each partition of ${table}:\nALTER TABLE … ADD FOREIGN KEY (…) REFERENCES … NOT VALID;\nALTER TABLE … VALIDATE CONSTRAINT …;\n-- then, which reads nothing any more:\nALTER TABLE ${table} ADD FOREIGN KEY (…) REFERENCES …;`;
  return isPartitioned ? [fails('42809', `${table} is partitioned; NOT VALID is for PostgreSQL 18.`, recipe)] : [];
}
