import { submits } from './submitted.ts';

/** What somebody sees after the change. */
export const reportProblemSubmitted = submits(({ note }) => ({ type: 'report_problem', words: note }));
