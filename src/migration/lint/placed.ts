import type { RangeVar } from 'libpg-query';
import type { CatalogRelation } from '../../domain/catalog.ts';
import type { Draft } from './draft.ts';

/** Where a new name goes: its schema, or the first of the search path. */
export function placeOf(draft: Draft, words: readonly string[]): { readonly schema: string; readonly name: string } {
  const [schema, name] = words.length > 1 ? words.slice(-2) : [undefined, words[0]];
  return { schema: schema ?? draft.state.searchPath[0] ?? 'public', name: name ?? '' };
}

/** Adds an empty relation under a name as written; null when that name is taken. */
export function addNamed(
  draft: Draft,
  range: RangeVar | undefined,
  kind: CatalogRelation['kind'],
  parts: Partial<CatalogRelation> = {},
): CatalogRelation | null {
  if (range?.relname === undefined) return null;
  const place = placeOf(draft, range.schemaname === undefined ? [range.relname] : [range.schemaname, range.relname]);
  const there = draft.catalog.at(place.schema, place.name) !== null;
  return there ? null : draft.addRelation({ ...place, kind, persistence: (range.relpersistence as 'p' | undefined) ?? 'p', ...parts });
}
