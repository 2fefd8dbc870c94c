import type { Run } from '../../domain/run.ts';
import { touched } from '../../domain/run.ts';
import { openOrTried } from '../../usecases/act.ts';
import { priceOf } from '../../usecases/price.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import { follow, newestPosition, stoppedLooking } from '../follow.ts';
import { give, printJson, refused, type Cli, type Session } from '../session.ts';
import { agrees } from '../terminal.ts';
import { predictedUndoMs, undoings, undoView } from '../views/undo.ts';

type Options = { readonly dryRun?: boolean; readonly force?: boolean; readonly json?: boolean };

/** `offpeak rollback`: takes back what the open run has applied, at any hour, and follows until the end. `--force` skips the question and nothing else (R76). */
export function rollbackVerb({ program, verb }: Cli): void {
  const command = program
    .command('rollback')
    .description('take back what the open run has applied, at any hour')
    .option('--dry-run', 'show the statements that would undo it and the predicted time; run nothing')
    .option('--force', 'do not ask')
    .option('--json', 'as JSON, with --dry-run');
  verb<Options>(command, async (session, options) => (options.dryRun ? dry(session, options) : rollBack(session, options)));
}

async function dry(session: Session, { json }: Options): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const run = (await services.ledger.active(target.name)) ?? (await services.ledger.latest(target.name));
  if (run === null) return refused(session, { code: 'no_run', target: target.name });
  const price = await priceNow(session, run);
  if (json) printJson(session, { ...dryRun(run), price });
  else terminal.out(`${undoView(run, price)}\n\nNothing was run.`);
  return EXIT.done;
}

/** Somebody asked for it and waits. */
const PATIENCE_MS = 10_000;

async function priceNow({ services, target }: Session, run: Run) {
  return await priceOf(target, run, { now: await services.ledger.now(), patienceMs: PATIENCE_MS });
}

function dryRun(run: Run) {
  const migrations = undoings(run);
  return { run: run.number, state: run.state, touched: touched(run), predictedMs: predictedUndoMs(migrations), migrations };
}

async function rollBack(session: Session, { force }: Options): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const open = await openOrTried(services.ledger, target.name);
  if (open === null) return refused(session, { code: 'no_run', target: target.name });
  if (!force && !(await wanted(session, open))) return EXIT.refused;
  const after = await newestPosition(session, open.id);
  const run = await give(session, { type: 'roll_back' });
  if (typeof run === 'number') return run;
  const ended = await follow(session, run.id, after);
  if (ended === null) {
    stoppedLooking(session, run.number);
    return EXIT.failed;
  }
  if (ended.state === 'rolled_back') {
    terminal.out(`Run #${ended.number} is rolled back. ${ended.end?.detail ?? ''}`);
    return EXIT.done;
  }
  const left = (ended.end?.remaining ?? []).join(', ');
  terminal.err(
    `Run #${ended.number} is NOT rolled back: ${ended.end?.detail ?? ended.state}${left === '' ? '' : `\nStill applied: ${left}`}`,
  );
  return EXIT.failed;
}

async function wanted(session: Session, run: Run): Promise<boolean> {
  const { terminal } = session;
  if (!terminal.interactive)
    throw new BadUsage('Nobody can be asked here. Write offpeak rollback --force to roll back without a question.');
  terminal.err(undoView(run, await priceNow(session, run)));
  if (await agrees(terminal, `\nRoll back run #${run.number} of ${run.target} now?`)) return true;
  terminal.err('Nothing was changed; the run goes on.');
  return false;
}
