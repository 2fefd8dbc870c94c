import type { Step } from './index.ts';
import { cannotRestore, restoreRequest } from './restore.ts';

/** Compares the copy with the backup and runs the validations of what was applied before the run: all of it passes, or nothing is switched (R86). */
export const validateRestore: Step = async ({ task, run, signal }) => {
  const request = restoreRequest(task, run, signal);
  if (request === null || task.context.restore === undefined) return cannotRestore(task);
  await task.lockTarget();
  const { failures } = await task.context.restore.compare({ ...request, validations: run.plan.appliedValidations });
  if (signal.aborted) return false;
  return (await task.report({ type: 'record_restore_compared', failures })).ok;
};
