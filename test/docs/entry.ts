import type { Reference } from './reference.ts';

/** What somebody does today for what is not automated yet, and why it is not. */
export type Open = { readonly today: string; readonly why: string };

/** What became of a line of the runbook. With `by` alone it is automated; with `by` and `open` in part; with `open` alone not yet. */
export type Entry = {
  readonly by?: readonly Reference[];
  readonly does?: string;
  readonly open?: Open;
};

/** By the number of the line. */
export type Entries = Readonly<Record<number, Entry>>;

/** Whatever has to be done after a run. */
export const NO_TASKS = 'A run ends with its report; it opens no tasks and reminds nobody yet.';
/** Whom to call. */
export const NO_CONTACTS =
  'Offpeak posts in `slack.channel` alone and calls the on-call of a run alone; it keeps no list of other contacts yet.';
