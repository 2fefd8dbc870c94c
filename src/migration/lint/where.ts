import type { Catalog } from './catalog.ts';
import { walk } from '../walk.ts';
import { wordsOf } from '../names.ts';

/** Whether no index helps to find the rows a condition asks for: none begins with a column the condition names. False when that is not known. */
export function isReadWhole(catalog: Catalog | undefined, table: string, where: unknown): boolean {
  const relation = catalog?.relation(table) ?? null;
  if (catalog === undefined || relation === null || !'rmp'.includes(relation.kind)) return false;
  const names = columnsNamed(where);
  return !catalog
    .indexesOn(relation.id)
    .some(
      ({ index }) =>
        index !== null && index.valid && (names.has(index.columns[0] ?? '') || index.columns[0] === null || index.method !== 'btree'),
    );
}

/** Every column name in a condition, sub-selects left out. */
export function columnsNamed(where: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  walk(where, (key, value) => {
    if (key === 'SubLink') return false;
    if (key === 'ColumnRef') names.add(wordsOf(value['fields'] as Parameters<typeof wordsOf>[0]).at(-1) ?? '');
    return true;
  });
  return names;
}
