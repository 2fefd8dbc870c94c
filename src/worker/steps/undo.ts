import { unitsOf } from '../../domain/plan.ts';
import type { Run } from '../../domain/run.ts';
import type { Step } from './index.ts';
import { versionsToUndo } from './stop.ts';

/** Undoes one migration of this run, the last one first (R76). A failure ends the rollback with the exact statements that remain; it never loops. */
export const undo: Step = async ({ task, run, next, signal }) => {
  const migration = run.plan.migrations.find((entry) => entry.version === next.version);
  if (migration === undefined) return false;
  await task.lockTarget();
  const outcome = await task.context.target.undo({
    runId: run.id,
    epoch: task.claim.fence.epoch,
    migration,
    whole: isWhole(run, migration.version),
    signal,
    plannedOn: run.plan.identity,
  });
  if (outcome.ok)
    return (await task.report({ type: 'record_undone', version: migration.version, ms: outcome.ms, detail: outcome.detail })).ok;
  if (signal.aborted) return false;
  const later = versionsToUndo(run).filter((version) => version !== migration.version);
  const remaining = [...outcome.remaining, ...later.map((version) => `the down of ${version}`)];
  await task.report({ type: 'record_rollback_failure', detail: outcome.message, remaining });
  return true;
};

/** Whether every unit of the migration was applied; a half applied one is undone with more care. */
function isWhole(run: Run, version: string): boolean {
  // After a failed rollback somebody may have mended things by hand: what is gone already is skipped, and the fingerprint judges.
  if (run.rollback?.from === 'rollback_failed') return false;
  return unitsOf(run.plan)
    .filter((unit) => unit.version === version)
    .every((unit) => run.units.find((entry) => entry.position === unit.position)?.state === 'applied');
}
