import { between, plus, type Instant } from './instant.ts';
import { WORKING, type Run } from './run.ts';

/** The share of the silence after which the watcher is asked: early enough to answer before anything holds. */
const ASKED_AFTER = 1 / 3;

/** The moment at which the watcher of this run is asked; null while nobody has to answer (R8). */
function presenceAskedAt(run: Run): Instant | null {
  if (run.watcher === null || !mustBeWatched(run)) return null;
  return plus(run.watcher.seenAt, Math.round(run.plan.timing.watcherSilenceMs * ASKED_AFTER));
}

/** The moment from which nobody watches: nothing more is begun, and the on-call is paged. Null while nobody has to watch. */
export function silentFrom(run: Run): Instant | null {
  if (run.watcher === null || !mustBeWatched(run)) return null;
  return plus(run.watcher.seenAt, run.plan.timing.watcherSilenceMs);
}

/** Whether the watcher has to be asked now: the moment has come, and nobody asked since the last answer. */
export function presenceDue(run: Run, now: Instant): boolean {
  const at = presenceAskedAt(run);
  if (at === null || between(at, now) < 0) return false;
  return run.presenceAsked === null || between(run.presenceAsked, run.watcher?.seenAt ?? now) > 0;
}

/** Whether nobody answered in time. */
export function watcherSilent(run: Run, now: Instant): boolean {
  const from = silentFrom(run);
  return from !== null && between(from, now) > 0;
}

/** A run that waits for the end of peak hours or of a freeze changes nothing, and nobody has to sit beside it. */
function mustBeWatched(run: Run): boolean {
  const reason = run.holding?.reason;
  return WORKING.includes(run.state) && reason !== 'peak_hours' && reason !== 'freeze';
}
