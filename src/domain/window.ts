import { between, instantOf, millis, plus, type Instant } from './instant.ts';

/** When forward work is forbidden: local wall-clock hours [from, to) of an IANA zone, on the named ISO weekdays (R1, R2). */
export type Window = {
  /** IANA zone, e.g. `Europe/Berlin`. */
  readonly zone: string;
  /** Minutes after local midnight at which peak hours begin; 540 is 09:00. */
  readonly peakFrom: number;
  /** Minutes after local midnight at which peak hours end (exclusive). */
  readonly peakTo: number;
  /** ISO weekdays with peak hours, 1 Monday … 7 Sunday; the runbook names no days, so all seven. */
  readonly days: readonly number[];
};

/** Peak hours as instants, end exclusive. */
export type Peak = { readonly from: Instant; readonly to: Instant };

/** Why forward work may not begin now, with the next moment at which it fits; `null` when none fits within eight days. */
export type WindowVerdict =
  | { readonly open: true }
  | { readonly open: false; readonly reason: 'peak' | 'crosses'; readonly peak: Peak; readonly next: Instant | null };

/** Whether the runtime knows this zone name; refuse anything else at boot (R2). */
export function isZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** Peak hours of the local day of `date`. A clock change cannot move 09:00 or 18:00 out of the day; in a gap, the earlier reading closes and the later one opens (F38). */
function peakOf(window: Window, date: Temporal.PlainDate): Peak {
  const at = (minutes: number, disambiguation: 'earlier' | 'later'): Instant => {
    const day = minutes === 1440 ? date.add({ days: 1 }) : date;
    const time = Temporal.PlainTime.from({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 });
    return instantOf(day.toPlainDateTime(time).toZonedDateTime(window.zone, { disambiguation }).epochMilliseconds);
  };
  return { from: at(window.peakFrom, 'earlier'), to: at(window.peakTo, 'later') };
}

/** Peaks of the local days from yesterday on, in order. */
function peaksAround(window: Window, now: Instant, days: number): readonly Peak[] {
  const peaks: Peak[] = [];
  const quarter = Math.floor(millis(now) / QUARTER_MS);
  const known = PEAKS.get(window);
  if (known?.quarter === quarter && known.days === days) return known.peaks;
  const today = Temporal.Instant.fromEpochMilliseconds(millis(now)).toZonedDateTimeISO(window.zone).toPlainDate();
  for (let offset = -1; offset <= days; offset += 1) {
    const date = today.add({ days: offset });
    if (window.days.includes(date.dayOfWeek)) peaks.push(peakOf(window, date));
  }
  PEAKS.set(window, { quarter, days, peaks });
  return peaks;
}

/** Peaks are asked for before every statement and dear to compute; within a quarter of an hour of UTC no local day begins anywhere. */
const QUARTER_MS = 900_000;
const PEAKS = new WeakMap<Window, { readonly quarter: number; readonly days: number; readonly peaks: readonly Peak[] }>();

/**
 * Decides whether forward work that is predicted to take `durationMs` may begin at `now`.
 * Refuses inside [from, to) and when now + duration falls on or after the next `from` (R1, R3, invariant 1).
 * A duration that no gap between two peaks can hold has no next moment: `next` is null.
 */
export function judgeWindow(window: Window, now: Instant, durationMs: number): WindowVerdict {
  const peaks = peaksAround(window, now, 2 * HORIZON_DAYS);
  const inside = peaks.find((peak) => millis(now) >= millis(peak.from) && millis(now) < millis(peak.to));
  if (inside !== undefined) return { open: false, reason: 'peak', peak: inside, next: nextFit(peaks, now, durationMs) };
  const ahead = peaks.find((peak) => millis(peak.from) > millis(now));
  if (ahead === undefined || millis(now) + durationMs < millis(ahead.from)) return { open: true };
  return { open: false, reason: 'crosses', peak: ahead, next: nextFit(peaks, now, durationMs) };
}

/** How far ahead a next moment is looked for. */
const HORIZON_DAYS = 8;

/** The first end of a peak after `now` from which the duration fits before the peak that follows. */
function nextFit(peaks: readonly Peak[], now: Instant, durationMs: number): Instant | null {
  const horizon = plus(now, HORIZON_DAYS * 86_400_000);
  for (const [index, peak] of peaks.entries()) {
    if (millis(peak.to) <= millis(now) || millis(peak.to) > millis(horizon)) continue;
    const following = peaks.slice(index + 1).find((other) => millis(other.from) >= millis(peak.to));
    if (following !== undefined && between(peak.to, following.from) > durationMs) return peak.to;
  }
  return null;
}
