import type { Instant } from '../domain/instant.ts';
import { breachSince, judgeAlert, OUT_OF } from '../domain/judgement.ts';
import { alertRulesOf, ladderOf } from '../domain/ladder.ts';
import { METRICS, type Sample } from '../domain/monitor.ts';
import { WATCHED, type Run } from '../domain/run.ts';
import type { Signal } from '../ports.ts';
import { databaseSamples, readSamples, signalSamples } from './samples.ts';
import type { Task } from './task.ts';

/** Asks PostgreSQL once, keeps what it said, and judges. The newest of each metric, oldest first. */
export async function askDatabase(task: Task, run: Run): Promise<readonly Sample[]> {
  const { sources } = task.context;
  const vitals = await sources.database.vitals(run.plan.thresholds.longQuerySeconds);
  const at = await task.services.ledger.now();
  return await keep(task, run, databaseSamples(vitals, at));
}

/** Asks one source, at its own pace. A measurement that it gives a second time is no second sample. */
export function listener(task: Task, signal: Signal): (run: Run) => Promise<void> {
  let measured: Instant | undefined;
  return async (run) => {
    const reading = await signal.read();
    if (reading.ok && reading.at !== undefined && reading.at === measured) return;
    measured = reading.ok ? reading.at : undefined;
    const at = await task.services.ledger.now();
    await keep(task, run, signalSamples(signal, reading, { minimumSamples: run.plan.thresholds.minimumSamples, at }));
  };
}

/** Everything once, now: for whoever cannot wait for the next round. */
export async function monitorOnce(task: Task, run: Run): Promise<void> {
  const at = await task.services.ledger.now();
  await keep(task, run, await readSamples(task.context.sources, run.plan.thresholds, at));
}

async function keep(task: Task, run: Run, samples: readonly Sample[]): Promise<readonly Sample[]> {
  const { ledger } = task.services;
  await ledger.record(run.id, samples);
  if (run.baseline === null) return [];
  const newest = await ledger.recent(run.id, OUT_OF);
  // Over is over: after a rollback alerts are not raised any more, and the recovery is judged for itself.
  if (!WATCHED.includes(run.state)) return newest;
  const told = new Set(samples.map(({ metric }) => metric));
  for (const metric of METRICS.filter((each) => told.has(each)))
    await judge(
      task,
      run,
      newest.filter((sample) => sample.metric === metric),
    );
  return newest;
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
