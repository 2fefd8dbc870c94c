import { submits } from './submitted.ts';

/** The reason of a rejection. */
export const rejectSubmitted = submits(({ note }) => ({ type: 'reject', reason: note }));
