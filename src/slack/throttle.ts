import type { Log } from '../ports.ts';
import type { Due, Edit, Pauses } from './due.ts';
import type { SlackFailure } from './failure.ts';

/** How fast Slack may be asked at present. One limit counts per method: when edits must wait, an alert can still be posted. */
export type Throttle = {
  readonly pauses: () => Pauses;
  /** The edits of the last minute. */
  readonly edits: () => readonly Edit[];
  readonly edited: (edit: Omit<Edit, 'atMs'>) => void;
  /** Slack took something. Out: for how long it had taken nothing, in milliseconds; zero when nothing was wrong. */
  readonly worked: () => number;
  readonly failed: (kind: Due['kind'], failure: SlackFailure) => void;
  /** Why Slack takes nothing; null while it does. */
  readonly trouble: () => string | null;
};

const MINUTE_MS = 60_000;
const LONGEST_MS = 30_000;

/** Obeys Retry-After; after any other failure waits one second, doubled up to thirty. Says once what is wrong, and once that it is over. */
export function throttle({ log, elapsedMs }: { readonly log: Log; readonly elapsedMs: () => number }): Throttle {
  let pauses: Pauses = { post: 0, update: 0, file: 0 };
  let edits: readonly Edit[] = [];
  let failures = 0;
  let trouble: { readonly why: string; readonly sinceMs: number } | null = null;
  return {
    pauses: () => pauses,
    edits: () => edits,
    edited: (edit) => {
      edits = [...edits.filter(({ atMs }) => elapsedMs() - atMs < MINUTE_MS), { ...edit, atMs: elapsedMs() }];
    },
    worked: () => {
      const lasted = trouble === null ? 0 : elapsedMs() - trouble.sinceMs;
      if (trouble !== null) log.info({ lastedMs: Math.round(lasted) }, 'Slack takes messages again');
      [failures, trouble] = [0, null];
      return lasted;
    },
    failed: (kind, failure) => {
      if (failure.kind === 'rate_limited') {
        pauses = { ...pauses, [kind]: elapsedMs() + failure.retryAfterMs };
        return;
      }
      const until = elapsedMs() + Math.min(LONGEST_MS, 1_000 * 2 ** failures);
      pauses = { post: Math.max(pauses.post, until), update: Math.max(pauses.update, until), file: Math.max(pauses.file, until) };
      failures = Math.min(failures + 1, 5);
      const why = failure.kind === 'unknown' ? failure.why : failure.error;
      if (trouble?.why !== why) log.warn({ why }, 'Slack takes no messages');
      trouble = { why, sinceMs: trouble?.sinceMs ?? elapsedMs() };
    },
    trouble: () => trouble?.why ?? null,
  };
}
