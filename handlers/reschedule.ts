import { fitOf } from '../src/slack/render/moment.ts';
import { scheduleModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Reschedule…** in the ⋯ menu: asks for the moment, and suggests the next that fits. */
export const reschedule = opensModal(async ({ services }, run) => {
  const fit = fitOf({ run, now: await services.ledger.now() });
  return scheduleModal(run, fit.now ? null : fit.next);
});
