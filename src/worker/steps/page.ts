import { callOnce } from '../attend.ts';
import type { Step } from './index.ts';

/** The calls of a run that nobody works on any more: its rollback failed, or it is over and a call is still open. */
export const page: Step = ({ task, run }) => callOnce(task, run);
