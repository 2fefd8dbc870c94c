import { submits } from './submitted.ts';

/** The evidence of one human line. */
export const confirmItemSubmitted = submits(({ note, extra }) => ({ type: 'confirm_item', item: extra, note }));
