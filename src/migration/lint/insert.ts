import type { CatalogRelation } from '../../domain/catalog.ts';
import { relationOf } from '../names.ts';
import { namedOnly, relationsRead } from '../walk.ts';
import type { Catalog } from './catalog.ts';
import { effect, lock, note, type Judges, type NodeOf } from './effect.ts';
import { named, ownedSequences } from './reach.ts';
import { callsOf, sequenceLocks, writtenLocks } from './row-calls.ts';
import { rowReach } from './row-reach.ts';
import { scansOf, withBases } from './tables.ts';

/** INSERT, with the sequences that number its rows. */
export const insert: Judges = {
  InsertStmt(statement, { context: { catalog } }) {
    const table = relationOf(statement.relation);
    const select = statement.selectStmt;
    const scans = scansOf(select, catalog);
    const given = insertedColumns(statement, catalog);
    const reach = rowReach(catalog, { kind: 'insert', table, columns: given });
    const target = catalog?.relation(table) ?? null;
    const above = target === null || target.partition === 'none' ? [] : named(catalog!, target.parents);
    return effect({
      what: `INSERT INTO ${table}`,
      locks: [
        // Which partitions the rows go to is not known here.
        ...lock('ROW EXCLUSIVE', ...(target?.kind === 'v' || target?.kind === 'p' ? withBases(catalog, [table]) : [table])),
        ...lock('ACCESS SHARE', ...above),
        ...lock('ROW EXCLUSIVE', ...numbering(catalog, target, statement)),
        ...lock('ACCESS SHARE', ...withBases(catalog, relationsRead([select, statement.withClause]), namedOnly(select))),
        ...reach.locks,
        ...writtenLocks(statement),
        ...sequenceLocks(statement),
      ],
      scans,
      hazards: [
        ...callsOf(statement),
        ...reach.hazards,
        ...(scans.length > 0
          ? [note('copies_table', `Copies ${scans.join(', ')} whole in one transaction. Cut it into ranges of the key when it is large.`)]
          : []),
      ],
    });
  },
};

/** The columns an INSERT gives a value; all of them when it names none, or gives values by position. */
function insertedColumns({ cols, relation, selectStmt }: NodeOf<'InsertStmt'>, catalog: Catalog | undefined): ReadonlySet<string> | null {
  const names = (cols ?? []).flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : []));
  const table = catalog?.relation(relationOf(relation)) ?? null;
  if (selectStmt === undefined) return new Set();
  if (names.length === 0 || table === null) return null;
  return new Set([
    ...names,
    ...table.columns.filter(({ hasDefault, name }) => hasDefault && !names.includes(name)).map(({ name }) => name),
  ]);
}

/** Sequences that number the rows of an INSERT: those of columns it gives no value. */
function numbering(
  catalog: Catalog | undefined,
  table: CatalogRelation | null,
  { cols = [], selectStmt }: NodeOf<'InsertStmt'>,
): readonly string[] {
  if (catalog === undefined || table === null || (cols.length === 0 && selectStmt !== undefined)) return [];
  const given = new Set(cols.flatMap((node) => ('ResTarget' in node ? [node.ResTarget.name ?? ''] : [])));
  const filled = table.columns.filter(({ identity, hasDefault, name }) => (identity || hasDefault) && !given.has(name));
  return filled.flatMap(({ number }) => ownedSequences(catalog, table, number).map(catalog.show));
}
