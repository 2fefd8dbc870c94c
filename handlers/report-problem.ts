import { reportProblemModal } from '../src/slack/render/problem.ts';
import { opensModal } from './open-modal.ts';

/** **Report a problem…**: asks what is seen (R81). */
export const reportProblem = opensModal((_tools, run) => reportProblemModal(run));
