import { restored } from '../../domain/proof.ts';
import { moveBackup, pruneBackups } from '../../usecases/backup.ts';
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
    if (recorded && restored(rehearsal)) {
      // Nothing waits for the copy: what guards the run lies here, and an upload must not delay its first write.
      void copyAway(task, run.target, rehearsal.backupId);
      await removeOlder(task, run.target);
    }
    return recorded;
  } catch (error) {
    if (signal.aborted) return false;
    return attemptFailed({ task, run, item: 'rollback_proof', error });
  }
};

const COPY_LIMIT_MS = 86_400_000;

/** What keeps it from being copied is said in the log; `offpeak backup --store` tries again. */
async function copyAway({ services }: Task, target: string, id: string): Promise<void> {
  // Not the step's signal, which ends with the step; the end of the process ends the copy.
  const signal = AbortSignal.timeout(COPY_LIMIT_MS);
  try {
    const stored = await moveBackup(services, { target, id, way: 'store', signal });
    if (stored !== null) services.log.info({ target, backup: id }, 'the backup was copied to the object store and read back');
  } catch (error) {
    services.log.error({ target, backup: id, error: error instanceof Error ? error.message : String(error) }, 'the backup was not copied');
  }
}

/** A newer proved backup is there now. What cannot be removed is in nobody's way but the disk's: the run goes on. */
async function removeOlder({ services }: Task, target: string): Promise<void> {
  try {
    const removed = (await pruneBackups(services, { target, dryRun: false })) ?? [];
    if (removed.length > 0) services.log.info({ target, removed: removed.map(({ id }) => id) }, 'older backups were removed');
  } catch (error) {
    services.log.warn({ target, error: error instanceof Error ? error.message : String(error) }, 'older backups could not be removed');
  }
}
