/** A moment as ISO 8601 in UTC with milliseconds, e.g. `2026-11-22T18:00:00.000Z`: readable in the ledger, sortable as text. */
export type Instant = string;

/** Milliseconds since the epoch. */
export function millis(instant: Instant): number {
  return Date.parse(instant);
}

/** The instant of that many milliseconds since the epoch. */
export function instantOf(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString();
}

/** The instant `milliseconds` later (earlier when negative). */
export function plus(instant: Instant, milliseconds: number): Instant {
  return instantOf(millis(instant) + milliseconds);
}

/** Milliseconds from `from` to `to`; negative when `to` lies before. */
export function between(from: Instant, to: Instant): number {
  return millis(to) - millis(from);
}
