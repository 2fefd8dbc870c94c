import type { Step } from './index.ts';

/** Peak hours are over: a run that held for them goes on where it stopped (R4). */
export const resume: Step = async ({ task }) => (await task.report({ type: 'resume' })).ok;
