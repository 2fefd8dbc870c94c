import type { Happening } from './events.ts';
import { between, plus, type Instant } from './instant.ts';
import { alertRulesOf } from './ladder.ts';
import { METRIC_NAMES, METRICS, standingAlerts, type Metric } from './monitor.ts';
import type { Actor } from './people.ts';
import { WORKING, type Run } from './run.ts';

/** What a rollback by policy rests on: the alert of a metric (R69–R71), or a statement that failed (R72). */
export const TRIGGERS = [...METRICS, 'failure'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** The one of this name, as people write it; undefined when there is none. */
export function triggerNamed(name: unknown): Trigger | undefined {
  return TRIGGERS.find((each) => each === name);
}

/** Why the countdown of a rollback was voided. */
export type DisarmReason = 'cleared' | 'unknown' | 'unconfirmed' | 'acknowledged' | 'resumed' | 'lossy' | 'price_unknown';

/** A rollback that Offpeak begins by itself at `firesAt`, on the ledger's clock. */
export type Armed = { readonly trigger: Trigger; readonly since: Instant; readonly firesAt: Instant };

/** Five minutes in which nothing goes forward and nothing is rolled back by itself, and who asked for them. */
export type Respite = { readonly by: Actor; readonly until: Instant };

/** A source that cannot be read: since when, why, and whether a person let the run go on without it. */
export type LostSource = {
  readonly metrics: readonly Metric[];
  readonly since: Instant;
  readonly detail: string;
  readonly accepted: boolean;
};

export const RESPITE_MS = 300_000;

/** Whether nothing goes forward now because somebody asked for five minutes. */
export function inRespite({ respite }: Pick<Run, 'respite'>, now: Instant): boolean {
  return respite !== null && between(now, respite.until) > 0;
}

/** Whether a trigger still stands: its alert says roll back and nobody took it upon themself, or the statement that failed still holds the run. */
export function stillStands(run: Run, trigger: Trigger): boolean {
  if (trigger === 'failure') return run.holding?.reason === 'statement_failed';
  const alert = run.alerts[trigger];
  return alert !== undefined && alert.clearedAt === null && alert.level === 'roll_back' && alert.acknowledged === null;
}

/**
 * Begins the countdown of a rollback by policy: nothing when the plan has none, when one runs already, when Offpeak has to ask in this
 * run, or when the trigger does not stand. A respite is waited for, and the countdown begins behind it.
 */
export function arming(run: Run, trigger: Trigger, now: Instant): readonly Happening[] {
  const { autoRollbackMs } = alertRulesOf(run.plan);
  if (autoRollbackMs === null || run.armed !== null || run.asks !== null) return [];
  if (!WORKING.includes(run.state) || run.baseline === null || !stillStands(run, trigger)) return [];
  const from = run.respite !== null && between(now, run.respite.until) > 0 ? run.respite.until : now;
  return [{ type: 'rollback_armed', trigger, firesAt: plus(from, autoRollbackMs) }];
}

/** Voids the countdown; nothing when none runs, or when it rests on something else. */
export function disarming(run: Run, reason: DisarmReason, trigger?: Trigger): readonly Happening[] {
  if (run.armed === null || (trigger !== undefined && run.armed.trigger !== trigger)) return [];
  return [{ type: 'rollback_disarmed', trigger: run.armed.trigger, reason }];
}

/** Why nothing goes forward because of an alert: somebody asked for five minutes, or one says to roll back and nobody took it upon themself. */
export function alertHold(run: Run, now: Instant): { readonly reason: 'alert'; readonly detail: string } | null {
  if (run.respite !== null && inRespite(run, now))
    return { reason: 'alert', detail: `@${run.respite.by.name} asked for five minutes in which nothing goes forward.` };
  const gravest = standingAlerts(run).find(({ metric }) => stillStands(run, metric));
  if (gravest === undefined) return null;
  const name = METRIC_NAMES[gravest.metric];
  return {
    reason: 'alert',
    detail: `${name.charAt(0).toUpperCase()}${name.slice(1)} went over the limit at which the runbook rolls back.`,
  };
}

/** Why a run holds for sources that cannot be read: two of them, or one for too long (F49). A person who resumes accepts those of then. */
export function blindHold(run: Run, now: Instant): { readonly reason: 'monitor_silent'; readonly detail: string } | null {
  const lost = Object.entries(run.lost).filter(([, { accepted }]) => !accepted);
  const { unknownHoldMs } = alertRulesOf(run.plan);
  if (lost.length < 2 && !lost.some(([, { since }]) => between(since, now) > unknownHoldMs)) return null;
  const named = lost.map(([source, { detail }]) => (detail === '' ? source : `${source}: ${detail}`));
  const so = 'It could be read before the first write and cannot be read now, so nobody knows how the application is.';
  return { reason: 'monitor_silent', detail: `${named.join('; ')} ${so} Look at it yourself: Resume goes on without it, or roll back.` };
}

/** When the observation ends at the earliest: as long as the plan says from the first write, and as much longer as somebody could not see (R57, F49). */
export function observedUntil({ t0, plan, darkMs }: Pick<Run, 't0' | 'plan' | 'darkMs'>, now: Instant): Instant {
  return plus(t0 ?? now, plan.timing.observeMs + darkMs);
}

/** Whether a source is dark and nobody accepted it: the observation does not end meanwhile. */
export function isBlind({ lost }: Pick<Run, 'lost'>): boolean {
  return Object.values(lost).some(({ accepted }) => !accepted);
}
