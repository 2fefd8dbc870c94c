import { arming, disarming, inRespite, RESPITE_MS, stillStands, type Trigger } from '../auto-rollback.ts';
import type { Context, WorkerCommand } from '../commands.ts';
import type { Happening } from '../events.ts';
import { evolve } from '../evolve.ts';
import { between, plus } from '../instant.ts';
import { alertRulesOf } from '../ladder.ts';
import { graver, standingAlerts } from '../monitor.ts';
import { touched, WATCHED, WORKING, type Run } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';
import { rollBack } from './roll-back.ts';

type Of<Type extends WorkerCommand['type']> = Extract<WorkerCommand, { type: Type }>;
export type AlertCommand = Of<
  | 'raise_alert'
  | 'move_alert'
  | 'clear_alert'
  | 'record_source'
  | 'record_issues'
  | 'arm_rollback'
  | 'disarm_rollback'
  | 'fire_rollback'
  | 'record_recovery'
>;

/** Decides what the monitor found. An alert that says roll back begins the countdown of the policy in the same decision. */
export function decideAlert(run: Run, command: AlertCommand, context: Context): Decision {
  switch (command.type) {
    case 'raise_alert': {
      const { metric } = command.alert;
      if (standing(run, metric) !== null) return already('That alert is already raised.');
      if (!WATCHED.includes(run.state)) return wrongState(run, 'alert');
      return armed(run, { type: 'alert_raised', alert: command.alert }, { trigger: metric, context });
    }
    case 'move_alert':
      return moveAlert(run, command, context);
    case 'clear_alert':
      if (standing(run, command.metric) === null) return already('That alert is not raised.');
      return happened({ type: 'alert_cleared', metric: command.metric }, ...disarming(run, 'cleared', command.metric));
    case 'record_source':
      return recordSource(run, command);
    case 'record_issues':
      if (!WATCHED.includes(run.state) || run.baseline === null) return wrongState(run, 'watch');
      return happened(command.found === null ? { type: 'issues_unlisted', why: command.why } : { type: 'issues_listed', ...command.found });
    case 'arm_rollback': {
      const happenings = arming(run, command.trigger, context.now);
      return happenings.length === 0 ? refuse({ code: 'out_of_order' }) : happened(...happenings);
    }
    case 'disarm_rollback': {
      // A statement that failed has failed, whatever the samples say.
      const happenings = run.armed?.trigger === 'failure' ? [] : disarming(run, command.reason);
      return happenings.length === 0 ? refuse({ code: 'out_of_order' }) : happened(...happenings);
    }
    case 'fire_rollback':
      return fireRollback(run, command, context);
    case 'record_recovery':
      if (run.state !== 'rolled_back' || run.recovery !== null || !touchedOnce(run)) return wrongState(run, 'recover');
      return happened(
        command.after === null ? { type: 'recovery_missed', detail: command.detail } : { type: 'recovered', after: command.after },
      );
  }
}

function standing(run: Run, metric: keyof Run['alerts']) {
  const alert = run.alerts[metric];
  return alert === undefined || alert.clearedAt !== null ? null : alert;
}

function already(detail: string): Decision {
  return refuse({ code: 'already_so', detail });
}

/** What happened, and the countdown it begins. */
function armed(run: Run, happening: Happening, { trigger, context }: { trigger: Trigger; context: Context }): Decision {
  const after = evolve(run, { ...happening, at: context.now, actor: context.actor });
  return happened(happening, ...arming(after, trigger, context.now));
}

function moveAlert(run: Run, command: Of<'move_alert'>, context: Context): Decision {
  const { type: _, ...move } = command;
  const alert = standing(run, move.metric);
  if (alert === null || alert.level === move.level) return already('That alert stands as it is.');
  if (graver(move.level, alert.level)) return armed(run, { ...move, type: 'alert_escalated' }, { trigger: move.metric, context });
  return happened({ ...move, type: 'alert_eased' }, ...disarming(run, 'unconfirmed', move.metric));
}

function recordSource(run: Run, { source, lost }: Of<'record_source'>): Decision {
  if (!WATCHED.includes(run.state)) return wrongState(run, 'watch');
  if (lost === null) return run.lost[source] === undefined ? already('That source is read.') : happened({ type: 'source_found', source });
  if (run.lost[source] !== undefined) return already('That source is known to be dark.');
  return happened({ type: 'source_lost', source, ...lost });
}

/**
 * The moment of a countdown has come: the same decision as a click, when all of it still holds. What would lose something, or whose
 * price nobody could count, is never rolled back without a person.
 */
function fireRollback(run: Run, { price }: Of<'fire_rollback'>, { now }: Context): Decision {
  const { armed: countdown } = run;
  if (countdown === null || alertRulesOf(run.plan).autoRollbackMs === null) return refuse({ code: 'out_of_order' });
  if (between(countdown.firesAt, now) < 0 || inRespite(run, now) || !stillStands(run, countdown.trigger))
    return refuse({ code: 'out_of_order' });
  if (price === null) return happened(...disarming(run, 'price_unknown'));
  if (price !== 'lossless') return happened(...disarming(run, 'lossy'));
  return rollBack(run);
}

/** Rolled back after something had been written: there is something to recover from. */
function touchedOnce(run: Run): boolean {
  return touched(run) && run.baseline !== null;
}

/** One's own word on an alert, or on the failed statement that would be rolled back. */
export function acknowledgeAlert(run: Run, trigger: Trigger): Decision {
  if (!WORKING.includes(run.state)) return wrongState(run, 'acknowledge');
  if (trigger === 'failure') {
    const voided = disarming(run, 'acknowledged', 'failure');
    return voided.length === 0 ? already('Nothing is rolled back by itself here.') : happened(...voided);
  }
  const alert = standing(run, trigger);
  if (alert === null) return already('That alert is over.');
  if (alert.acknowledged !== null) return already(`@${alert.acknowledged.by.name} acknowledged it already.`);
  return happened({ type: 'alert_acknowledged', metric: trigger }, ...disarming(run, 'acknowledged', trigger));
}

/** So much of a respite has to be over before another press prolongs it: a double click is one. */
const AGAIN_MS = 10_000;

/** Five minutes for people to look: nothing goes forward, and nothing is rolled back by itself. */
export function holdFive(run: Run, { now }: Context): Decision {
  if (!WORKING.includes(run.state) || (standingAlerts(run).length === 0 && run.armed === null)) return wrongState(run, 'hold');
  const left = run.respite === null ? 0 : between(now, run.respite.until);
  if (run.respite !== null && left > RESPITE_MS - AGAIN_MS) return already(`@${run.respite.by.name} pressed Hold 5 min already.`);
  return happened({ type: 'respite_given', until: plus(now, RESPITE_MS) });
}
