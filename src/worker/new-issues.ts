import { worthRecording } from '../domain/new-issues.ts';
import type { Run } from '../domain/run.ts';
import type { Task } from './task.ts';

/** How often the error tracker is asked what is new, in milliseconds. */
export const ISSUES_EVERY_MS = 30_000;

/** Asks the error tracker what it saw for the first time since the first write, and tells the run what changed (R51); nothing where none is named. */
export async function listNewIssues(task: Task, run: Run): Promise<void> {
  const { newIssues } = task.context.sources;
  if (newIssues === undefined || run.baseline === null || run.t0 === null) return;
  const reading = await newIssues(run.t0);
  if (!worthRecording(run.newIssues, reading.ok ? reading.value : null, await task.services.ledger.now())) return;
  const told = reading.ok ? { found: reading.value } : { found: null, why: reading.why };
  await task.report({ type: 'record_issues', ...told });
}
