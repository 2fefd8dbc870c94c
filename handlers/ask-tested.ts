import { testedModal } from '../src/slack/render/application-tests.ts';
import { answerModal } from '../src/slack/render/modals.ts';
import { opensModal } from './open-modal.ts';

/** **Tested…**: asks which application test was done, and what was seen (R61–R64). */
export const askTested = opensModal(
  (_tools, run) =>
    testedModal(run) ?? answerModal('Nothing to test', 'No application test of this run waits for a person. Nothing was changed.'),
);
