import { submits } from './submitted.ts';

/** The application test that was done, and what was seen. */
export const testedSubmitted = submits(({ note, line }) => ({ type: 'confirm_test', test: line, note }));
