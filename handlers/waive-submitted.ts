import { submits } from './submitted.ts';

/** The line that may stay open, and the reason. */
export const waiveSubmitted = submits(({ note, line }) => ({ type: 'waive_item', item: line, reason: note }));
