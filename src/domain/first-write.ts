import { between, plus, type Instant } from './instant.ts';
import { inPreparation, type Run } from './run.ts';

/** From the moment of the first write to the worker that comes to it. */
const COMES_MS = 60_000;

/** When the first write of this run is to be; null while nobody has named a moment, and once it has been. */
export function firstWriteAt(run: Pick<Run, 'state' | 'holding' | 'scheduledFor' | 't0'>): Instant | null {
  if (run.state === 'scheduled') return run.scheduledFor;
  return inPreparation(run) ? run.t0 : null;
}

/** Whether what expires then still counts at a first write at `t0`. */
export function lastsUntil(t0: Instant, expiresAt: Instant): boolean {
  return between(plus(t0, COMES_MS), expiresAt) > 0;
}

/** Whether what somebody gave may be given again before it has run out: in the second half of its life, and whenever it would not last. */
export function renewable(
  run: Pick<Run, 'state' | 'holding' | 'scheduledFor' | 't0'>,
  { expiresAt, lifeMs, now }: { expiresAt: Instant; lifeMs: number; now: Instant },
): boolean {
  const t0 = firstWriteAt(run);
  return between(now, expiresAt) <= lifeMs / 2 || (t0 !== null && !lastsUntil(t0, expiresAt));
}
