import { readReference } from '../src/slack/actions.ts';
import { note } from '../src/slack/render/refusal.ts';
import { sqlModal } from '../src/slack/render/sql-modal.ts';
import { STALE } from './give-command.ts';
import { slackWord } from './slack-word.ts';
import { acknowledge, tell, trouble } from './tell.ts';
import type { ClickListener } from './tools.ts';

/** The window was closed, or a second click turned the page before: what the reader looks at is right as it is (T22). */
const OVER: readonly string[] = ['not_found', 'hash_conflict'];

/** **Previous** and **Next** in the SQL window. `hash` keeps a late answer from turning the page of a newer one back. */
export const turnPage: ClickListener = async (tools, click) => {
  await acknowledge(tools, click.ack);
  try {
    const reference = readReference(click.value);
    if (reference === null || click.view === null) return await tell(tools, click, STALE);
    const run = await tools.services.ledger.load(reference.runId);
    if (run === null) return await tell(tools, click, STALE);
    const { id, hash, metadata } = click.view;
    const before = readReference(metadata)?.extra ?? run.digest;
    const page = /^\d{1,6}$/.test(reference.extra) ? Number(reference.extra) : 0;
    try {
      await click.client.views.update({ view_id: id, hash, view: sqlModal(run, page, before) });
    } catch (error) {
      tools.services.log.info({ action: click.actionId, error: String(error) }, 'a page was not turned');
      if (OVER.includes(slackWord(error))) return;
      await tell(
        tools,
        click,
        note('⚠️ Slack did not turn the page. Nothing was changed. Press it again, or close the window and press *View SQL*.'),
      );
    }
  } catch (error) {
    await tell(tools, click, trouble(tools, click.actionId, error));
  }
};
