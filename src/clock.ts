import { instantOf, type Instant } from './domain/instant.ts';

/** The wall clock of this machine. Decisions use the ledger's clock; this one names files and stamps what has no ledger yet. */
export type Clock = { readonly now: () => Instant };

/** The only place that reads the wall clock. */
export const systemClock: Clock = { now: () => instantOf(Date.now()) };

/** Counts from now on, on a clock that no time change can move; the answer is in milliseconds. */
export function stopwatch(): () => number {
  const begun = performance.now();
  return () => performance.now() - begun;
}
