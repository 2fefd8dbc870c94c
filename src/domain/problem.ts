import type { Instant } from './instant.ts';
import type { Actor } from './people.ts';
import { ENDS, type Run } from './run.ts';

/** What somebody saw after the change, and what the checks said then; null until they were run. */
export type ProblemReport = {
  readonly by: Actor;
  readonly at: Instant;
  readonly words: string;
  readonly failures: readonly string[] | null;
};

/** What was learned, by whom. */
export type Lessons = { readonly by: Actor; readonly at: Instant; readonly text: string };

/** Whether the run is over but stays open until somebody writes down what was learned (R89). */
export function needsLessons(run: Run): boolean {
  if (!ENDS.includes(run.state) || run.lessons !== null) return false;
  return run.state === 'restored' || run.problemReport !== null;
}
