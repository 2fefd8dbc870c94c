import { between, type Instant } from './instant.ts';

/** An issue that the error tracker saw for the first time after the first write (R51). Its title is somebody else's text. */
export type NewIssue = {
  readonly title: string;
  /** How often it has happened. */
  readonly events: number;
  /** Its page on the error tracker of the settings; null when the address leads elsewhere. */
  readonly link: string | null;
};

/** The most frequent ones, and whether there are more. */
export type ListedIssues = { readonly issues: readonly NewIssue[]; readonly more: boolean };

/** What a run knows of them. */
export type NewIssues = {
  /** What was listed last, and when; null while nothing ever was. */
  readonly listed: (ListedIssues & { readonly at: Instant }) | null;
  /** Why they cannot be listed now, as a sentence; empty when they can. */
  readonly why: string;
};

/** How old a list may become before the same one is kept again, so that its time says how long nothing else was new. Milliseconds. */
const AGES_MS = 120_000;

/** Whether this answer is worth an event: other issues or counts, the first failure, the first answer behind it, or the time of the list. */
export function worthRecording(known: NewIssues | null, found: ListedIssues | null, now: Instant): boolean {
  if (found === null) return known === null || known.why === '';
  if (known === null || known.listed === null || known.why !== '') return true;
  const { at, ...before } = known.listed;
  return between(at, now) >= AGES_MS || JSON.stringify(before) !== JSON.stringify({ issues: found.issues, more: found.more });
}
