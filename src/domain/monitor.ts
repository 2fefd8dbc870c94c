import { between, type Instant } from './instant.ts';
import type { Thresholds } from './plan.ts';

/** The five metrics of the runbook's table (R90–R94). */
export const METRICS = ['error_rate', 'p95', 'connections', 'long_queries', 'lock_waits'] as const;
export type Metric = (typeof METRICS)[number];

/** One reading. `value` is null when it could not be read: unknown, never healthy. */
export type Sample = {
  readonly metric: Metric;
  readonly at: Instant;
  readonly value: number | null;
  /** Why the value is unknown, or what stands behind it, e.g. the pid of the longest query. */
  readonly detail: string;
};

/** Readings just before the first write and at the end; null where unknown. */
export type Readings = Readonly<Record<Metric, number | null>>;

/** How many of how many samples must breach (M19): a single spike is not an alert. */
export const BREACHES = 3;
export const OUT_OF = 5;

/** The value above which a metric breaches. Response time is measured against the baseline; without one, against the absolute limit. */
export function limitOf(metric: Metric, thresholds: Thresholds, baseline: Readings | null): number {
  switch (metric) {
    case 'error_rate':
      return thresholds.errorRateAlert;
    case 'p95': {
      const before = baseline?.p95 ?? null;
      return before === null ? thresholds.p95Ms : Math.max(before * thresholds.p95Factor, thresholds.p95FloorMs);
    }
    case 'connections':
      return thresholds.connections;
    case 'long_queries':
      return thresholds.longQuerySeconds;
    case 'lock_waits':
      return thresholds.lockWaits;
  }
}

/** What the last samples of one metric say. */
export type Judgement = 'breach' | 'clear' | 'undecided';

/**
 * Judges the newest five samples of a metric, oldest first: three above the limit are a breach, five known ones below it are clear,
 * anything else (too few, unknown, in between) leaves things as they are. Unknown never raises and never clears (invariant 10).
 */
export function judgeSamples(samples: readonly Sample[], limit: number): Judgement {
  const last = samples.slice(-OUT_OF);
  const above = last.filter((sample) => sample.value !== null && sample.value > limit).length;
  if (above >= BREACHES) return 'breach';
  const below = last.filter((sample) => sample.value !== null && sample.value <= limit).length;
  return below === OUT_OF ? 'clear' : 'undecided';
}

/** When the breach began: the first sample above the limit of the unbroken stretch that the newest samples belong to. */
export function breachSince(samples: readonly Sample[], limit: number): Instant | null {
  let since: Instant | null = null;
  for (const sample of samples.slice(-OUT_OF).toReversed()) {
    if (sample.value !== null && sample.value > limit) since = sample.at;
  }
  return since;
}

/** Whether the monitor has fallen silent: no reading, or the newest older than `limitMs` (R9, invariant 6). */
export function monitorSilent(newest: Instant | null, now: Instant, limitMs: number): boolean {
  return newest === null || between(newest, now) > limitMs;
}

/** An alert of a run. One per metric; raised again after clearing it keeps its message. */
export type Alert = {
  readonly metric: Metric;
  readonly value: number;
  readonly limit: number;
  readonly baseline: number | null;
  readonly since: Instant;
  readonly raisedAt: Instant;
  readonly clearedAt: Instant | null;
  readonly detail: string;
};
