import type { Run } from '../domain/run.ts';
import { isActive } from '../domain/run.ts';
import type { ChainLink } from '../ports.ts';
import { backfillWords } from '../slack/render/backfill-line.ts';
import { eventLine } from '../slack/render/history.ts';
import { plain } from './plain.ts';
import type { Session } from './session.ts';

const PAGE = 500;
const EVERY_MS = 1000;

/** Whether nothing more happens to the run by itself: it is over, or its rollback failed and waits for a person. */
export function atRest(run: Run): boolean {
  return !isActive(run) || run.state === 'rollback_failed' || run.holding?.reason === 'restore_failed';
}

/** One event as a line: when in the target's zone and UTC, what, who. */
export function eventText(session: Session, { event }: Pick<ChainLink, 'event'>): string {
  return plain(eventLine(event), session.target.window.zone);
}

/** Prints the events of a run behind `after`, oldest first. Out: the position of the last one. */
export async function printEvents(session: Session, runId: string, after: number): Promise<number> {
  for (let last = after; ;) {
    const links = await session.services.ledger.history({ runId, limit: PAGE, after: last });
    for (const link of links) session.terminal.out(eventText(session, link));
    last = links.at(-1)?.position ?? last;
    if (links.length < PAGE) return last;
  }
}

/** The position of the run's newest event. */
export async function newestPosition({ services }: Session, runId: string): Promise<number> {
  for (let last = 0; ;) {
    const links = await services.ledger.history({ runId, limit: PAGE, after: last });
    last = links.at(-1)?.position ?? last;
    if (links.length < PAGE) return last;
  }
}

/**
 * Prints what happens to a run behind `after` until it is at rest. Out: the run then, or null after Ctrl-C, which ends only the looking.
 * A ledger that cannot be reached is said once and asked again: the run does not depend on this terminal.
 */
export async function follow(session: Session, runId: string, after: number): Promise<Run | null> {
  const { terminal } = session;
  const interrupted = terminal.interruption();
  const seen = { after, progress: '', lost: false };
  while (!interrupted.aborted) {
    try {
      const run = await session.services.ledger.load(runId);
      seen.after = await printEvents(session, runId, seen.after);
      if (seen.lost) terminal.err('The ledger answers again.');
      seen.lost = false;
      if (run === null) throw new Error('The run is not in the ledger.');
      if (atRest(run)) return run;
      await printProgress(session, run, seen);
    } catch (error) {
      if (!seen.lost)
        terminal.err(`${error instanceof Error ? error.message : String(error)}\nThe run goes on without this terminal; asking again.`);
      seen.lost = true;
    }
    await terminal.pause(EVERY_MS, interrupted);
  }
  return null;
}

/** A backfill's progress, once for each whole percent, and whenever it begins to rest or goes on. */
async function printProgress({ services, terminal }: Session, run: Run, seen: { progress: string }): Promise<void> {
  const progress = await services.ledger.progress(run.id);
  if (progress === null || progress.totalRows === 0) return;
  const key = `${progress.position} ${Math.floor((progress.doneRows / progress.totalRows) * 100)} ${progress.note}`;
  if (key !== seen.progress) terminal.out(`  unit ${progress.position + 1}: ${backfillWords(progress, run.speed)}`);
  seen.progress = key;
}

/** What is said when somebody stops looking. */
export function stoppedLooking({ terminal }: Session, number: number): void {
  terminal.err(`You stopped looking; run #${number} goes on. "offpeak logs -f" follows it again, "offpeak rollback" takes it back.`);
}
