import { between, type Instant } from '../domain/instant.ts';
import { alertRulesOf, clearLimit, ladderOf } from '../domain/ladder.ts';
import { METRIC_NAMES, METRICS, type Metric, type Sample } from '../domain/monitor.ts';
import type { Run } from '../domain/run.ts';
import { typical } from './samples.ts';
import type { Task } from './task.ts';

/** After this long nobody looks any more: it is said that it did not recover, and the monitor ends. Milliseconds. */
const GIVEN_UP_MS = 3_600_000;

/**
 * After a rollback: says when every signal that could be read before the first write has been well for as long as the plan asks, without a
 * gap, or that it was not within an hour (R80). Unknown is not recovered. A worker that takes over begins to count anew.
 */
export function recoveryWatch(
  task: Task,
): (run: Run, look: { now: Instant; samples: readonly Sample[]; freshMs: (metric: Metric) => number }) => Promise<void> {
  let wellSince: Instant | null = null;
  return async (run, { now, samples, freshMs }) => {
    if (run.state !== 'rolled_back' || run.end === null) return;
    const { clearShare, recoveredMs } = alertRulesOf(run.plan);
    const ill = METRICS.filter((metric) => {
      if (run.baseline?.[metric] == null) return false;
      const newest = samples.findLast((sample) => sample.metric === metric);
      if (newest === undefined || newest.value === null || between(newest.at, now) > freshMs(metric)) return true;
      const { rungs, baseline } = ladderOf(metric, run.plan.thresholds, run.baseline);
      const { value } = newest;
      return rungs.some((rung) => value > clearLimit(rung, baseline, clearShare));
    });
    wellSince = ill.length === 0 ? (wellSince ?? now) : null;
    if (wellSince !== null && between(wellSince, now) >= recoveredMs)
      await task.report({ type: 'record_recovery', after: typical(samples), detail: '' });
    else if (between(run.end.at, now) > GIVEN_UP_MS) {
      const named = ill.map((metric) => METRIC_NAMES[metric]).join(', ');
      const detail = `An hour after the rollback not every signal is well: ${named === '' ? 'they were not for long enough' : named}.`;
      await task.report({ type: 'record_recovery', after: null, detail });
    }
  };
}
