import type { Instant } from '../src/domain/instant.ts';
import type { MachineItem, Verdict } from '../src/domain/items.ts';
import type { Thresholds } from '../src/domain/plan.ts';
import type { Check, Reading, SoFar, Sources } from '../src/ports.ts';

export type { Check, Finding } from '../src/ports.ts';

/** What a number means against its limit: the verdict and the value, ready to read. */
export type Judged = { readonly verdict: Verdict; readonly value: string };

export type CheckDefinition<T> = {
  readonly item: MachineItem;
  /** What is said when it passes, and when it does not. */
  readonly title: string;
  readonly failureTitle: string;
  /** What the number is, in a sentence, and what makes it unknown; both stand in `docs/checks.md`. */
  readonly means: string;
  readonly unknown: string;
  readonly read: (sources: Sources, thresholds: Thresholds, soFar: SoFar) => Promise<Reading<T>>;
  /** Pure; strict comparisons, as the runbook writes them. */
  readonly judge: (value: T, thresholds: Thresholds, now: Instant) => Judged;
  /** The limit in words, e.g. `< 80 %`. */
  readonly limit: (thresholds: Thresholds) => string;
};

/** Of no run, or of one that has just begun. */
const NOTHING_YET: SoFar = { backup: null, rehearsal: null };

/** Keeps reading apart from judging. What could not be read is unknown, with the reason where the value would stand (invariant 10). */
export function defineCheck<T>(definition: CheckDefinition<T>): Check {
  const { item, title, failureTitle, means, unknown, read, judge } = definition;
  return {
    item,
    title,
    failureTitle,
    means,
    unknown,
    find: async (sources, thresholds, now, soFar = NOTHING_YET) => {
      const reading = await read(sources, thresholds, soFar);
      const judged: Judged = reading.ok ? judge(reading.value, thresholds, now) : { verdict: 'unknown', value: reading.why };
      return { item, ...judged, limit: definition.limit(thresholds), source: reading.source };
    },
  };
}

/** For a line whose plan has a source that the configuration has no more. */
export function noSource(): Promise<Reading<never>> {
  return Promise.resolve({ ok: false, why: 'Nothing is configured that could read this.', source: 'not configured' });
}

/** Clocks of two machines differ by a little; more than this is no age. */
const SKEW_MS = 300_000;

/** Whether an age says that a thing happens only later. */
export function fromTheFuture(ageMs: number): boolean {
  return ageMs < -SKEW_MS;
}

/** A long time in the unit that reads best: `50 min`, `23 h`, `91 days`. Rounded up, so that too old never reads as just in time. */
export function lately(milliseconds: number): string {
  const minutes = Math.ceil(Math.max(0, milliseconds) / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours <= 48 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}

/** `0.8` as `80 %`: as many digits as it takes, up to three. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}

/** Rounded down to one digit, so that what is under a limit never reads as if it had reached it. */
export function floored(value: number): number {
  return Math.floor(Number((value * 10).toFixed(6))) / 10;
}

/** Rounded up to one digit, so that what is over a limit never reads as if it stood on it. */
export function ceiled(value: number): number {
  return Math.ceil(Number((value * 10).toFixed(6))) / 10;
}
