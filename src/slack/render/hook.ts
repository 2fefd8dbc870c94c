import type { Person } from '../../domain/people.ts';
import { COMMAND } from '../actions.ts';
import { context, section, type Message } from './block-kit.ts';
import { code, codeBlock, count, escape, phrase, when, who } from './text.ts';

/** As much of a hook as a message shows. */
export type ShownHook = {
  readonly title: string;
  readonly aliases: readonly string[];
  readonly when: readonly string[];
  readonly timeoutMs: number;
};

type Ended =
  | { readonly ok: true; readonly value: { readonly exitCode: number; readonly ms: number; readonly output: string } }
  | { readonly ok: false; readonly why: string };

/** The last time a hook was asked for by name. */
export type ShownHookRun = { readonly hook: string; readonly askedBy: string; readonly askedAt: string; readonly result: Ended | null };

/** What a hook said: its code first, then the end of its output. Only 0 is a success; no result is none. */
export function hookMessage(target: string, hook: string, ended: Ended): Message {
  const name = `${code(hook, 60)} on ${phrase(target, 60)}`;
  if (!ended.ok) {
    const why = `❔ ${name} has no result, and that is no success. ${escape(ended.why)}`;
    return { text: `Hook ${hook}: no result. ${ended.why}`, blocks: [section(why)] };
  }
  const { exitCode, ms, output } = ended.value;
  const said = `${exitCode === 0 ? '✅' : '❌'} ${name} ended with code *${exitCode}* after ${(ms / 1000).toFixed(1)} s.`;
  return {
    text: `Hook ${hook} ended with code ${exitCode} after ${(ms / 1000).toFixed(1)} s.`,
    blocks: [section(said), ...(output.trim() === '' ? [] : [section(codeBlock(tail(output), 2600))])],
  };
}

/** The end: a failure is said last. */
function tail(output: string): string {
  return output.length <= 2500 ? output : `…${output.slice(-2500)}`;
}

/** Every hook of a target: its aliases, when it runs by itself, and what it said when somebody last asked for it. */
export function hooksMessage(
  { target, hooks, newest }: { target: string; hooks: readonly ShownHook[]; newest: readonly ShownHookRun[] },
  people: readonly Person[],
): Message {
  if (hooks.length === 0) {
    const none = `${phrase(target, 60)} has no hooks. They are named under ${code('hooks:')} in offpeak.yaml.`;
    return { text: `${target} has no hooks.`, blocks: [section(none)] };
  }
  const lines = hooks.slice(0, 20).map((hook) => {
    const last = newest.find((run) => run.hook === hook.title);
    const aliases = hook.aliases.length === 0 ? '' : ` (also ${hook.aliases.map((alias) => code(alias, 60)).join(', ')})`;
    return `• ${code(hook.title, 60)}${aliases} · ${momentWords(hook.when)}${last === undefined ? '' : `\n   ${lastWords(last, people)}`}`;
  });
  return {
    text: `${target} has ${count(hooks.length, 'hook')}: ${hooks.map(({ title }) => title).join(', ')}.`,
    blocks: [section(lines.join('\n')), context(`${code(`${COMMAND} hook NAME`)} runs one now; a worker does it, and operators may ask.`)],
  };
}

const MOMENTS: Readonly<Record<string, string>> = {
  check: 'a line of the checklist',
  smoke: 'runs when a run validates',
  staging: 'runs on staging',
};

/** `a line of the checklist, runs when a run validates`; what has no moment runs only when somebody asks. */
export function momentWords(moments: readonly string[]): string {
  return moments.length === 0 ? 'runs only when asked for' : moments.map((moment) => MOMENTS[moment] ?? moment).join(', ');
}

function lastWords({ askedBy, askedAt, result }: ShownHookRun, people: readonly Person[]): string {
  const asked = `${who({ name: people.find(({ id }) => id === askedBy)?.name ?? askedBy })} ${when(askedAt)}`;
  if (result === null) return `⏳ asked for by ${asked}, no result yet`;
  if (!result.ok) return `❔ no result, asked for by ${asked}: ${phrase(result.why, 140)}`;
  return `${result.value.exitCode === 0 ? '✅' : '❌'} code ${result.value.exitCode}, asked for by ${asked}`;
}
