import type { HookOutcome } from '../../domain/staging.ts';
import { hooksOf } from '../../usecases/hooks.ts';
import { measured, paceOf, productionOf } from '../load.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** How much of a hook's output is kept in the ledger. */
const KEPT = 2_000;

/** The very same load after the change, and the twin's smoke tests (R14, R15). */
export const measureAfter: Step = async ({ task, run, signal }) => {
  const before = run.staged.before?.load;
  if (before === undefined) return false;
  const queries = before.queries.map(({ name, sql, repetitions }) => ({ name, sql, repetitions }));
  const request = { source: before.source, queries, leftOut: [], ...paceOf(run, productionOf(task, run)), signal };
  const load = await measured(task, request);
  if (signal.aborted) return false;
  const hooks = await smokeHooks(task, signal);
  if (signal.aborted) return false;
  return (await task.report({ type: 'record_after', after: { load, hooks } })).ok;
};

/** Every hook of the twin with `staging` or `smoke` among its moments, one after the other, each once. */
async function smokeHooks({ context }: Task, signal: AbortSignal): Promise<readonly HookOutcome[]> {
  const outcomes: HookOutcome[] = [];
  for (const hook of hooksOf(context.sources).filter(({ when }) => when.includes('staging') || when.includes('smoke'))) {
    const ended = await hook(signal);
    outcomes.push(
      ended.ok
        ? { name: hook.title, exitCode: ended.value.exitCode, ms: ended.value.ms, output: ended.value.output.slice(-KEPT) }
        : { name: hook.title, exitCode: null, ms: 0, output: ended.why },
    );
  }
  return outcomes;
}
