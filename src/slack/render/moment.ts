import { predictedPrepareMs, predictedRunMs } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { judgeWindow } from '../../domain/window.ts';
import type { RunView } from '../../usecases/status.ts';

/** Whether a start would fit now, and if not, the next moment that does; null when none of the next eight days fits. */
export type Fit = { readonly now: true } | { readonly now: false; readonly next: Instant | null };

/** Asks the window the way `start` and `schedule` ask it, so that the card never promises what the click refuses. */
export function fitOf({ run, now }: Pick<RunView, 'run' | 'now'>): Fit {
  const verdict = judgeWindow(run.plan.window, now, predictedPrepareMs(run) + predictedRunMs(run));
  return verdict.open ? { now: true } : { now: false, next: verdict.next };
}
