import { submits } from './submitted.ts';

/** Why the plan should be tried out first. */
export const raiseSubmitted = submits(({ note }) => ({ type: 'raise_class', reason: note }));
