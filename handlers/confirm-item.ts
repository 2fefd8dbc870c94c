import { lineOf } from '../src/domain/checklist.ts';
import { parseActionId } from '../src/slack/actions.ts';
import { confirmItemModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Confirm…**: asks for the evidence of one line. */
export const confirmItem = opensModal((_tools, run, click) => {
  const line = lineOf(run.plan, parseActionId(click.actionId)?.item ?? '');
  return line?.kind === 'human' ? confirmItemModal(run, line.key) : null;
});
