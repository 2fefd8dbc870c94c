import type { Context, TimerCommand } from '../commands.ts';
import { digestOf } from '../digest.ts';
import { between } from '../instant.ts';
import { OPEN, type Run } from '../run.ts';
import { opensAt } from '../schedule.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

/** Decides what the schedule notices: a changed file, and the moment to open preparation. */
export function decideTimer(run: Run, command: TimerCommand, context: Context): Decision {
  if (command.type === 'revise_plan') {
    if (!OPEN.includes(run.state)) return wrongState(run, 'revise');
    const digest = digestOf(command.plan, null, context.sha256);
    if (run.problem === null && digest === digestOf(run.plan, null, context.sha256))
      return refuse({ code: 'already_so', detail: 'The plan is the same.' });
    return happened({ type: 'plan_revised', plan: command.plan, digest, changes: command.changes });
  }
  if (command.type === 'void_plan') {
    if (!OPEN.includes(run.state)) return wrongState(run, 'void');
    if (run.problem === command.problem) return refuse({ code: 'already_so', detail: 'The plan is void already.' });
    return happened({ type: 'plan_voided', problem: command.problem });
  }
  if (run.state !== 'scheduled' || run.scheduledFor === null) return wrongState(run, 'open');
  if (between(opensAt(run, run.scheduledFor), context.now) < 0) return refuse({ code: 'out_of_order' });
  if (between(run.scheduledFor, context.now) > run.plan.timing.lateStartMs)
    return happened({ type: 'schedule_missed', t0: run.scheduledFor });
  return happened({ type: 'started', t0: run.scheduledFor });
}
