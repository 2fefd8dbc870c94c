import type { Answer } from './answers.ts';

/** A retry has come within minutes; this many keys are far more than anybody sends in that time. */
const KEPT = 5_000;

/** Gives the same answer to the same request, also to one that arrives while the first is still being carried out. */
export type Repeats = (key: string | null, answer: () => Promise<Answer>) => Promise<Answer>;

/**
 * Remembers answers in memory, refusals too; only what failed for no fault of the request may be tried again under its key. That a command is
 * carried out once does not rest on this: the run itself remembers its keys (`Run.requests`), through restarts and in every process.
 */
export function repeats(kept: number = KEPT): Repeats {
  const answers = new Map<string, Promise<Answer>>();
  return async (key, answer) => {
    if (key === null) return answer();
    const before = answers.get(key);
    if (before !== undefined) return before;
    const given = answer();
    answers.set(key, given);
    const [oldest] = answers.keys();
    if (answers.size > kept && oldest !== undefined) answers.delete(oldest);
    const forget = () => void (answers.get(key) === given && answers.delete(key));
    given.then(({ status }) => (status >= 500 ? forget() : undefined), forget);
    return given;
  };
}
