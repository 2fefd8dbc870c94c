import { shortDigest } from '../../domain/digest.ts';
import { plan } from '../../usecases/plan.ts';
import { EXIT } from '../exit.ts';
import { actorOf, printJson, refused, unknownPerson, type Cli } from '../session.ts';
import { advice } from '../views/advice.ts';
import { planView } from '../views/plan.ts';

/** `offpeak plan`: makes a run for what is pending. Reads files and catalog; changes nothing on the target. */
export function planVerb({ program, verb }: Cli): void {
  const command = program.command('plan').description('make a run for the pending migrations').option('--json', 'as JSON');
  verb<{ json?: boolean }>(command, async (session, { json }) => {
    const actor = actorOf(session);
    if (typeof actor === 'string') return unknownPerson(session, actor);
    const outcome = await plan(session.services, { target: session.target.name, actor });
    if (!outcome.ok) return refused(session, outcome.refusal);
    const { run } = outcome;
    if (json) printJson(session, run);
    else
      session.terminal.out(
        `Run #${run.number} is planned, digest ${shortDigest(run.digest)}.\n\n${planView(run)}\n\nNext      ${advice(run)}`,
      );
    return EXIT.done;
  });
}
