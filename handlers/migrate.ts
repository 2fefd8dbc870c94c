import { unknownVerb, VERB_NAMES, type Verb } from '../src/slack/render/help.ts';
import { note } from '../src/slack/render/refusal.ts';
import { acknowledge, replyOf, tell, trouble } from './tell.ts';
import type { Slash, Tools } from './tools.ts';
import { nearest } from './nearest.ts';
import { VERB_LISTENERS } from './verbs.ts';
import { within } from './within.ts';

/** An answer that comes within this is the acknowledgement itself; a slower one follows it (R10). */
const QUICK_MS = 700;

/** What is said meanwhile. Slack cannot replace an answer to a slash command, so a `quiet` answer is left out where this foretold it. */
const SLOW: Readonly<Partial<Record<Verb, string>>> = {
  hook: '⏳ A worker runs the hook. What it says follows here, to you alone.',
  db: '⏳ Looking at the database. What it says follows here, to you alone.',
  staging:
    '⏳ Reading the files and the schema of the staging twin. The card of the staging run appears in the channel; if something stands in the way, it is said here.',
  plan: '⏳ Reading the migration files and the live schema. The card appears in the channel; if something stands in the way, it is said here.',
};

/** `/migrate <verb>`: acknowledged within a second, with the answer itself where it is quick. */
export async function migrate(tools: Tools, slash: Slash, quickMs: number = QUICK_MS): Promise<void> {
  const [said = '', ...words] = slash.text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  const verb = said === '' ? 'help' : VERB_NAMES.find((name) => name === said.toLowerCase());
  if (verb === undefined) return acknowledge(tools, () => slash.ack(replyOf(unknownVerb(said, nearest(said.toLowerCase(), VERB_NAMES)))));
  const answer = VERB_LISTENERS[verb](tools, { slash, words }).catch((error: unknown) => trouble(tools, `/migrate ${verb}`, error));
  const quick = await within(answer, quickMs);
  if (quick !== null) return acknowledge(tools, () => slash.ack(replyOf(quick)));
  await acknowledge(tools, () => slash.ack(replyOf(note(SLOW[verb] ?? '⏳ Working on it…'))));
  const message = await answer;
  if (SLOW[verb] !== undefined && 'quiet' in message) return;
  try {
    await slash.respond(replyOf(message));
  } catch (error) {
    tools.services.log.info({ error: String(error) }, 'a response_url did not take its answer');
    await tell(tools, slash, message);
  }
}
