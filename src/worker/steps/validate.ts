import type { Run } from '../../domain/run.ts';
import { isStaging } from '../../domain/staging.ts';
import type { Task } from '../task.ts';
import { failedHooks } from './hooks.ts';
import type { Step } from './index.ts';

/** Runs every validation query, read-only, asks the application how it is, and runs the team's smoke tests (R54–R56). */
export const validate: Step = async ({ task, run, signal }) => {
  const failures = [
    ...(await task.context.target.validate(allScripts(run))),
    ...(await unhealthy(task)),
    // A staging run keeps what its smoke tests say as a result (R14).
    ...(isStaging(run) ? [] : await failedHooks(task, 'smoke', signal)),
  ];
  // Rolled back meanwhile: what was ended says nothing.
  if (signal.aborted) return false;
  return (await task.report({ type: 'record_validation', failures })).ok;
};

/** The validations of what was applied before, and of this plan. */
export function allScripts(run: Run) {
  const own = run.plan.migrations.map(({ version, validate: script, validations }) => ({
    version,
    path: script?.path ?? '',
    statements: validations,
  }));
  return [...run.plan.appliedValidations, ...own];
}

/** The application's health in a sentence when it is not well; an application that cannot be asked is not well. */
export async function unhealthy(task: Task): Promise<readonly string[]> {
  const health = await task.context.sources.application.health();
  if (!health.ok) return [`application health: ${health.why}`];
  const { status } = health.value;
  return status >= 200 && status < 300 ? [] : [`application health: it answered ${status}`];
}
