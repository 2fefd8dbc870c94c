import { decide } from '../../domain/decide.ts';
import { priceKind } from '../../domain/price.ts';
import type { Run } from '../../domain/run.ts';
import { touched } from '../../domain/run.ts';
import { openOrTried } from '../../usecases/act.ts';
import { priceOf } from '../../usecases/price.ts';
import { BadUsage, EXIT, type ExitCode } from '../exit.ts';
import { follow, newestPosition, stoppedLooking } from '../follow.ts';
import { actorOf, give, printJson, refused, type Cli, type Session } from '../session.ts';
import { agrees } from '../terminal.ts';
import { predictedUndoMs, priceView, undoings, undoView } from '../views/undo.ts';

type Options = { readonly dryRun?: boolean; readonly force?: boolean; readonly acceptLoss?: boolean; readonly json?: boolean };

/**
 * `offpeak rollback`: takes back what the open run has applied, at any hour, and follows until the end. `--force` skips the question and not the
 * look at what would be lost (R76): where that is not nothing, or not known, it refuses unless `--accept-loss` stands beside it.
 */
export function rollbackVerb({ program, verb }: Cli): void {
  const command = program
    .command('rollback')
    .description('take back what the open run has applied, at any hour')
    .option('--dry-run', 'show the statements that would undo it and the predicted time; run nothing')
    .option('--force', 'do not ask; refuse when data would be lost, or when nobody knows')
    .option('--accept-loss', 'with --force: whatever is lost by it, do not count it first')
    .option('--json', 'as JSON, with --dry-run');
  verb<Options>(command, async (session, options) => {
    if (options.acceptLoss && !options.force)
      throw new BadUsage('--accept-loss stands beside --force. Without --force you are asked, and see what would be lost.');
    return options.dryRun ? dry(session, options) : rollBack(session, options);
  });
}

async function dry(session: Session, { json }: Options): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const run = (await services.ledger.active(target.name)) ?? (await services.ledger.latest(target.name));
  if (run === null) return refused(session, { code: 'no_run', target: target.name });
  const price = await priceNow(session, run, PATIENCE_MS);
  if (json) printJson(session, { ...dryRun(run), price });
  else terminal.out(`${undoView(run, price)}\n\nNothing was run.`);
  return EXIT.done;
}

/** Somebody asked for it and waits. */
const PATIENCE_MS = 10_000;
/** Somebody asked to be quick: what is not counted by then is not known. */
const FORCED_PATIENCE_MS = 3_000;

async function priceNow({ services, target }: Session, run: Run, patienceMs: number) {
  return await priceOf(target, run, { now: await services.ledger.now(), patienceMs });
}

function dryRun(run: Run) {
  const migrations = undoings(run);
  return { run: run.number, state: run.state, touched: touched(run), predictedMs: predictedUndoMs(migrations), migrations };
}

async function rollBack(session: Session, { force, acceptLoss }: Options): Promise<ExitCode> {
  const { services, target, terminal } = session;
  const open = await openOrTried(services.ledger, target.name);
  if (open === null) return refused(session, { code: 'no_run', target: target.name });
  if (!force && !(await wanted(session, open))) return EXIT.refused;
  if (force && !acceptLoss && !(await costsNothing(session, open))) return EXIT.refused;
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
    throw new BadUsage(
      'Nobody can be asked here. Write offpeak rollback --force to roll back without a question, when nothing is lost by it.',
    );
  terminal.err(undoView(run, await priceNow(session, run, PATIENCE_MS)));
  if (await agrees(terminal, `\nRoll back run #${run.number} of ${run.target} now?`)) return true;
  terminal.err('Nothing was changed; the run goes on.');
  return false;
}

/**
 * Whether nothing is lost by rolling back now (R76): nothing was applied, or everything that the downs take away was counted and is nothing.
 * Says why not otherwise. A rollback that is refused anyway is left to its own refusal.
 */
async function costsNothing(session: Session, run: Run): Promise<boolean> {
  const { terminal } = session;
  if (!touched(run) || undoings(run).length === 0 || !(await mayBegin(session, run))) return true;
  const price = await priceNow(session, run, FORCED_PATIENCE_MS);
  if (price !== null && priceKind(price) === 'lossless') return true;
  terminal.err(
    [
      `Refused: rolling back run #${run.number} of ${run.target} may lose data, and --force does not skip that.`,
      ...priceView(price),
      'Nothing was changed; the run goes on. Write offpeak rollback to be asked at a terminal, or offpeak rollback --force --accept-loss to roll back all the same.',
    ].join('\n'),
  );
  return false;
}

async function mayBegin(session: Session, run: Run): Promise<boolean> {
  const { ledger, people, sha256 } = session.services;
  const actor = actorOf(session);
  if (typeof actor === 'string') return false;
  return decide(run, { type: 'roll_back' }, { now: await ledger.now(), actor, people: people(), sha256 }).ok;
}
