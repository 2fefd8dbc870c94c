import type { HumanCommand } from '../src/domain/commands.ts';
import { act } from '../src/usecases/act.ts';
import { parseActionId, readReference, type Reference } from '../src/slack/actions.ts';
import { note, refusalMessage } from '../src/slack/render/refusal.ts';
import { actorOf } from './actor.ts';
import { cardLink } from './card-link.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import { tellRecorded } from './tell-recorded.ts';
import type { Click, ClickListener, Tools } from './tools.ts';

/** What a button means: made from what it carries. */
type Meaning = (pressed: { readonly reference: Reference; readonly item: string }) => HumanCommand;

/** A listener that gives one command to the run of the button. Everything a click needs is here once: ack, who, act, answer. */
export function givesCommand(meaning: Meaning): ClickListener {
  return async (tools, click) => {
    await acknowledge(tools, click.ack);
    try {
      await give(tools, click, meaning);
    } catch (error) {
      await tell(tools, click, trouble(tools, click.actionId, error));
    }
  };
}

async function give(tools: Tools, click: Click, meaning: Meaning): Promise<void> {
  const reference = readReference(click.value);
  if (reference === null) return tell(tools, click, STALE);
  const command = meaning({ reference, item: parseActionId(click.actionId)?.item ?? '' });
  const resolved = await actorOf(tools, click, command.type);
  if (!resolved.ok) return tell(tools, click, note(`🔒 ${resolved.sentence}`));
  const outcome = await act(tools.services, { which: { runId: reference.runId }, command, actor: resolved.actor });
  // Also after a refusal: the message that was clicked may be an old one.
  tools.poke(reference.runId);
  if (outcome.ok) return tellRecorded(tools, click, { command, run: outcome.run });
  const asked = { actor: resolved.actor, command: command.type, card: await cardLink(tools, reference.runId) };
  await tell(tools, click, refusalMessage(outcome.refusal, outcome.run, asked));
}

/** For a button that no version of this program writes now. */
export const STALE = note('🔒 This button is from another version of Offpeak. Nothing was done; use the current card, or `/migrate`.');
