import { answerModal, waiveModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Waive…**: asks which line may stay open, and why. */
export const askWaive = opensModal(
  async ({ services }, run) =>
    waiveModal(run, await services.ledger.now(), services.people()) ??
    answerModal('Nothing to waive', 'No open line of this run may be waived. Nothing was changed.'),
);
