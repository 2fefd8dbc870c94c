import type { HookMoment } from '../../ports.ts';
import { hooksOf } from '../../usecases/hooks.ts';
import type { Task } from '../task.ts';

/** How much of a hook's output a hold can show. */
const SHOWN = 300;

/**
 * Runs the team's executables that belong to this moment, one after the other, and says of each that did not end with 0 what came of it (R55).
 * One that could not be started or did not end in time is no result, and so no success (invariant 10).
 */
export async function failedHooks(
  { context }: Pick<Task, 'context'>,
  moment: HookMoment,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const hook of hooksOf(context.sources, moment)) {
    const ended = await hook(signal);
    if (!ended.ok) failures.push(`${hook.title}: ${ended.why}`);
    else if (ended.value.exitCode !== 0) {
      const output = ended.value.output.trim().slice(-SHOWN);
      failures.push(`${hook.title} ended with code ${ended.value.exitCode}${output === '' ? '' : `: ${output}`}`);
    }
  }
  return failures;
}
