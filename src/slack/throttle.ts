import type { Log } from '../ports.ts';
import type { Due, Pauses } from './due.ts';
import type { SlackFailure } from './failure.ts';

/** How fast Slack may be asked at present. One limit counts per method: when edits must wait, an alert can still be posted. */
export type Throttle = {
  readonly pauses: () => Pauses;
  /** When the edits of the last minute were made, on the stopwatch. */
  readonly edits: () => readonly number[];
  readonly edited: () => void;
  /** Slack took something. */
  readonly worked: () => void;
  readonly failed: (kind: Due['kind'], failure: SlackFailure) => void;
  /** Why Slack takes nothing; null while it does. */
  readonly trouble: () => string | null;
};

const MINUTE_MS = 60_000;
const LONGEST_MS = 30_000;

/** Obeys Retry-After; after any other failure waits one second, doubled up to thirty. Says once what is wrong, and once that it is over. */
export function throttle({ log, elapsedMs }: { readonly log: Log; readonly elapsedMs: () => number }): Throttle {
  let pauses: Pauses = { post: 0, update: 0 };
  let edits: readonly number[] = [];
  let failures = 0;
  let trouble: string | null = null;
  return {
    pauses: () => pauses,
    edits: () => edits,
    edited: () => {
      edits = [...edits.filter((edit) => elapsedMs() - edit < MINUTE_MS), elapsedMs()];
    },
    worked: () => {
      if (trouble !== null) log.info({}, 'Slack takes messages again');
      [failures, trouble] = [0, null];
    },
    failed: (kind, failure) => {
      if (failure.kind === 'rate_limited') {
        pauses = { ...pauses, [kind]: elapsedMs() + failure.retryAfterMs };
        return;
      }
      const until = elapsedMs() + Math.min(LONGEST_MS, 1_000 * 2 ** failures);
      pauses = { post: Math.max(pauses.post, until), update: Math.max(pauses.update, until) };
      failures = Math.min(failures + 1, 5);
      const why = failure.kind === 'unknown' ? failure.why : failure.error;
      if (trouble !== why) log.warn({ why }, 'Slack takes no messages');
      trouble = why;
    },
    trouble: () => trouble,
  };
}
