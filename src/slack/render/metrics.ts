import { limitOf } from '../../domain/ladder.ts';
import { METRICS, type Metric, type Readings, type Sample } from '../../domain/monitor.ts';
import type { Run } from '../../domain/run.ts';
import { phrase } from './text.ts';

export const METRIC_TITLES: Readonly<Record<Metric, string>> = {
  error_rate: 'Error rate',
  p95: 'Response time p95',
  connections: 'Connections',
  long_queries: 'Longest query',
  lock_waits: 'Lock waits',
  database_errors: 'Database errors',
};

const round = (value: number, digits: number) => String(Number(value.toFixed(digits)));

/** A number with its unit: `0.05 %`, `412 ms`, `31 %`, `12 s`, `3 sessions`. */
export function metricValue(metric: Metric, value: number | null): string {
  if (value === null) return 'unknown';
  switch (metric) {
    case 'error_rate':
      return `${round(value * 100, 2)} %`;
    case 'p95':
      return `${round(value, 0)} ms`;
    case 'connections':
      return `${round(value * 100, 0)} %`;
    case 'long_queries':
      return `${round(value, 0)} s`;
    case 'lock_waits':
      return `${round(value, 0)} ${value === 1 ? 'session' : 'sessions'}`;
    case 'database_errors':
      return round(value, 0);
  }
}

/** The metrics a run has to do with: database errors only where the application counts them. */
export function watchedMetrics({ baseline }: Pick<Run, 'baseline'>, samples: readonly Sample[]): readonly Metric[] {
  const counted = baseline?.database_errors !== undefined || samples.some(({ metric }) => metric === 'database_errors');
  return METRICS.filter((metric) => metric !== 'database_errors' || counted);
}

/** The metrics with value and limit, one a line. Unknown is said, with its reason. */
export function metricFields(run: Run, samples: readonly Sample[]): readonly string[] {
  return watchedMetrics(run, samples).map((metric) => {
    const newest = samples.findLast((sample) => sample.metric === metric);
    const limit = limitOf(metric, run.plan.thresholds, run.baseline);
    const over = newest !== undefined && newest.value !== null && newest.value > limit;
    const value = newest === undefined ? 'no reading yet' : metricValue(metric, newest.value);
    const why = newest?.value === null && newest.detail !== '' ? `: ${phrase(newest.detail, 60)}` : '';
    return `${over ? '⚠️ ' : ''}*${METRIC_TITLES[metric]}*${over ? ' over:' : ''} ${value}${why} (limit ${metricValue(metric, limit)})`;
  });
}

/** Before and after, one metric a line. */
export function beforeAfter(before: Readings | null, after: Readings | null): readonly string[] {
  return watchedMetrics({ baseline: before }, []).map((metric) => {
    const was = before === null ? 'not read' : metricValue(metric, before[metric] ?? null);
    const is = after === null ? 'not read' : metricValue(metric, after[metric] ?? null);
    return `*${METRIC_TITLES[metric]}* ${was} → ${is}`;
  });
}
