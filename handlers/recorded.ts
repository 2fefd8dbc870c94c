import { setTimeout as pause } from 'node:timers/promises';
import type { Run } from '../src/domain/run.ts';
import { note } from '../src/slack/render/refusal.ts';
import { runName } from '../src/slack/render/state-words.ts';
import { tell } from './tell.ts';
import type { Tools, Visitor } from './tools.ts';

/** Everybody who clicks gets an answer within a second (R5). */
const ANSWERED_MS = 1_000;
const EVERY_MS = 25;

/**
 * After a command was recorded: says nothing when the messages show it within a second, which is the answer. Otherwise tells the person
 * who clicked, because Slack does not take the edit: the old button may still stand there. Never rejects.
 */
export async function confirmUnlessShown(tools: Tools, visitor: Visitor, run: Run): Promise<void> {
  for (let waited = 0; waited < ANSWERED_MS; waited += EVERY_MS) {
    if (tools.shows(run.id, run.version)) return;
    await pause(EVERY_MS);
  }
  const slow = 'Slack does not take the new card at the moment; it follows by itself. There is no need to press again.';
  await tell(tools, visitor, note(`✅ Recorded for ${runName(run)}. ${slow}`));
}
