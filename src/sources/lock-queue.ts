import type { LockQueue } from '../ports.ts';

/** A session that waits for a lock, those it waits for, and whether it is one of ours. */
export type QueueEdge = {
  readonly waiter: number;
  readonly blockers: readonly number[];
  readonly ours: boolean;
};

/**
 * How many application sessions wait, how many of those wait behind one of ours, whether we hold the lock or only stand before them in its
 * queue, and who in the end lets nobody through (R53). `names` are the applications of those that are waited for. Pure; a deadlock that
 * PostgreSQL has not resolved yet ends nowhere, and its first blocker is named.
 */
export function lockQueue(
  edges: readonly QueueEdge[],
  blocking: { readonly names: Readonly<Record<string, string>>; readonly isOurs: (pid: number) => boolean },
): LockQueue {
  const blockersOf = new Map(edges.map(({ waiter, blockers }) => [waiter, blockers]));
  const behind = (pid: number, seen: readonly number[] = []): boolean =>
    (blockersOf.get(pid) ?? []).some(
      (blocker) => blocking.isOurs(blocker) || (!seen.includes(blocker) && behind(blocker, [...seen, blocker])),
    );
  const root = (pid: number, seen: readonly number[] = []): number => {
    const [first] = blockersOf.get(pid) ?? [];
    return first === undefined || seen.includes(first) ? pid : root(first, [...seen, first]);
  };
  const theirs = edges.filter(({ ours }) => !ours);
  const [longest] = theirs;
  const pid = longest === undefined ? null : root(longest.waiter);
  return {
    waiting: theirs.length,
    behindUs: theirs.filter(({ waiter }) => behind(waiter)).length,
    blocker: pid === null ? null : { pid, application: blocking.names[pid] ?? '', ours: blocking.isOurs(pid) },
  };
}
