import type { Instant } from '../domain/instant.ts';
import { breachSince, judgeAlert, OUT_OF } from '../domain/judgement.ts';
import { alertRulesOf, ladderOf } from '../domain/ladder.ts';
import { METRICS, type Metric, type Readings, type Sample } from '../domain/monitor.ts';
import type { Thresholds } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';
import type { Reading, Sources } from '../ports.ts';
import type { Task } from './task.ts';

/** Reads the metrics once. What cannot be read is null, with the reason: unknown, never healthy (F49). */
export async function readSamples(sources: Sources, thresholds: Thresholds, at: Instant): Promise<readonly Sample[]> {
  const { database, application } = sources;
  const [metrics, connections, longQueries, lockWaits] = await Promise.all([
    application.metrics(),
    database.connections(),
    database.longQueries(thresholds.longQuerySeconds),
    database.lockWaits(),
  ]);
  const sample = (metric: Metric, value: number | null, detail: string): Sample => ({ metric, at, value, detail });
  const longest = longQueries.ok ? longQueries.value.toSorted((a, b) => b.seconds - a.seconds)[0] : undefined;
  return [
    metrics.ok && metrics.value.requests < thresholds.minimumSamples
      ? sample('error_rate', null, `only ${metrics.value.requests} requests`)
      : sample('error_rate', metrics.ok ? metrics.value.errorRate : null, why(metrics)),
    sample('p95', metrics.ok ? metrics.value.p95Ms : null, why(metrics)),
    sample('connections', connections.ok ? connections.value.used / connections.value.usable : null, connectionsDetail(connections)),
    sample(
      'long_queries',
      longQueries.ok ? (longest?.seconds ?? 0) : null,
      longest === undefined ? why(longQueries) : `pid ${longest.pid} of ${longest.application}: ${longest.query}`,
    ),
    sample('lock_waits', lockWaits.ok ? lockWaits.value.length : null, why(lockWaits)),
  ];
}

function why(reading: Reading<unknown>): string {
  return reading.ok ? reading.source : reading.why;
}

function connectionsDetail(reading: Reading<{ used: number; usable: number }>): string {
  return reading.ok ? `${reading.value.used} of ${reading.value.usable}` : reading.why;
}

/** The middle of the newest known values of each metric: what "before" means in an alert and in the report. */
export function typical(samples: readonly Sample[]): Readings {
  const middle = (metric: Metric): number | null => {
    const known = samples
      .filter((entry) => entry.metric === metric && entry.value !== null)
      .slice(-OUT_OF)
      .map((entry) => entry.value ?? 0);
    return known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
  };
  const counted = samples.some(({ metric }) => metric === 'database_errors');
  return {
    error_rate: middle('error_rate'),
    p95: middle('p95'),
    connections: middle('connections'),
    long_queries: middle('long_queries'),
    lock_waits: middle('lock_waits'),
    ...(counted ? { database_errors: middle('database_errors') } : {}),
  };
}

/** Samples once, keeps the readings, and raises, moves or clears alerts from the newest five of each metric. */
export async function monitorOnce(task: Task, run: Run): Promise<void> {
  const { ledger } = task.services;
  const at = await ledger.now();
  await ledger.record(run.id, await readSamples(task.context.sources, run.plan.thresholds, at));
  if (run.baseline === null) return;
  const samples = await ledger.recent(run.id, OUT_OF);
  for (const metric of METRICS)
    await judge(
      task,
      run,
      samples.filter((entry) => entry.metric === metric),
    );
}

/** Reports what the newest samples of one metric make of its alert. */
async function judge(task: Task, run: Run, samples: readonly Sample[]): Promise<void> {
  const newest = samples.at(-1);
  if (newest === undefined) return;
  const { metric } = newest;
  const ladder = ladderOf(metric, run.plan.thresholds, run.baseline);
  const standing = run.alerts[metric];
  const alert = standing === undefined || standing.clearedAt !== null ? null : standing;
  const judgement = judgeAlert({ samples, ladder, alert, now: newest.at, rules: alertRulesOf(run.plan) });
  if (judgement.kind === 'clear') await task.report({ type: 'clear_alert', metric });
  if (judgement.kind === 'same' || judgement.kind === 'clear') return;
  const { level, limit } = judgement.rung;
  const worst = samples.toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1))[0] ?? newest;
  const now = { metric, level, limit, value: worst.value ?? limit, detail: worst.detail };
  if (judgement.kind !== 'raise') await task.report({ type: 'move_alert', ...now });
  else {
    const since = breachSince(samples, limit) ?? newest.at;
    await task.report({ type: 'raise_alert', alert: { ...now, baseline: ladder.baseline, since, raisedAt: newest.at } });
  }
}
