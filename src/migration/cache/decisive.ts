import type { CatalogRelation, CatalogState } from '../../domain/catalog.ts';
import { NEARLY_FULL } from '../lint/resolve.ts';
import { sizeClass, sizeWords, weight } from '../lint/weigh.ts';

/**
 * A catalog as text, reduced to what verdicts can tell apart. Numbers that move all the time (rows, bytes, calls a second,
 * how far a sequence is) count only as their words, their class and the order they bring tables into; everything else counts as it
 * is. Two catalogs with the same text give the same verdicts on whatever statements.
 */
export function decisive(state: CatalogState): string {
  return JSON.stringify({ ...state, relations: state.relations.map(reduced), order: order(state.relations) });
}

function reduced(relation: CatalogRelation): unknown {
  const { bytes: _, rows: __, callsPerSecond: ___, used, ...named } = relation;
  return { ...named, words: sizeWords(relation), class: sizeClass(relation), used: percent(used) };
}

function percent(used: number | null): number | null {
  return used === null || used <= NEARLY_FULL ? null : Math.floor(used * 100);
}

/**
 * Tables from light to heavy, ties together; once as they are and once without their rows, which a TRUNCATE takes away. Beside
 * them nothing at all, which is what a table of the files themselves weighs.
 */
function order(relations: readonly CatalogRelation[]): readonly string[] {
  const weights = new Map([[0, '0']]);
  for (const relation of relations) {
    for (const [of, heavy] of [
      ['', weight(relation)],
      ['-', weight({ ...relation, bytes: 0 })],
    ] as const)
      weights.set(heavy, `${weights.get(heavy) ?? ''} ${of}${relation.id}`);
  }
  return [...weights].sort(([a], [b]) => a - b).map(([, ids]) => ids);
}
