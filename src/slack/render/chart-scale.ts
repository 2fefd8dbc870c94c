import { between, instantOf, millis, type Instant } from '../../domain/instant.ts';
import type { Metric } from '../../domain/monitor.ts';
import type { ChartFacts } from './chart.ts';

type Facts = Pick<ChartFacts, 'metric' | 'samples' | 'levels' | 'baseline' | 'from' | 'to' | 'zone'>;
type Frame = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** Where values and moments lie in the frame, and which of them are written beside the axes. */
export type Scale = {
  readonly x: (at: Instant) => number;
  readonly y: (value: number) => number;
  readonly ticks: readonly number[];
  readonly times: readonly { readonly at: Instant; readonly label: string }[];
};

/** The smallest distance of two lines that makes sense: half a session or a hundredth of a millisecond is none. */
const FINEST: Readonly<Record<Metric, number>> = {
  error_rate: 0.0001,
  p95: 1,
  connections: 0.01,
  long_queries: 1,
  lock_waits: 1,
  database_errors: 1,
};
const ROWS = 5;
const SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const COLUMNS = 5;

/** From zero to a little above everything that is shown. */
export function scaleOf(facts: Facts, frame: Frame): Scale {
  const known = facts.samples.flatMap(({ value }) => (value === null ? [] : [value]));
  const highest = Math.max(...facts.levels.map(({ limit }) => limit), facts.baseline ?? 0, ...known) * 1.08;
  const step = stepFor(highest / ROWS, FINEST[facts.metric]);
  const top = Math.max(step, Math.ceil(highest / step) * step);
  const ms = Math.max(1, between(facts.from, facts.to));
  return {
    x: (at) => frame.left + ((frame.right - frame.left) * between(facts.from, at)) / ms,
    y: (value) => frame.bottom - ((frame.bottom - frame.top) * Math.min(value, top)) / top,
    ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
    times: timesOf(facts, ms),
  };
}

/** 1, 2 or 5 times a power of ten, and at least `finest`. */
function stepFor(wanted: number, finest: number): number {
  if (wanted <= finest) return finest;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted * 0.999) ?? 10;
  return step * power;
}

function timesOf({ from, to, zone }: Facts, ms: number): Scale['times'] {
  const step = (SECONDS.find((seconds) => seconds * 1000 * COLUMNS >= ms) ?? 7200) * 1000;
  const first = Math.ceil(millis(from) / step) * step;
  const count = Math.max(0, Math.floor((millis(to) - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => {
    const at = instantOf(first + index * step);
    const time = Temporal.Instant.fromEpochMilliseconds(millis(at)).toZonedDateTimeISO(zone).toPlainTime().toString();
    return { at, label: time.slice(0, step < 60_000 ? 8 : 5) };
  });
}

/** What is known of a metric: unbroken stretches of readings, and the time between them, of which nothing is known. */
export type Shape = {
  readonly stretches: readonly (readonly { readonly at: Instant; readonly value: number }[])[];
  readonly unknown: readonly { readonly from: Instant; readonly to: Instant }[];
};

/** A pause longer than this many of the usual distances is no reading, whatever stands on both sides. */
const PAUSES = 3;
const SHORTEST_PAUSE_MS = 5_000;

/** Cuts the samples where one is unknown, or where the monitor paused. */
export function shapeOf({ samples, from, to }: Pick<Facts, 'samples' | 'from' | 'to'>): Shape {
  const within = samples.filter(({ at }) => between(from, at) >= 0 && between(at, to) >= 0);
  const pause = Math.max(SHORTEST_PAUSE_MS, PAUSES * usualMs(within.map(({ at }) => at)));
  const stretches: { at: Instant; value: number }[][] = [];
  const unknown: { from: Instant; to: Instant }[] = [];
  let last: Instant | null = null;
  let broken = true;
  for (const { at, value } of within) {
    if (value === null) {
      last ??= at;
      broken = true;
      continue;
    }
    const paused = last !== null && between(last, at) > pause;
    if ((broken || paused) && last !== null) unknown.push({ from: last, to: at });
    if (broken || paused) stretches.push([]);
    stretches.at(-1)?.push({ at, value });
    [last, broken] = [at, false];
  }
  if (last !== null && (broken || between(last, to) > pause)) unknown.push({ from: last, to });
  return { stretches, unknown };
}

function usualMs(moments: readonly Instant[]): number {
  const distances = moments.slice(1).map((at, index) => between(moments[index] ?? at, at));
  return distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
}
