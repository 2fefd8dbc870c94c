import { submits } from './submitted.ts';

/** What was learned; the run is closed with it. */
export const lessonsSubmitted = submits(({ note }) => ({ type: 'record_lessons', lessons: note }));
