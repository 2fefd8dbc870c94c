import type { Actor } from '../src/domain/people.ts';
import { stage } from '../src/usecases/stage.ts';
import type { Outcome } from '../src/ports.ts';
import { readReference } from '../src/slack/actions.ts';
import type { Message } from '../src/slack/render/block-kit.ts';
import { note, refusalMessage } from '../src/slack/render/refusal.ts';
import { runName } from '../src/slack/render/state-words.ts';
import { actorOf } from './actor.ts';
import { cardLink } from './card-link.ts';
import { STALE } from './give-command.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import type { ClickListener, Tools } from './tools.ts';

/** **Run on staging**: the plan of this card is tried out on the twin, by a run with a card of its own. */
export const tryStaging: ClickListener = async (tools, click) => {
  await acknowledge(tools, click.ack);
  try {
    const reference = readReference(click.value);
    const run = reference === null ? null : await tools.services.ledger.load(reference.runId);
    if (run === null) return await tell(tools, click, STALE);
    const resolved = await actorOf(tools, click, 'start');
    if (!resolved.ok) return await tell(tools, click, note(`🔒 ${resolved.sentence}`));
    const outcome = await stage(tools.services, { target: run.target, actor: resolved.actor });
    tools.poke(run.id);
    await tell(tools, click, await stagedMessage(tools, outcome, resolved.actor));
  } catch (error) {
    await tell(tools, click, trouble(tools, click.actionId, error));
  }
};

/** What came of asking for a staging run, for the one who asked. */
export async function stagedMessage(tools: Tools, outcome: Outcome, actor: Actor): Promise<Message> {
  if (outcome.run !== null) tools.poke(outcome.run.id);
  if (outcome.ok)
    return note(`🧪 Staging run ${runName(outcome.run)} is started; its card is in the channel. Its result fills the checklist.`);
  const card = outcome.run === null ? null : await cardLink(tools, outcome.run.id);
  return refusalMessage(outcome.refusal, outcome.run, { actor, command: 'start', card });
}
