import { disarming } from '../auto-rollback.ts';
import type { Context, HumanCommand } from '../commands.ts';
import { renewable } from '../first-write.ts';
import { between, plus } from '../instant.ts';
import { ITEM_ROLES, ITEM_TITLES } from '../items.ts';
import { ROLES, type Role } from '../people.ts';
import { countingApprovals, predictedPrepareMs, predictedRunMs, readiness, windowRefusal } from '../gates.ts';
import { rollbackProved } from '../proof.ts';
import { isRepeated } from '../requests.ts';
import { inPreparation, OPEN, touched, WORKING, type Run } from '../run.ts';
import { isStaging } from '../staging.ts';
import { judgeWindow } from '../window.ts';
import { acknowledgeAlert, holdFive } from './alerts.ts';
import { pause, setSpeed, stopAfterStep } from './brakes.ts';
import { acknowledgeItem, confirmItem, waiveItem, withdrawItem } from './checklist.ts';
import { runDrill } from './drill.ts';
import { recordLessons, reportProblem } from './problem.ts';
import { approveRestore, giveUpRestore, requestRestore } from './restore.ts';
import { happened, notPermitted, refuse, wrongState, type Decision } from './decision.ts';
import { rollBack } from './roll-back.ts';
import { raiseClass } from './staging.ts';
import { confirmTest } from './application-tests.ts';

/** Who may give each command. Rolling back is deliberately easier than going forward. */
export const COMMAND_ROLES: Readonly<Record<HumanCommand['type'], readonly Role[]>> = {
  start_checklist: ['requester', 'operator'],
  confirm_item: ITEM_ROLES,
  // Who may say it is written in the line itself.
  acknowledge_item: ROLES,
  waive_item: ROLES,
  withdraw_item: ROLES,
  run_drill: ['requester', 'operator'],
  approve: ['approver'],
  reject: ['approver'],
  start: ['requester', 'operator'],
  schedule: ['requester', 'operator'],
  stop_after_step: ['requester', 'operator', 'on_call'],
  pause: ['requester', 'operator', 'on_call'],
  set_speed: ['requester', 'operator', 'on_call'],
  resume: ['requester', 'operator'],
  roll_back: ['requester', 'operator', 'approver', 'on_call'],
  confirm_presence: ['requester', 'operator', 'on_call'],
  acknowledge_alert: ['requester', 'operator', 'approver', 'on_call'],
  hold_five: ['requester', 'operator', 'approver', 'on_call'],
  cancel: ['requester', 'operator'],
  raise_class: ['requester', 'operator', 'approver', 'on_call'],
  report_problem: ['requester', 'operator', 'approver', 'on_call', 'stakeholder'],
  request_restore: ['operator', 'on_call'],
  approve_restore: ['approver', 'on_call'],
  give_up_restore: ['operator', 'on_call'],
  record_lessons: ['requester', 'operator', 'approver', 'on_call'],
  confirm_test: ITEM_ROLES,
};

/** Decides what a person asks for: first whether they may, then whether the run allows it. */
export function decideHuman(run: Run, command: HumanCommand, context: Context): Decision {
  const denied = notPermitted(context, COMMAND_ROLES[command.type]);
  if (denied !== null) return denied;
  if (isRepeated(run, context.actor)) return refuse({ code: 'repeated' });
  switch (command.type) {
    case 'start_checklist':
      return startChecklist(run);
    case 'confirm_item':
      return confirmItem(run, command, context);
    case 'withdraw_item':
      return withdrawItem(run, command.item, context);
    case 'acknowledge_item':
      return acknowledgeItem(run, command.item, context);
    case 'waive_item':
      return waiveItem(run, command, context);
    case 'run_drill':
      return runDrill(run, context.now);
    case 'approve':
      return approve(run, command.digest, context);
    case 'reject':
      return reject(run, command.reason);
    case 'start':
      return start(run, context);
    case 'schedule':
      return schedule(run, command.t0, context);
    case 'stop_after_step':
      return stopAfterStep(run, context);
    case 'pause':
      return pause(run, context);
    case 'set_speed':
      return setSpeed(run, command.percent);
    case 'resume':
      return run.state === 'holding' ? happened({ type: 'resumed' }, ...disarming(run, 'resumed')) : wrongState(run, 'resume');
    case 'roll_back':
      return rollBack(run);
    case 'confirm_presence':
      return WORKING.includes(run.state) ? happened({ type: 'presence_confirmed' }) : wrongState(run, 'watch');
    case 'acknowledge_alert':
      return acknowledgeAlert(run, command.alert);
    case 'hold_five':
      return holdFive(run, context);
    case 'cancel':
      return cancel(run, context);
    case 'raise_class':
      return raiseClass(run, command.reason);
    case 'report_problem':
      return reportProblem(run, command, context);
    case 'request_restore':
      return requestRestore(run, command, context);
    case 'approve_restore':
      return approveRestore(run, command, context);
    case 'give_up_restore':
      return giveUpRestore(run, command, context);
    case 'confirm_test':
      return confirmTest(run, command);
    case 'record_lessons':
      return recordLessons(run, command);
  }
}

function startChecklist(run: Run): Decision {
  if (run.state === 'planned') return happened({ type: 'checklist_started' });
  if (!OPEN.includes(run.state) || run.checklist === null) return wrongState(run, 'start');
  return refuse({ code: 'checklist_started', by: `@${run.checklist.by.name}`, at: run.checklist.at });
}

function approve(run: Run, digest: string, context: Context): Decision {
  if (run.state === 'planned') return refuse({ code: 'proof_missing' });
  // Also in preparation: approvals may expire between the schedule and the first write.
  if (run.state !== 'checklist' && run.state !== 'approved' && run.state !== 'scheduled' && !inPreparation(run))
    return wrongState(run, 'approve');
  if (context.actor.id === run.requester.id) return refuse({ code: 'own_plan' });
  if (run.problem !== null) return refuse({ code: 'migrations_unreadable', detail: run.problem });
  if (run.rehearsal === null) return refuse({ code: 'proof_missing' });
  if (digest !== run.digest) return refuse({ code: 'plan_changed' });
  if (!rollbackProved(run.rehearsal)) return refuse({ code: 'items_open', items: [ITEM_TITLES.rollback_proof] });
  const counting = countingApprovals(run, context);
  const own = counting.find((approval) => approval.by.id === context.actor.id);
  if (own !== undefined && !renewable(run, { expiresAt: own.expiresAt, lifeMs: run.plan.timing.approvalMs, now: context.now }))
    return refuse({ code: 'already_approved' });
  const approved = { type: 'approved', digest, expiresAt: plus(context.now, run.plan.timing.approvalMs) } as const;
  const others = counting.filter((approval) => approval !== own).length;
  const reached = run.state === 'checklist' && others + 1 >= run.plan.quorum;
  return reached ? happened(approved, { type: 'quorum_reached' }) : happened(approved);
}

function reject(run: Run, reason: string): Decision {
  if (run.state !== 'checklist' && run.state !== 'approved' && run.state !== 'scheduled') return wrongState(run, 'reject');
  if (reason.trim() === '') return refuse({ code: 'evidence_empty' });
  return happened({ type: 'rejected', reason: reason.trim() });
}

function start(run: Run, context: Context): Decision {
  if (run.state !== 'planned' && run.state !== 'checklist' && run.state !== 'approved' && run.state !== 'scheduled')
    return wrongState(run, 'start');
  // A staging run gathers everything in its preparation, where what does not pass holds it; nobody approves it (decision 17).
  const notReady = isStaging(run) ? null : readiness(run, context);
  if (notReady !== null) return refuse(notReady);
  const closed = windowRefusal(run, context.now, predictedPrepareMs(run) + predictedRunMs(run));
  if (closed !== null) return refuse(closed);
  return happened({ type: 'started', t0: context.now });
}

function schedule(run: Run, t0: string | null, context: Context): Decision {
  if (run.state !== 'planned' && run.state !== 'checklist' && run.state !== 'approved' && run.state !== 'scheduled')
    return wrongState(run, 'schedule');
  const notReady = readiness(run, context);
  if (notReady !== null) return refuse(notReady);
  const wanted = t0 ?? nextFit(run, context);
  if (wanted === null) return refuse({ code: 'window_open' });
  if (between(context.now, wanted) <= 0) return refuse({ code: 'in_the_past' });
  const closed = windowRefusal(run, wanted, predictedRunMs(run));
  return closed === null ? happened({ type: 'scheduled', t0: wanted }) : refuse(closed);
}

/** The next moment that fits, or null when that is now. When none fits, now is tried so that the refusal says why. */
function nextFit(run: Run, context: Context): string | null {
  const verdict = judgeWindow(run.plan.window, context.now, predictedPrepareMs(run) + predictedRunMs(run));
  return verdict.open ? null : (verdict.next ?? plus(context.now, 1));
}

function cancel(run: Run, context: Context): Decision {
  // A rollback that can never succeed must not keep the target occupied for ever: a person says that it was dealt with by hand.
  if (run.state === 'rollback_failed') {
    const detail = `Closed by @${context.actor.name} after the rollback failed. The database stays as it is now: what was left applied was left to be dealt with by hand.`;
    return happened({ type: 'failed', detail });
  }
  const idle = run.state === 'planned' || run.state === 'checklist' || run.state === 'approved' || run.state === 'scheduled';
  if (!idle && !(run.state === 'holding' && !touched(run))) return wrongState(run, 'cancel');
  return happened({ type: 'cancelled', reason: `Cancelled by @${context.actor.name}. The database was not touched.` });
}
