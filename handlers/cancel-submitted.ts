import { submits } from './submitted.ts';

/** The second question of **Cancel…** was answered. */
export const cancelSubmitted = submits(() => ({ type: 'cancel' }), null);
