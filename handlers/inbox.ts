/** What has been taken in already, by the key under which Slack would deliver it again. */
export type Inbox = {
  /** True the first time; false for a key that was taken before (T1). */
  take(key: string): boolean;
  /** Nothing came of it: the same key may be tried again. */
  giveBack(key: string): void;
};

/** Slack delivers again within minutes; this many keys are far more than anybody presses in that time. */
const KEPT = 5_000;

/**
 * Remembers keys in memory. That is enough: what a key would do twice is decided by the ledger, which refuses the second by the state of
 * the run; the inbox makes the answer "already done" instead of a puzzling refusal, and keeps evidence from being recorded twice.
 */
export function inbox(kept: number = KEPT): Inbox {
  const keys = new Set<string>();
  return {
    take(key) {
      if (keys.has(key)) return false;
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > kept && oldest !== undefined) keys.delete(oldest);
      return true;
    },
    giveBack: (key) => void keys.delete(key),
  };
}
