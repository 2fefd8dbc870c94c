import { between, type Instant } from '../domain/instant.ts';
import { Unreadable } from './reading.ts';

/** Clocks of two machines differ by a little; more than this is somebody else's clock. */
export const CLOCK_SKEW_MS = 5000;

export type Freshness = { readonly what: string; readonly now: Instant; readonly maxAgeMs: number };

/** What was measured long ago, or in the future, says nothing about now (F49). */
export function assertFresh(at: Instant, { what, now, maxAgeMs }: Freshness): void {
  const age = between(at, now);
  if (!Number.isFinite(age)) throw new Unreadable(`${what} gives a time that is none.`);
  if (age > maxAgeMs) throw new Unreadable(`${what} gives values ${Math.round(age / 1000)} s old; ${maxAgeMs / 1000} s are allowed.`);
  if (age < -CLOCK_SKEW_MS)
    throw new Unreadable(`${what} gives values dated ${Math.round(-age / 1000)} s in the future: compare the clocks.`);
}
