import type { RunEvent } from './events.ts';
import type { Run } from './run.ts';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** The watcher after somebody's word: the same one goes on, another one takes the watch over. */
export function watchedBy({ watcher }: Run, { actor, at }: Pick<RunEvent, 'actor' | 'at'>): Run['watcher'] {
  if (watcher === null) return { actor, seenAt: at };
  if (watcher.actor.id === actor.id) return { ...watcher, seenAt: at };
  return { actor, seenAt: at, since: at, from: watcher.actor };
}

/** One more try of a call: the first stands at the end, a later one in its place. */
export function withPage({ pages }: Run, { page, through, failure, at }: Of<'paged'>): Run['pages'] {
  const before = pages.find(({ key }) => key === page.key);
  const made = { ...page, at, through, failure, attempts: (before?.attempts ?? 0) + 1, closedAt: null };
  return before === undefined ? [...pages, made] : pages.map((entry) => (entry === before ? made : entry));
}

/** The call whose reason is over; the pager that could not be told is said. */
export function closedPage({ pages }: Run, { key, failure, at }: Of<'page_closed'>): Run['pages'] {
  return pages.map((page) => (page.key === key ? { ...page, closedAt: at, closing: failure } : page));
}
