import type { HumanCommand } from '../domain/commands.ts';
import type { Run } from '../domain/run.ts';
import { act } from '../usecases/act.ts';
import type { ExitCode } from './exit.ts';
import { actorOf, refused, unknownPerson, type Session } from './session.ts';

/** The open run of the target, or its newest one: what is over may have to be opened again. Null when there was never one. */
export async function newestRun({ services, target }: Session): Promise<Run | null> {
  return (await services.ledger.active(target.name)) ?? (await services.ledger.latest(target.name));
}

/** Gives a command to the newest run; the run as it is now, or the exit code after the refusal was said. */
export async function giveNewest(session: Session, command: HumanCommand): Promise<Run | ExitCode> {
  const actor = actorOf(session);
  if (typeof actor === 'string') return unknownPerson(session, actor);
  const run = await newestRun(session);
  if (run === null) return refused(session, { code: 'no_run', target: session.target.name });
  const outcome = await act(session.services, { which: { runId: run.id }, command, actor });
  return outcome.ok ? outcome.run : refused(session, outcome.refusal);
}
