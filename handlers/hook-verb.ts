import { askHook, hookToRun } from '../src/usecases/ask-hook.ts';
import { hooksOf } from '../src/usecases/hooks.ts';
import type { Message } from '../src/slack/render/block-kit.ts';
import { hookMessage, hooksMessage } from '../src/slack/render/hook.ts';
import { note } from '../src/slack/render/refusal.ts';
import { escape } from '../src/slack/render/text.ts';
import { actorOf } from './actor.ts';
import type { Slash, Tools } from './tools.ts';

/**
 * `/migrate hook [target] NAME`: runs an executable of the team, by its name or an alias; without a name it lists them. A worker runs it;
 * this process only waits for what it says, long after Slack was acknowledged.
 */
export async function hookVerb(tools: Tools, { slash, words }: { slash: Slash; words: readonly string[] }): Promise<Message> {
  const { services } = tools;
  const named = words[0] !== undefined && services.targets.has(words[0]);
  const context = services.targets.get(named ? (words[0] ?? '') : services.defaultTarget);
  if (context === undefined) return note('🔒 The default target is not configured. Nothing was run.');
  const name = words.slice(named ? 1 : 0).join(' ');
  if (name === '') {
    const newest = await services.ledger.hookRuns(context.name);
    return hooksMessage({ target: context.name, hooks: hooksOf(context.sources), newest }, services.people());
  }
  const resolved = await actorOf(tools, slash, 'hook');
  if (!resolved.ok) return note(`🔒 ${resolved.sentence}`);
  const asking = { services, context, actor: resolved.actor };
  const hook = hookToRun(asking, name);
  if (typeof hook === 'string') return note(`🔒 ${escape(hook)}`);
  const answer = await askHook(asking, hook);
  if (!answer.ok) return note(`❔ ${escape(answer.why)}`);
  return hookMessage(context.name, hook.title, answer.run.result ?? { ok: false, why: 'It said nothing.' });
}
