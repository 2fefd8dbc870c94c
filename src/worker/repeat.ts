import type { Task } from './task.ts';

/** An action that is done again and again, and at once when somebody says that there is a reason to. */
export type Repeating = {
  /** There is something to see: not in `ms`, but now. Many of these in a row are one. */
  readonly nudge: () => void;
  /** Settles when the last one is over, after the signal. */
  readonly over: Promise<void>;
};

/** Changes come in flocks: this much later one look sees them all. */
const FLOCK_MS = 5;

/** Does `action` every `ms`, never two at once, until the signal. A failure is logged and tried again: silence is noticed elsewhere. */
export function repeat(action: () => Promise<void>, ms: number, signal: AbortSignal, task: Task): Repeating {
  let nudged = false;
  let wake: (() => void) | null = null;

  function pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      let timer = setTimeout(done, nudged ? FLOCK_MS : forMs);
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = null;
        resolve();
      }
      signal.addEventListener('abort', done, { once: true });
      wake = () => {
        clearTimeout(timer);
        timer = setTimeout(done, FLOCK_MS);
      };
    });
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      nudged = false;
      await action().catch((error: unknown) => {
        task.services.log.warn(
          { run: task.claim.run.number, error: error instanceof Error ? error.message : String(error) },
          'a look at the run failed',
        );
      });
      await pause(Math.max(0, ms - (performance.now() - began)));
    }
  }

  return {
    nudge: () => {
      if (nudged) return;
      nudged = true;
      wake?.();
    },
    over: loop(),
  };
}
