import { eventLine } from '../src/slack/render/history.ts';
import { reportModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** More events than a modal can show. */
const EVENTS = 500;

/** **Open report**: the long form, with everything that happened from the audit chain. */
export const openReport = opensModal(async ({ services }, run) => {
  const links = await services.ledger.history({ runId: run.id, limit: EVENTS });
  const inOrder = links.toSorted((a, b) => a.position - b.position);
  return reportModal(
    run,
    inOrder.map((link) => eventLine(link.event)),
  );
});
