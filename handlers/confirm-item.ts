import { isHumanItem } from '../src/domain/items.ts';
import { parseActionId } from '../src/slack/actions.ts';
import { confirmItemModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Confirm…**: asks for the evidence of one line. */
export const confirmItem = opensModal((_tools, run, click) => {
  const item = parseActionId(click.actionId)?.item ?? '';
  return isHumanItem(item) ? confirmItemModal(run, item) : null;
});
