import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Hazard } from '../../domain/plan.ts';
import { derived, quoted } from '../names.ts';
import type { Catalog } from './catalog.ts';
import { note, warning } from './effect.ts';

/** A foreign key whose own side has no index (N19): every DELETE on the other side reads the whole table, for each row. */
export function unindexedKey(catalog: Catalog | undefined, table: string, columns: readonly string[]): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null || hasIndexOn(catalog, relation, columns)) return [];
  const list = columns.map(quoted).join(', ');
  // A column that the same statement adds has to be there first.
  const isThere = columns.every((name) => relation.columns.some((column) => column.name === name));
  const recipe = `CREATE INDEX CONCURRENTLY ${derived(`${relation.name}_${columns.join('_')}`, 'idx')} ON ${table} (${list});`;
  return [
    warning(
      'foreign_key_without_index',
      `No index of ${table} begins with ${list}: each DELETE on the other side reads ${table} whole. Create it first.`,
      isThere ? recipe : undefined,
    ),
  ];
}

/** Whether a valid index without condition begins with these columns, in any order. */
export function hasIndexOn(catalog: Catalog, relation: CatalogRelation, columns: readonly string[]): boolean {
  return catalog.indexesOn(relation.id).some(({ index }) => {
    if (index === null || !index.valid || index.predicate !== null) return false;
    const first = new Set(index.columns.slice(0, columns.length));
    return columns.every((name) => first.has(name));
  });
}

/** An index that repeats another one, or begins as another one does (N20): each write pays for both. */
export function repeatedIndex(
  catalog: Catalog | undefined,
  table: string,
  columns: readonly (string | null)[],
  unique: boolean,
): readonly Hazard[] {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null || unique || columns.length === 0 || columns.includes(null)) return [];
  const twin = catalog.indexesOn(relation.id).find(({ index }) => {
    if (index === null || !index.valid || index.predicate !== null || index.method !== 'btree') return false;
    return columns.every((name, position) => index.columns[position] === name);
  });
  if (twin === undefined) return [];
  return [
    note(
      'index_repeated',
      `${catalog.show(twin)} begins with the same columns: each write to ${table} would pay for both. Is this one needed?`,
    ),
  ];
}
