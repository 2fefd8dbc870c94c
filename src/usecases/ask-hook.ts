import { hasRole, whoMay, type Actor } from '../domain/people.ts';
import { refusalSentence } from '../domain/refusal.ts';
import type { Hook, HookResult, HookRun, HookRunStore, Reading, Services, TargetContext } from '../ports.ts';
import { hooksOf } from './hooks.ts';

/** How long a request waits for somebody who runs it. Longer, and nobody who asked looks any more. */
const TAKEN_MS = 60_000;
/** From the end of a hook's time to its result in the ledger. */
const MARGIN_MS = 30_000;
const LOOK_MS = 500;

type Asking = {
  readonly services: Pick<Services, 'people'> & { readonly ledger: HookRunStore };
  readonly context: Pick<TargetContext, 'name' | 'sources'>;
  readonly actor: Actor;
};

/** A result, or the sentence that says why there is none. */
export type HookAnswer = { readonly ok: true; readonly run: HookRun } | { readonly ok: false; readonly why: string };

/** The hook of that name or alias; otherwise the sentence that names those there are, or who may. Only operators run them. */
export function hookToRun({ services, context, actor }: Asking, name: string): Hook | string {
  if (!hasRole(services.people(), actor.id, ['operator']))
    return refusalSentence({ code: 'not_permitted', who: whoMay(services.people(), ['operator']) }, (at) => at);
  const hook = context.sources.hooks?.get(name);
  if (hook !== undefined) return hook;
  const known = hooksOf(context.sources).map(({ title }) => title);
  const there = known.length === 0 ? 'none is configured under hooks:' : `configured: ${known.join(', ')}`;
  return `${context.name} has no hook "${name}"; ${there}. Nothing was run.`;
}

/**
 * Asks for a hook and waits for what it says: a worker runs it, because whoever answers Slack must not, and may not have the script at all.
 * Refuses nothing; one that no worker took within a minute is not run later.
 */
export async function askHook(asking: Asking, hook: Hook, lookMs: number = LOOK_MS): Promise<HookAnswer> {
  const { ledger } = asking.services;
  const id = await ledger.askHook({ target: asking.context.name, hook: hook.title, by: asking.actor.id, waitMs: TAKEN_MS });
  let looks = 0;
  for (;;) {
    const run = await ledger.hookRun(id);
    if (run !== null && run.result !== null) return { ok: true, run };
    const waitedMs = looks * lookMs;
    if (run === null || (run.runner === null && waitedMs > TAKEN_MS)) return { ok: false, why: NOBODY };
    if (waitedMs > TAKEN_MS + hook.timeoutMs + MARGIN_MS)
      return { ok: false, why: `${run.runner} took the hook ${hook.title} and has not said how it ended. Look at that machine.` };
    looks += 1;
    await pause(lookMs);
  }
}

const NOBODY = 'No worker took the hook within a minute, so it was not run and will not be. Start one: offpeak worker.';

/** Runs it in this very process, and records it where the ledger can be reached: during an outage the terminal must still work. */
export async function runHookHere(asking: Asking, hook: Hook, { runner, signal }: { runner: string; signal: AbortSignal }) {
  const { ledger } = asking.services;
  const target = asking.context.name;
  // Taken as it is asked for: a worker that reached for it meanwhile would run it a second time.
  const id = await ledger.askHook({ target, hook: hook.title, by: asking.actor.id, waitMs: 0, runner }).catch(() => null);
  const result = await hook(signal);
  const recorded = id !== null && (await ledger.endHook(id, runner, result).then(always, never));
  return { result, recorded };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const always = () => true;
const never = () => false;

/** For a worker: takes one hook that somebody asked for and runs it. Null when there is none. Never rejects for what a hook does. */
export async function takeAskedHook(
  services: Pick<Services, 'targets' | 'log'> & { readonly ledger: HookRunStore },
  { runner, signal }: { runner: string; signal: AbortSignal },
): Promise<{ readonly ended: Promise<void> } | null> {
  const taken = await services.ledger.takeHook(runner, [...services.targets.keys()]);
  if (taken === null) return null;
  const hook = services.targets.get(taken.target)?.sources.hooks?.get(taken.hook);
  const gone = { ok: false, source: `hook ${taken.hook}`, why: 'The configuration of the worker has no such hook.' } as const;
  const run = async (): Promise<void> => {
    const result: Reading<HookResult> = hook === undefined ? gone : await hook(signal);
    await services.ledger.endHook(taken.id, runner, result);
    services.log.info({ target: taken.target, hook: taken.hook, by: taken.askedBy, ok: result.ok }, 'a hook that somebody asked for ended');
  };
  return { ended: run() };
}
