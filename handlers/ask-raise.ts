import { raiseModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Raise the class of…**: asks why a trivial plan should be tried out on staging first (R7). */
export const askRaise = opensModal((_tools, run) => raiseModal(run));
