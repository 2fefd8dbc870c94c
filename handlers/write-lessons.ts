import { lessonsModal } from '../src/slack/render/problem.ts';
import { opensModal } from './open-modal.ts';

/** **Close with lessons…**: asks what was learned (R89). */
export const writeLessons = opensModal((_tools, run) => lessonsModal(run));
