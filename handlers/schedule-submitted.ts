import { MOMENT } from '../src/slack/actions.ts';
import { submits } from './submitted.ts';

/** The moment of **Reschedule…**. */
export const scheduleSubmitted = submits(({ moment }) => ({ type: 'schedule', t0: moment }), MOMENT.block);
