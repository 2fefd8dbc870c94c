import type { ModalView } from '@slack/types';
import type { Run } from '../src/domain/run.ts';
import { readReference } from '../src/slack/actions.ts';
import { note, refusalMessage } from '../src/slack/render/refusal.ts';
import { STALE } from './give-command.ts';
import { mayBeDone, slackWord } from './slack-word.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import type { Click, ClickListener, Tools } from './tools.ts';

/** A listener that opens a modal about the run of the button. Looking needs no role; what is submitted is checked when it arrives. */
export function opensModal(modal: (tools: Tools, run: Run, click: Click) => ModalView | null | Promise<ModalView | null>): ClickListener {
  return async (tools, click) => {
    await acknowledge(tools, click.ack);
    try {
      const reference = readReference(click.value);
      if (reference === null) return await tell(tools, click, STALE);
      const run = await tools.services.ledger.load(reference.runId);
      if (run === null) return await tell(tools, click, refusalMessage({ code: 'no_run', target: 'this message' }, null));
      const view = await modal(tools, run, click);
      if (view === null) return await tell(tools, click, STALE);
      await openModal(tools, click, view);
    } catch (error) {
      await tell(tools, click, trouble(tools, click.actionId, error));
    }
  };
}

/** What Slack says of a trigger that is over. */
const LATE: readonly string[] = ['expired_trigger_id', 'exchanged_trigger_id', 'invalid_trigger_id'];

const LATE_WORDS = 'The window came too late: Slack waits three seconds for it. Nothing was done. Press the button again.';

/** An answer that was lost does not mean that no window opened. */
function whyNot(error: unknown): string {
  if (mayBeDone(error))
    return 'Slack did not answer, so the window may have opened. Nothing was done yet. If it is not there, press the button again.';
  return 'Slack could not open the window. Nothing was done. Press the button again.';
}

/** Opens it and answers its id, or says to the one who pressed why not and answers null: when the trigger is over, only a new click helps. */
export async function openModal(tools: Tools, click: Click, view: ModalView): Promise<string | null> {
  try {
    const answer = await click.client.views.open({ trigger_id: click.triggerId, view });
    return answer.view?.id ?? null;
  } catch (error) {
    tools.services.log.warn({ action: click.actionId, error: String(error) }, 'a modal could not be opened');
    const late = LATE.includes(slackWord(error));
    await tell(tools, click, note(`⚠️ ${late ? LATE_WORDS : whyNot(error)}`));
    return null;
  }
}
