import type { Instant } from '../domain/instant.ts';
import { inRespite, stillStands, type Trigger } from '../domain/auto-rollback.ts';
import { between } from '../domain/instant.ts';
import { isConfirmed, OUT_OF } from '../domain/judgement.ts';
import { alertRulesOf } from '../domain/ladder.ts';
import { METRICS, type Metric, type Sample } from '../domain/monitor.ts';
import { priceKind } from '../domain/price.ts';
import { WORKING, type Run } from '../domain/run.ts';
import { priceOf } from '../usecases/price.ts';
import type { Task } from './task.ts';

/** How long the price may take to be counted when the moment has come; what is not counted by then is not known. Milliseconds. */
const PRICE_MS = 5_000;

type Look = {
  readonly now: Instant;
  /** The newest samples of all metrics, oldest first. */
  readonly samples: readonly Sample[];
  /** How old the newest sample of a metric may be and still say something about now. */
  readonly freshMs: (metric: Metric) => number;
};

/**
 * Tends the countdown of a rollback by policy (R73): begins it again when the samples confirm an alert again, voids it when they do not any
 * more, and at its moment counts the price and asks for the same rollback as a click. Everything it knows is in the run and the samples, so
 * the next worker goes on where this one died.
 */
export async function tendCountdown(task: Task, run: Run, look: Look): Promise<void> {
  if (alertRulesOf(run.plan).autoRollbackMs === null || !WORKING.includes(run.state)) return;
  if (run.armed === null) {
    const trigger = METRICS.find((metric) => stillStands(run, metric) && confirmation(run, metric, look) === 'confirmed');
    if (trigger !== undefined && run.asks === null) await task.report({ type: 'arm_rollback', trigger });
    return;
  }
  const { trigger, firesAt } = run.armed;
  const state = confirmation(run, trigger, look);
  if (state !== 'confirmed') {
    await task.report({ type: 'disarm_rollback', reason: state });
    return;
  }
  if (between(firesAt, look.now) < 0 || inRespite(run, look.now)) return;
  const price = await priceOf(task.context, run, { now: look.now, patienceMs: PRICE_MS, fresh: true });
  await task.report({ type: 'fire_rollback', price: price === null ? null : priceKind(price) });
}

/** Whether three of the newest five samples of now are known and above the limit of the alert; a statement that failed has failed. */
function confirmation(run: Run, trigger: Trigger, { samples, now, freshMs }: Look): 'confirmed' | 'unconfirmed' | 'unknown' {
  if (trigger === 'failure') return 'confirmed';
  const own = samples.filter(({ metric }) => metric === trigger).slice(-OUT_OF);
  const newest = own.at(-1);
  if (newest === undefined || newest.value === null || between(newest.at, now) > freshMs(trigger)) return 'unknown';
  return isConfirmed(own, run.alerts[trigger]?.limit ?? Number.POSITIVE_INFINITY) ? 'confirmed' : 'unconfirmed';
}
