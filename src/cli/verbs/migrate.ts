import { drawPlan } from '../../usecases/plan.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { follow, newestPosition, stoppedLooking } from '../follow.ts';
import { give, printJson, refused, type Cli, type Session } from '../session.ts';
import { planView } from '../views/plan.ts';

/** `offpeak migrate`: starts the approved run and follows it until its end. `--dry-run` shows every statement and runs none (R47). */
export function migrateVerb({ program, verb }: Cli): void {
  const command = program
    .command('migrate')
    .description('start the approved run now, and follow it until its end')
    .option('--dry-run', 'show every statement, its locks and its time; run nothing')
    .option('--json', 'as JSON, with --dry-run');
  verb<{ dryRun?: boolean; json?: boolean }>(command, async (session, { dryRun, json }) =>
    dryRun ? dry(session, json === true) : start(session),
  );
}

async function dry(session: Session, json: boolean): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const run = await services.ledger.active(target.name);
  const drawn = run === null ? await drawPlan(target, await services.ledger.now()) : { ok: true as const, plan: run.plan };
  if (!drawn.ok) return refused(session, drawn.refusal);
  const planned = { plan: drawn.plan, rehearsal: run?.rehearsal ?? null };
  if (json) printJson(session, planned);
  else terminal.out(`${planView(planned)}\n\nNothing was run.${run === null ? ' There is no run for it yet: "offpeak plan".' : ''}`);
  return EXIT.done;
}

async function start(session: Session): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const open = await services.ledger.active(target.name);
  const after = open === null ? 0 : await newestPosition(session, open.id);
  const run = await give(session, { type: 'start' });
  if (typeof run === 'number') return run;
  const ended = await follow(session, run.id, after);
  if (ended === null) {
    stoppedLooking(session, run.number);
    return EXIT.failed;
  }
  if (ended.state === 'completed') terminal.out(`Run #${ended.number} is completed.`);
  else terminal.err(`Run #${ended.number} is not completed, it is ${ended.state.replace('_', ' ')}: ${ended.end?.detail ?? ''}`);
  return ended.state === 'completed' ? EXIT.done : EXIT.failed;
}
