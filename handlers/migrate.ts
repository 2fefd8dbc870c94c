import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '../src/slack/render/block-kit.ts';
import { unknownVerb, VERB_NAMES, type Verb } from '../src/slack/render/help.ts';
import { note } from '../src/slack/render/refusal.ts';
import { acknowledge, replyOf, tell, trouble } from './tell.ts';
import type { Slash, Tools } from './tools.ts';
import { nearest } from './nearest.ts';
import { VERB_LISTENERS } from './verbs.ts';

/** An answer that comes within this is the acknowledgement itself; a slower one follows it (R10). */
const QUICK_MS = 700;

const SLOW: Readonly<Partial<Record<Verb, string>>> = {
  plan: '⏳ Reading the migration files and the live schema…',
};

/** `/migrate <verb>`: acknowledged within a second, with the answer itself where it is quick. */
export async function migrate(tools: Tools, slash: Slash): Promise<void> {
  const [said = '', ...words] = slash.text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const verb = said === '' ? 'help' : VERB_NAMES.find((name) => name === said.toLowerCase());
  if (verb === undefined) return acknowledge(tools, () => slash.ack(replyOf(unknownVerb(said, nearest(said.toLowerCase(), VERB_NAMES)))));
  const answer = VERB_LISTENERS[verb](tools, { slash, words }).catch((error: unknown) => trouble(tools, `/migrate ${verb}`, error));
  const quick = SLOW[verb] === undefined ? await within(answer, QUICK_MS) : null;
  if (quick !== null) return acknowledge(tools, () => slash.ack(replyOf(quick)));
  await acknowledge(tools, () => slash.ack(replyOf(note(SLOW[verb] ?? '⏳ Working on it…'))));
  const message = await answer;
  try {
    await slash.respond(replyOf(message));
  } catch (error) {
    tools.services.log.info({ error: String(error) }, 'a response_url did not take its answer');
    await tell(tools, slash, message);
  }
}

async function within(answer: Promise<Message>, ms: number): Promise<Message | null> {
  const late = new AbortController();
  const timer = pause(ms, null, { signal: late.signal }).catch(() => null);
  const first = await Promise.race([answer, timer]);
  late.abort();
  return first;
}
