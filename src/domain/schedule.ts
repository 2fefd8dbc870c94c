import { backupProved, type Hold } from './gates.ts';
import { between, plus, type Instant } from './instant.ts';
import type { StepName } from './events.ts';
import { inWords } from './refusal.ts';
import type { Run } from './run.ts';

/** A moment of the countdown: T-15, T-5, T0, T+15 with the runbook's durations. */
export type Moment = { readonly name: string; readonly at: Instant; readonly is: 'past' | 'next' | 'later'; readonly what: string };

/** `T-15` for a quarter of an hour before the first write. */
function nameOf(sign: '-' | '+', milliseconds: number): string {
  return `T${sign}${milliseconds % 60_000 === 0 ? milliseconds / 60_000 : inWords(milliseconds)}`;
}

/** How long before the first write the gates are asked again; plans of older versions ask only then. */
function recheckMs({ plan }: Pick<Run, 'plan'>): number {
  return plan.timing.recheckMs ?? 0;
}

/** When preparation of a first write at `t0` opens. */
export function opensAt({ plan }: Pick<Run, 'plan'>, t0: Instant): Instant {
  return plus(t0, -plan.timing.prepareLeadMs);
}

/** Whether it was scheduled before its preparation opens, and that leaves time before T-5. Whoever scheduled it has been its watcher since. */
function inTime(run: Run, t0: Instant): boolean {
  if (run.plan.timing.prepareLeadMs <= recheckMs(run)) return false;
  return run.watcher === null || between(run.watcher.seenAt, opensAt(run, t0)) >= 0;
}

/** The moment a run keeps from its schedule on: null when it is started at once, or was scheduled when preparation should have been open already. */
export function keptMoment(run: Run, t0: Instant): Instant | null {
  return run.scheduledFor === t0 && inTime(run, t0) ? t0 : null;
}

/**
 * T-5 of a run that keeps its schedule: its gates are asked again, and what is not prepared then does not start by itself (R37, R46).
 * Null for a run that was started at once, and once a person let it go on after T-5.
 */
export function recheckAt(run: Run): Instant | null {
  return run.scheduledFor === null || run.started === null ? null : plus(run.scheduledFor, -recheckMs(run));
}

/** What preparation has still to do for the first time since it was opened, in its order. */
export function unprepared(run: Run): Extract<StepName, 'backup' | 'prove' | 'dry_run'> | null {
  const since = run.started?.at ?? run.plan.plannedAt;
  if (run.backup === null || between(since, run.backup.startedAt) < 0) return 'backup';
  if (!backupProved(run)) return 'prove';
  return run.dryRunAt === null || between(since, run.dryRunAt) < 0 ? 'dry_run' : null;
}

const MISSING = { backup: 'the backup', prove: 'the proof of the backup', dry_run: 'the dry run' } as const;

/** Why a run that keeps its schedule does not start by itself any more: unprepared at T-5, or nobody came to the first write (R37, F40). */
export function lateHold(run: Run, now: Instant): Hold | null {
  const at = recheckAt(run);
  if (run.state !== 'preparing' || at === null || run.t0 === null || between(at, now) < 0) return null;
  const missing = unprepared(run);
  const moment = recheckMs(run) === 0 ? 'T0' : nameOf('-', recheckMs(run));
  if (missing !== null) {
    const detail = `At ${moment} ${MISSING[missing]} was not finished, so it does not start by itself. The database was not touched.`;
    return { reason: 'late', detail };
  }
  if (between(run.t0, now) <= run.plan.timing.lateStartMs) return null;
  const grace = inWords(run.plan.timing.lateStartMs);
  return { reason: 'late', detail: `No worker came to the first write within ${grace} of its moment. The database was not touched.` };
}

/** The four moments of a run that keeps its schedule, up to its first write; none for any other. */
export function countdown(run: Run, now: Instant): readonly Moment[] {
  const t0 = run.state === 'scheduled' ? run.scheduledFor : run.state === 'preparing' && recheckAt(run) !== null ? run.t0 : null;
  if (t0 === null || (run.state === 'scheduled' && !inTime(run, t0))) return [];
  const { prepareLeadMs, observeMs } = run.plan.timing;
  const before = recheckMs(run);
  const moments = [
    ...(prepareLeadMs === 0 ? [] : [{ name: nameOf('-', prepareLeadMs), at: opensAt(run, t0), what: 'preparation opens' }]),
    ...(before === 0 ? [] : [{ name: nameOf('-', before), at: plus(t0, -before), what: 'gates again, dry run' }]),
    { name: 'T0', at: t0, what: 'first write' },
    { name: nameOf('+', observeMs), at: plus(t0, observeMs), what: 'verification ends' },
  ];
  const next = moments.findIndex(({ at }) => between(now, at) > 0);
  return moments.map((moment, index) => ({ ...moment, is: index === next ? 'next' : next === -1 || index < next ? 'past' : 'later' }));
}
