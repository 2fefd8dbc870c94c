import { pagesDue, pagesOver, type Page, type WantedPage } from '../domain/page.ts';
import { presenceDue } from '../domain/presence.ts';
import type { Run } from '../domain/run.ts';
import type { Pager } from '../ports.ts';
import type { Task } from './task.ts';

/** What stands for a pager when none is configured: the message in Slack that names the on-call is the call. */
const BY_SLACK = 'Slack';

/**
 * Sees to it that somebody is there (R8): asks the watcher when it is time, calls the on-call when nobody answers or the run stands where somebody
 * has to look, and closes the call when that is over. Never needs Slack (F34). Each try is recorded, also one that reached nobody.
 */
export async function attendOnce(task: Task, run: Run): Promise<void> {
  const now = await task.services.ledger.now();
  if (presenceDue(run, now)) await task.report({ type: 'ask_presence' });
  await callOnce(task, run);
}

/** The calls alone. True when there were any. */
export async function callOnce(task: Task, run: Run): Promise<boolean> {
  const now = await task.services.ledger.now();
  const due = pagesDue(run, now);
  const over = pagesOver(run, now);
  for (const page of due) await call(task, run, page);
  for (const page of over) await close(task, page);
  return due.length + over.length > 0;
}

async function call(task: Task, run: Run, page: WantedPage): Promise<void> {
  const { pager } = task.context;
  const failure = pager === undefined ? null : await reached(() => pager.page(described(run, page)));
  await task.report({ type: 'record_page', page, through: pager?.name ?? BY_SLACK, failure });
  if (failure !== null) task.services.log.error({ run: run.number, failure }, 'the on-call could not be paged');
}

async function close(task: Task, { key }: Page): Promise<void> {
  const { pager } = task.context;
  const failure = pager === undefined ? null : await reached(() => pager.close(incident(task.claim.run.id, key)));
  await task.report({ type: 'record_page_closed', key, failure });
}

/** The same for every try, so that a second one rings nobody anew. */
function incident(runId: string, key: string): string {
  return `offpeak:${runId}:${key}`;
}

function described(run: Run, { key, summary }: WantedPage): Parameters<Pager['page']>[0] {
  return {
    key: incident(run.id, key),
    summary: `Offpeak run #${run.number} on ${run.target}: ${summary}`,
    details: { run: `#${run.number}`, target: run.target, state: run.state, watcher: run.watcher?.actor.name ?? 'nobody' },
  };
}

/** Null, or why nobody was reached; a pager that throws reached nobody either. */
async function reached(send: () => Promise<string | null>): Promise<string | null> {
  try {
    return await send();
  } catch {
    return 'The pager could not be asked.';
  }
}
