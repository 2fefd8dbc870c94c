import { alertHold } from './auto-rollback.ts';
import type { Command, Context, HumanCommand, TimerCommand, WorkerCommand } from './commands.ts';
import { COMMAND_ROLES, decideHuman } from './decide/human.ts';
import { decideTimer } from './decide/timer.ts';
import { decideWorker } from './decide/worker.ts';
import type { Decision } from './decide/decision.ts';
import { endsByItself, type Run } from './run.ts';

export type { Decision } from './decide/decision.ts';

/** Whether a person gives this command, as against the schedule or the worker. */
export function isHumanCommand(command: Command): command is HumanCommand {
  return Object.hasOwn(COMMAND_ROLES, command.type);
}

/**
 * The one place where it is decided what a command does to a run: pure, total, the same on every machine.
 * In: the run as it is, the command, and who asks when. Out: what happens, or a refusal from the closed list.
 */
export function decide(run: Run, command: Command, context: Context): Decision {
  // The end of peak hours, of a freeze or of an alert resumes a run by itself (R4); every other resume is a person's.
  if (command.type === 'resume' && context.actor.via === 'worker') return resumeByItself(run, context);
  if (isHumanCommand(command)) return decideHuman(run, command, context);
  if (command.type === 'revise_plan' || command.type === 'void_plan' || command.type === 'open_preparation')
    return decideTimer(run, command satisfies TimerCommand, context);
  return decideWorker(run, command satisfies WorkerCommand, context);
}

function resumeByItself(run: Run, { now }: Context): Decision {
  const burns = run.holding?.reason === 'alert' && alertHold(run, now) !== null;
  if (run.state === 'holding' && endsByItself(run) && !burns) return { ok: true, happenings: [{ type: 'resumed' }] };
  return { ok: false, refusal: { code: 'wrong_state', state: run.state, command: 'resume' } };
}
