import { limitOf } from '../domain/ladder.ts';
import { METRIC_NAMES, standingAlerts, type Metric, type Sample } from '../domain/monitor.ts';
import { inWords } from '../domain/refusal.ts';
import type { Run } from '../domain/run.ts';
import type { Pace, Reading } from '../ports.ts';
import { remembered } from './remembered.ts';
import type { Task } from './task.ts';

/** Metrics whose newest reading stops the next batch at once: the tail of the application's answers, and who waits for a lock. */
const FELT = {
  p95: 'the p95 is over its limit',
  lock_waits: 'more sessions wait for locks than the limit allows',
} as const satisfies Partial<Record<Metric, string>>;
/** An answer holds for this long; batches ask forty times a second. */
const REMEMBERED_MS = 250;
const LAG_REMEMBERED_MS = 1_000;

/** What a backfill's pace is told from. `lag` in seconds, null without a replica. */
export type Signals = { readonly run: Run; readonly samples: readonly Sample[]; readonly lag: Reading<number | null> };

/**
 * Pure: why the next batch should not begin, in words for the card. Tail latency, lag and alerts, never a median: a median does not
 * move while one user in a hundred waits. What cannot be read about replicas is no reason to go on.
 */
export function brakesOf({ run, samples, lag }: Signals): readonly string[] {
  const { thresholds } = run.plan;
  const alerting = standingAlerts(run);
  const alerts = alerting.map(({ metric }) => `an alert is raised for ${METRIC_NAMES[metric]}`);
  const felt = (['p95', 'lock_waits'] as const).filter((metric) => !alerting.some((alert) => alert.metric === metric));
  const over = felt.flatMap((metric) => {
    const value = samples.findLast((sample) => sample.metric === metric)?.value ?? null;
    return value !== null && value > limitOf(metric, thresholds, run.baseline) ? [FELT[metric]] : [];
  });
  return [...alerts, ...over, ...lagBrake(lag, thresholds.replicationLagSeconds)];
}

function lagBrake(lag: Reading<number | null>, limitSeconds: number): readonly string[] {
  if (!lag.ok) return [`the replicas cannot be read: ${lag.why}`];
  if (lag.value === null || lag.value <= limitSeconds) return [];
  return [`a replica is ${inWords(lag.value * 1_000)} behind (limit ${inWords(limitSeconds * 1_000)})`];
}

/** Answers how a backfill of this run may go at the moment. */
export function paceOf(task: Task): () => Promise<Pace> {
  const lag = remembered(LAG_REMEMBERED_MS, () => task.context.sources.database.replicationLag());
  return remembered(REMEMBERED_MS, async () => {
    const [run, samples, behind] = await Promise.all([task.load(), task.services.ledger.recent(task.claim.run.id, 1), lag()]);
    return { percent: run.speed, brakes: brakesOf({ run, samples, lag: behind }) };
  });
}
