import { hookItem } from '../domain/items.ts';
import type { Finding, Hook, HookMoment, Reading, HookResult, Sources } from '../ports.ts';

/** The hooks of a target that belong to this moment, each once: one stands under its name and under each of its aliases. */
export function hooksOf({ hooks }: Pick<Sources, 'hooks'>, moment?: HookMoment): readonly Hook[] {
  return [...new Set(hooks?.values())].filter(({ when }) => moment === undefined || when.includes(moment));
}

/** What the hook of a line says: its code, how long it took, and the last line of its output. Only 0 passes; no result is unknown. */
export async function hookFinding(hook: Hook, signal?: AbortSignal): Promise<Finding> {
  return hookSays(hook.title, await hook(signal));
}

/** Pure: the same for a result that is there already. */
function hookSays(title: string, ended: Reading<HookResult>): Finding {
  const base = { item: hookItem(title), limit: 'ends with code 0', source: ended.source };
  if (!ended.ok) return { ...base, verdict: 'unknown', value: ended.why };
  return { ...base, verdict: ended.value.exitCode === 0 ? 'pass' : 'breach', value: hookWords(ended.value) };
}

/** `code 1 after 3.2 s: 2 of 24 failed`. */
export function hookWords({ exitCode, ms, output }: HookResult): string {
  const last = output.split('\n').findLast((line) => line.trim() !== '');
  return `code ${exitCode} after ${(ms / 1000).toFixed(1)} s${last === undefined ? '' : `: ${last.trim().slice(0, 200)}`}`;
}

/** For a line whose plan has a hook that the configuration has no more. */
export function hookGone(title: string): Finding {
  return hookSays(title, { ok: false, why: 'This hook is not configured any more.', source: 'not configured' });
}
