import { restored } from '../../domain/proof.ts';
import { pruneBackups } from '../../usecases/backup.ts';
import type { Task } from '../task.ts';
import { attemptFailed } from './backup.ts';
import type { Step } from './index.ts';

/** Restores the run's backup into the scratch server and rehearses the very plan on it: one restore, four proofs (R22, R43). */
export const prove: Step = async ({ task, run, signal }) => {
  if (run.backup === null) return false;
  try {
    const rehearsal = await task.context.backups.prove({ backup: run.backup, plan: run.plan, signal });
    if (signal.aborted) return false;
    const at = await task.services.ledger.now();
    const recorded = (await task.report({ type: 'record_rehearsal', rehearsal: { ...rehearsal, at }, plannedAt: run.plan.plannedAt })).ok;
    if (recorded && restored(rehearsal)) await removeOlder(task, run.target);
    return recorded;
  } catch (error) {
    if (signal.aborted) return false;
    return attemptFailed({ task, run, item: 'rollback_proof', error });
  }
};

/** A newer proved backup is there now. What cannot be removed is in nobody's way but the disk's: the run goes on. */
async function removeOlder({ services }: Task, target: string): Promise<void> {
  try {
    const removed = (await pruneBackups(services, { target, dryRun: false })) ?? [];
    if (removed.length > 0) services.log.info({ target, removed: removed.map(({ id }) => id) }, 'older backups were removed');
  } catch (error) {
    services.log.warn({ target, error: error instanceof Error ? error.message : String(error) }, 'older backups could not be removed');
  }
}
