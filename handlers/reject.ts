import { rejectModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Reject…**: asks for the reason. */
export const reject = opensModal((_tools, run) => rejectModal(run));
