import type { Log } from '../ports.ts';

/** Who can be reached by direct messages at present. */
export type Recipients = {
  readonly reachable: (userId: string) => boolean;
  /** Slack refused a message to this person, e.g. because they left or take none. */
  readonly failed: (userId: string, error: string) => void;
};

const AGAIN_MS = 600_000;

/** Leaves out whoever could not be reached, and tries them again after ten minutes. */
export function recipients({ log, elapsedMs }: { readonly log: Log; readonly elapsedMs: () => number }): Recipients {
  const until = new Map<string, number>();
  return {
    reachable: (userId) => elapsedMs() >= (until.get(userId) ?? 0),
    failed: (userId, error) => {
      log.warn({ user: userId, error }, 'a person cannot be reached by direct message');
      until.set(userId, elapsedMs() + AGAIN_MS);
    },
  };
}
