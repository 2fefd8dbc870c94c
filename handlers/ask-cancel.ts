import { cancelModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Cancel…** in the ⋯ menu: asks once more. */
export const askCancel = opensModal((_tools, run) => cancelModal(run));
