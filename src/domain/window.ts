import { localDay, occurrences, wallClock, type Freeze, type Frozen } from './freeze.ts';
import { between, millis, plus, type Instant } from './instant.ts';

/** When forward work is forbidden: local wall-clock hours [from, to) of an IANA zone, on the named ISO weekdays (R1, R2), and in its freezes. */
export type Window = {
  /** IANA zone, e.g. `Europe/Berlin`. */
  readonly zone: string;
  /** Minutes after local midnight at which peak hours begin; 540 is 09:00. */
  readonly peakFrom: number;
  /** Minutes after local midnight at which peak hours end (exclusive). */
  readonly peakTo: number;
  /** ISO weekdays with peak hours, 1 Monday … 7 Sunday; the runbook names no days, so all seven. */
  readonly days: readonly number[];
  /** Absent when there is none, as in plans of older versions, so that their digest stays what it was. */
  readonly freezes?: readonly Freeze[];
};

/** Peak hours as instants, end exclusive. */
export type Peak = { readonly from: Instant; readonly to: Instant };

/** Why forward work may not begin now, with the next moment at which it fits; `null` when none fits within eight days, freezes not counted. */
export type WindowVerdict =
  | { readonly open: true }
  | { readonly open: false; readonly reason: 'peak' | 'crosses'; readonly peak: Peak; readonly next: Instant | null }
  | { readonly open: false; readonly reason: 'freeze' | 'crosses_freeze'; readonly freeze: Frozen; readonly next: Instant | null };

/** Whether the runtime knows this zone name; refuse anything else at boot (R2). */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** Peak hours or an occurrence of a freeze. */
type Closed = { readonly from: Instant; readonly to: Instant; readonly freeze: Frozen | null };
/** What keeps work from beginning at a moment. */
type Obstacle = { readonly inside: boolean; readonly closed: Closed };

const DAY_MS = 86_400_000;
/** How far ahead a next moment is looked for; a freeze on the way is added to it. */
const HORIZON_DAYS = 8;
/** However long the freezes are: a freeze that comes back every day has no end. */
const FURTHEST_DAYS = 400;

/** They are asked for before every statement and dear to compute; within a quarter of an hour of UTC no local day begins anywhere. */
const QUARTER_MS = 900_000;
const CLOSED = new WeakMap<Window, { readonly quarters: string; readonly closed: readonly Closed[] }>();

/** What is closed on the local days from the one before `now` to the one after `until`. A clock change cannot move 09:00 or 18:00 out of the day (F38). */
function closedAround(window: Window, now: Instant, until: Instant): readonly Closed[] {
  const quarters = `${Math.floor(millis(now) / QUARTER_MS)} ${Math.floor(millis(until) / QUARTER_MS)}`;
  const known = CLOSED.get(window);
  if (known?.quarters === quarters) return known.closed;
  const first = localDay(window.zone, now).subtract({ days: 1 });
  const last = localDay(window.zone, until).add({ days: 1 });
  const closed: Closed[] = occurrences(window.freezes ?? [], window.zone, { first, last }).map((freeze) => ({ ...freeze, freeze }));
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    if (!window.days.includes(date.dayOfWeek)) continue;
    const from = wallClock(window.zone, { date, minutes: window.peakFrom, edge: 'begin' });
    const to = wallClock(window.zone, { date, minutes: window.peakTo, edge: 'end' });
    closed.push({ from, to, freeze: null });
  }
  CLOSED.set(window, { quarters, closed });
  return closed;
}

/** What stands in the way of work of that length at `now`: what it would begin in, and of several what ends last; or the first that it would reach. */
function obstacle(window: Window, now: Instant, durationMs: number): Obstacle | null {
  const closed = closedAround(window, now, plus(now, durationMs));
  const inside = closed
    .filter(({ from, to }) => between(from, now) >= 0 && between(now, to) > 0)
    .toSorted((a, b) => between(a.to, b.to) || Number(b.freeze !== null) - Number(a.freeze !== null))[0];
  if (inside !== undefined) return { inside: true, closed: inside };
  const reached = closed
    .filter(({ from, to }) => between(now, from) > 0 && between(now, from) <= durationMs && between(from, to) > 0)
    .toSorted((a, b) => between(b.from, a.from) || Number(b.freeze !== null) - Number(a.freeze !== null))[0];
  return reached === undefined ? null : { inside: false, closed: reached };
}

/**
 * Decides whether forward work that is predicted to take `durationMs` may begin at `now`.
 * Refuses inside [from, to) of peak hours or of a freeze, and when now + duration falls on or after the next `from` (R1, R3, invariant 1).
 * A duration that no gap between two of them can hold has no next moment: `next` is null.
 */
export function judgeWindow(window: Window, now: Instant, durationMs: number): WindowVerdict {
  const found = obstacle(window, now, durationMs);
  if (found === null) return { open: true };
  const next = nextFit(window, { now, found, durationMs });
  const { inside, closed } = found;
  if (closed.freeze !== null) return { open: false, reason: inside ? 'freeze' : 'crosses_freeze', freeze: closed.freeze, next };
  return { open: false, reason: inside ? 'peak' : 'crosses', peak: { from: closed.from, to: closed.to }, next };
}

/** The first end of an obstacle from which nothing stands in the way: whatever begins before that end is inside or reaches it. */
function nextFit(window: Window, { now, found, durationMs }: { now: Instant; found: Obstacle; durationMs: number }): Instant | null {
  let ahead: Obstacle | null = found;
  let at = now;
  let horizonMs = HORIZON_DAYS * DAY_MS;
  while (ahead !== null) {
    const { freeze, from, to } = ahead.closed;
    // The time in a freeze is no time in which anything could have fitted.
    if (freeze !== null) horizonMs += between(between(at, from) > 0 ? from : at, to);
    at = to;
    if (between(now, at) > Math.min(horizonMs, FURTHEST_DAYS * DAY_MS)) return null;
    ahead = obstacle(window, at, durationMs);
  }
  return at;
}

/** The freeze of `now` and those that begin within `days`, each with the occurrence that comes first. */
export function freezesAhead(window: Window, now: Instant, days: number): readonly Frozen[] {
  const today = localDay(window.zone, now);
  const range = { first: today.subtract({ days: 1 }), last: today.add({ days }) };
  return (window.freezes ?? [])
    .flatMap((freeze) => occurrences([freeze], window.zone, range).find(({ to }) => between(now, to) > 0) ?? [])
    .filter(({ from }) => between(now, from) <= days * DAY_MS)
    .toSorted((a, b) => between(b.from, a.from));
}
