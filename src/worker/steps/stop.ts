import { announcedBehind } from '../../domain/ahead.ts';
import { unitsOf } from '../../domain/plan.ts';
import type { Run, UnitRun } from '../../domain/run.ts';
import type { UnitState } from '../../ports.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** Stops whatever still runs on the target, by pid and start time, and finds out how far it came (R74, R75). */
export const stop: Step = async ({ task, run }) => {
  const details: string[] = [];
  const withdrawn = new Set<number>();
  for (const unit of run.units.filter((entry) => entry.state === 'begun' || entry.state === 'announced')) {
    if (withdrawn.has(unit.position)) continue;
    const { gone, how } = await task.context.target.stop(unit.backend, task.graceMs);
    if (!gone) {
      const detail = `Backend ${unit.backend.pid} could not be stopped. Terminate it by hand (select pg_terminate_backend(${unit.backend.pid})), then press Roll back now again.`;
      await task.report({ type: 'record_rollback_failure', detail, remaining: versionsToUndo(run) });
      return true;
    }
    const { state, words } = await howFar(task, run, unit);
    details.push(`backend ${unit.backend.pid} ${how}`, words);
    if (state !== 'not_applied') continue;
    for (const position of announcedBehind(run, unit.position)) withdrawn.add(position);
    if (unit.state === 'announced') withdrawn.add(unit.position);
  }
  if (withdrawn.size > 0) await task.report({ type: 'record_units', units: [], withdrawn: [...withdrawn] });
  return (
    await task.report({ type: 'record_stopped', detail: details.length === 0 ? 'nothing was running on the target' : details.join('; ') })
  ).ok;
};

/** Records a unit that was committed in the last moment, so that it is undone like the others. */
async function howFar(task: Task, run: Run, unit: UnitRun): Promise<{ readonly state: UnitState; readonly words: string }> {
  const planned = unitsOf(run.plan)[unit.position];
  const migration = run.plan.migrations.find((entry) => entry.version === planned?.version);
  if (planned === undefined || migration === undefined) return { state: 'unknown', words: '' };
  const { target } = task.context;
  const { state, detail } = await target.recover({
    runId: run.id,
    migration,
    unit: planned,
    backend: unit.backend,
    plannedOn: run.plan.identity,
  });
  if (state === 'applied')
    await task.report({ type: 'record_unit', position: unit.position, statements: [], ms: 0, longestWaitMs: 0, tries: 1 });
  return { state, words: `${planned.version}: ${detail === '' ? state.replace('_', ' ') : detail}` };
}

/** The versions a rollback still has to undo, last first. */
export function versionsToUndo(run: Run): readonly string[] {
  const units = unitsOf(run.plan);
  const versions = run.units.filter((unit) => unit.state !== 'undone').map((unit) => units[unit.position]?.version ?? '');
  return [...new Set(versions.toReversed())];
}
