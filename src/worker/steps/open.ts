import type { Step } from './index.ts';

/** T-15 of a scheduled run has come: preparation opens, or the moment was missed and somebody has to choose another (F40). */
export const openPreparation: Step = async ({ task }) => (await task.report({ type: 'open_preparation' })).ok;
