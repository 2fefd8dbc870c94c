import type { ModalView } from '@slack/types';
import type { Run } from '../src/domain/run.ts';
import { readReference } from '../src/slack/actions.ts';
import { note, refusalMessage } from '../src/slack/render/refusal.ts';
import { STALE } from './give-command.ts';
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
      await open(tools, click, view);
    } catch (error) {
      await tell(tools, click, trouble(tools, click.actionId, error));
    }
  };
}

/** A trigger lives for three seconds; when it is gone, only a new click helps. */
async function open(tools: Tools, click: Click, view: ModalView): Promise<void> {
  try {
    await click.client.views.open({ trigger_id: click.triggerId, view });
  } catch (error) {
    tools.services.log.warn({ action: click.actionId, error: String(error) }, 'a modal could not be opened');
    await tell(tools, click, note('⚠️ Slack could not open the window; nothing was done. Press the button again.'));
  }
}
