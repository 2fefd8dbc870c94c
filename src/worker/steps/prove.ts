import { attemptFailed } from './backup.ts';
import type { Step } from './index.ts';

/** Restores the run's backup into the scratch server and rehearses the very plan on it: one restore, four proofs (R22, R43). */
export const prove: Step = async ({ task, run, signal }) => {
  if (run.backup === null) return false;
  try {
    const rehearsal = await task.context.backups.prove({ backup: run.backup, plan: run.plan, signal });
    if (signal.aborted) return false;
    const at = await task.services.ledger.now();
    return (await task.report({ type: 'record_rehearsal', rehearsal: { ...rehearsal, at }, plannedAt: run.plan.plannedAt })).ok;
  } catch (error) {
    if (signal.aborted) return false;
    return attemptFailed({ task, run, item: 'rollback_proof', error });
  }
};
