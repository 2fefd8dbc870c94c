import type { ModalView } from '@slack/types';
import type { Run } from '../src/domain/run.ts';
import { readReference } from '../src/slack/actions.ts';
import { answerModal } from '../src/slack/render/modals.ts';
import { note, refusalText } from '../src/slack/render/refusal.ts';
import { escape } from '../src/slack/render/text.ts';
import { STALE } from './give-command.ts';
import { openModal } from './open-modal.ts';
import { slackWord } from './slack-word.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import type { Click, ClickListener, Tools } from './tools.ts';

/** The window was closed meanwhile: whoever closed it waits for nothing. */
const CLOSED: readonly string[] = ['not_found'];

const UNFILLED = '⚠️ Slack did not take what belongs into the window. Nothing was done. Close it and press the button again.';

/**
 * A listener that opens `first` at once and fills the window with what takes longer than the three seconds of a trigger (T7). What keeps it
 * from being filled is said in it. Looking needs no role; what is submitted is checked when it arrives.
 */
export function opensSlowly(first: ModalView, modal: (tools: Tools, run: Run) => Promise<ModalView>): ClickListener {
  return async (tools, click) => {
    const [, opened] = await Promise.all([acknowledge(tools, click.ack), openModal(tools, click, first)]);
    if (opened !== null) await fill(tools, click, { opened, view: await filled(tools, click, modal) });
  };
}

async function filled(tools: Tools, click: Click, modal: (tools: Tools, run: Run) => Promise<ModalView>): Promise<ModalView> {
  try {
    const reference = readReference(click.value);
    if (reference === null) return answerModal('Not done', STALE.text);
    const run = await tools.services.ledger.load(reference.runId);
    if (run === null) return answerModal('Not done', `🔒 ${escape(refusalText({ code: 'no_run', target: 'this message' }, null))}`);
    return await modal(tools, run);
  } catch (error) {
    return answerModal('Not done', trouble(tools, click.actionId, error).text);
  }
}

async function fill(tools: Tools, click: Click, { opened, view }: { opened: string; view: ModalView }): Promise<void> {
  try {
    await click.client.views.update({ view_id: opened, view });
  } catch (error) {
    tools.services.log.warn({ action: click.actionId, error: String(error) }, 'a window could not be filled');
    if (!CLOSED.includes(slackWord(error))) await tell(tools, click, note(UNFILLED));
  }
}
