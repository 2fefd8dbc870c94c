import { textOf } from '../json.ts';
import type { Json } from '../json.ts';
import { refuse } from '../refusal.ts';
import type { Answer } from '../refusal.ts';

export type Page<T> = { readonly page: readonly T[]; readonly next: string };

/** How a list is paged: what a cursor points at, and how many items there are without and at most with a limit. */
export type Paging<T> = {
  readonly key: (item: T) => string;
  /** Whether the item is the one the cursor points at, or what comes after it when that one is gone. */
  readonly reached?: (item: T, key: string) => boolean;
  readonly usual: number;
  readonly most: number;
};

const mark = 'next:';

/** One page of a list and the cursor of the next, '' at the end. Refuses invalid_limit and invalid_cursor. */
export function pageOf<T>(items: readonly T[], args: Json, paging: Paging<T>): Page<T> | { readonly refusal: Answer } {
  const { key, reached = (item, at) => key(item) === at, usual, most } = paging;
  const wanted = textOf(args['limit']);
  const limit = wanted === '' || wanted === '0' ? usual : Number(wanted);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) return { refusal: refuse('invalid_limit') };
  const cursor = textOf(args['cursor']);
  const from = cursor === '' ? 0 : positionOf(items, cursor, reached);
  if (from === undefined) return { refusal: refuse('invalid_cursor') };
  const next = items[from + limit];
  return { page: items.slice(from, from + limit), next: next === undefined ? '' : btoa(mark + key(next)) };
}

function positionOf<T>(items: readonly T[], cursor: string, reached: (item: T, key: string) => boolean): number | undefined {
  const key = decoded(cursor);
  if (key === undefined) return undefined;
  const at = items.findIndex((item) => reached(item, key));
  return at === -1 ? undefined : at;
}

function decoded(cursor: string): string | undefined {
  try {
    const text = atob(cursor);
    return text.startsWith(mark) ? text.slice(mark.length) : undefined;
  } catch {
    return undefined;
  }
}
