import type { Run } from '../../domain/run.ts';
import type { RestoreRequest } from '../../ports.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** What every stage of a restore is asked with; null when nobody asked for one. */
export function restoreRequest(task: Task, run: Run, signal: AbortSignal): RestoreRequest | null {
  if (run.restore === null) return null;
  const { epoch } = task.claim.fence;
  return { runId: run.id, runNumber: run.number, epoch, backup: run.restore.backup, plannedOn: run.plan.identity, signal };
}

/** Says that no stage can be done here, for a worker that is wired without the tool. */
export async function cannotRestore(task: Task): Promise<boolean> {
  const detail = 'This worker cannot restore. Nothing was changed; restore by hand from the backup.';
  return (await task.report({ type: 'record_restore_failure', detail })).ok;
}

/** Loads the chosen backup into a database of its own beside the live one (R85). The live one is not touched. */
export const restore: Step = async ({ task, run, signal }) => {
  const request = restoreRequest(task, run, signal);
  const tool = task.context.restore;
  if (request === null || tool === undefined) return cannotRestore(task);
  await task.lockTarget();
  const outcome = await tool.load(request);
  if (signal.aborted) return false;
  if (outcome.ok) return (await task.report({ type: 'record_restore_loaded', ms: outcome.ms })).ok;
  return (await task.report({ type: 'record_restore_failure', detail: outcome.message })).ok;
};
