import { setTimeout as pause } from 'node:timers/promises';

interface Patience {
  /** What is awaited, for the message: "the lock to be granted". */
  readonly what: string;
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

type NotYet = false | 0 | '' | null | undefined;

/**
 * Asks again until the predicate answers something truthy and returns that answer. Fails after the deadline (10 s unless
 * told) with what was awaited and the last answer or error. The real clock, whatever clock the test gives the program.
 */
export async function until<T>(predicate: () => T | NotYet | Promise<T | NotYet>, patience: Patience): Promise<T> {
  const { what, deadlineMs = 10_000, everyMs = 20 } = patience;
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await predicate();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) throw new Error(`Waited ${deadlineMs} ms for ${what}; last: ${String(last)}`, { cause: last });
    await pause(everyMs);
  }
}
