import { alertHold, blindHold } from './auto-rollback.ts';
import { BACKFILL_BEGINS_MS } from './backfill.ts';
import { lapsedWaivers, lineOf, lineState, openItems } from './checklist.ts';
import type { Context } from './commands.ts';
import type { HoldReason } from './events.ts';
import { between, type Instant } from './instant.ts';
import { titleOf, type ItemKey } from './items.ts';
import { monitorSilent } from './monitor.ts';
import { hasRole } from './people.ts';
import { unitsOf } from './plan.ts';
import {
  predictedForwardMs,
  predictedRollbackMs,
  rehearsedOn,
  restored,
  SAFETY_FACTOR,
  type Rehearsal,
  type TracedStatement,
} from './proof.ts';
import { inWords, type Refusal } from './refusal.ts';
import type { Approval, Run } from './run.ts';
import { judgeWindow, type WindowVerdict } from './window.ts';

/** Milliseconds from the first write to the end: forward × 3, observation, and a rollback should it be needed (R3). */
export function predictedRunMs(run: Run): number {
  if (run.rehearsal === null) return run.plan.timing.observeMs;
  return predictedForwardMs(run.rehearsal) + run.plan.timing.observeMs + predictedRollbackMs(run.rehearsal);
}

/** Approvals that count now: of this digest, not expired, by distinct approvers other than the requester (invariant 4). */
export function countingApprovals(run: Run, context: Pick<Context, 'now' | 'people'>): readonly Approval[] {
  const seen = new Set<string>();
  return run.approvals.filter((approval) => {
    const counts =
      approval.digest === run.digest &&
      approval.by.id !== run.requester.id &&
      !seen.has(approval.by.id) &&
      between(context.now, approval.expiresAt) > 0 &&
      hasRole(context.people, approval.by.id, ['approver']);
    if (counts) seen.add(approval.by.id);
    return counts;
  });
}

/** What still stands between the run and a start, apart from the window. */
export function readiness(run: Run, context: Pick<Context, 'now' | 'people'>): Refusal | null {
  if (run.problem !== null) return { code: 'migrations_unreadable', detail: run.problem };
  const open = openItems(run, context.now);
  const lapsed = lapsedWaivers(run, context.now, context.people);
  if (open.length + lapsed.length > 0) {
    const items = [
      ...open.map((item) => `${titleOf(item)} (${lineState(run, item, context.now)}${whyStaging(run, item)})`),
      ...lapsed.map((item) => `${titleOf(item)} (waived by @${run.waivers[item]?.by.name ?? 'somebody'}, who may not any more)`),
    ];
    return { code: 'items_open', items };
  }
  const have = countingApprovals(run, context).length;
  if (have < run.plan.quorum) return { code: 'approvals_open', have, want: run.plan.quorum };
  return null;
}

/** Why a plan needs its staging run, or what that one lacks (R7); of every other line the checklist says it. */
function whyStaging({ plan, evidence: { staging } }: Run, item: ItemKey): string {
  if (item !== 'staging' || staging === undefined || lineOf(plan, item)?.kind !== 'machine') return '';
  return `: ${staging.value.split('\n')[0] ?? ''}`;
}

/** Why the window refuses forward work of that length beginning at `at`; null when it fits (R1, R3). */
export function windowRefusal(run: Run, at: Instant, durationMs: number): Refusal | null {
  const verdict = judgeWindow(run.plan.window, at, durationMs);
  if (verdict.open) return null;
  const { next } = verdict;
  switch (verdict.reason) {
    case 'peak':
      return { code: 'peak_hours', until: verdict.peak.to, next };
    case 'crosses':
      return { code: 'crosses_peak', from: verdict.peak.from, durationMs, next };
    case 'freeze':
      return { code: 'frozen', reason: verdict.freeze.reason, until: verdict.freeze.to, next };
    case 'crosses_freeze':
      return { code: 'crosses_freeze', reason: verdict.freeze.reason, from: verdict.freeze.from, durationMs, next };
  }
}

/** The backup of this run, proved by a restore, taken since it was started (invariant 2). */
export function backupProved(run: Run): boolean {
  if (run.backup === null || run.rehearsal === null || run.started === null) return false;
  if (!rehearsedOn(run.rehearsal, run.backup) || !restored(run.rehearsal)) return false;
  return between(run.started.at, run.backup.startedAt) >= 0;
}

export type Hold = { readonly reason: HoldReason; readonly detail: string };

/** Whether somebody wants the run to hold behind the step that is under way. */
export function stopHold({ stopRequested }: Pick<Run, 'stopRequested'>): Hold | null {
  return stopRequested === null ? null : { reason: 'stopped', detail: `@${stopRequested.name} asked to stop after this step.` };
}

/** Whether a forward statement or batch may begin now, and if not, why the run holds. Asked before every one of them (R4, invariants 1, 2, 6). */
export function forwardHold(run: Run, question: { now: Instant; newestSample: Instant | null; durationMs: number }): Hold | null {
  const { now, newestSample, durationMs } = question;
  const stop = stopHold(run);
  if (stop !== null) return stop;
  const alarm = alertHold(run, now) ?? blindHold(run, now);
  if (alarm !== null) return alarm;
  if (!backupProved(run)) return { reason: 'rehearsal_differs', detail: 'This run has no backup that was proved by a restore.' };
  const verdict = judgeWindow(run.plan.window, now, durationMs);
  if (!verdict.open) return closedHold(verdict, durationMs);
  if (monitorSilent(newestSample, now, run.plan.timing.monitorSilenceMs)) {
    return { reason: 'monitor_silent', detail: 'The monitor has not given a reading in time, so nobody would notice harm.' };
  }
  if (run.watcher === null || between(run.watcher.seenAt, now) > run.plan.timing.watcherSilenceMs) {
    const name = run.watcher === null ? 'Nobody' : `@${run.watcher.actor.name}`;
    return {
      reason: 'watcher_silent',
      detail: `${name} has not confirmed to be watching for ${inWords(run.plan.timing.watcherSilenceMs)}.`,
    };
  }
  return null;
}

function closedHold(verdict: Extract<WindowVerdict, { open: false }>, durationMs: number): Hold {
  const reaches = (what: string) => `The next step may take ${inWords(durationMs)} and would reach ${what}.`;
  switch (verdict.reason) {
    case 'peak':
      return { reason: 'peak_hours', detail: 'Peak hours have begun.' };
    case 'crosses':
      return { reason: 'peak_hours', detail: reaches('peak hours') };
    case 'freeze':
      return { reason: 'freeze', detail: `The freeze "${verdict.freeze.reason}" has begun.` };
    case 'crosses_freeze':
      return { reason: 'freeze', detail: reaches(`the freeze "${verdict.freeze.reason}"`) };
  }
}

/** Predicted milliseconds of one unit, from the rehearsal; zero when it was not traced. */
export function predictedUnitMs(run: Run, position: number): number {
  return tracesOf(run, position).reduce((sum, entry) => sum + entry.ms, 0) * SAFETY_FACTOR;
}

/** The same; null when one of its statements was not traced, so that it may take any time. */
export function rehearsedUnitMs(run: Run, position: number): number | null {
  const statements = unitsOf(run.plan)[position]?.statements ?? [];
  return tracesOf(run, position).length < statements.length ? null : predictedUnitMs(run, position);
}

function tracesOf(run: Run, position: number): readonly TracedStatement[] {
  const unit = unitsOf(run.plan)[position];
  if (unit === undefined || run.rehearsal === null) return [];
  const indexes = new Set(unit.statements.map((statement) => statement.index));
  return (tracedByVersion(run.rehearsal).get(unit.version) ?? []).filter((entry) => indexes.has(entry.index));
}

/** A rehearsal never changes, and it is asked for every unit. */
const TRACED = new WeakMap<Rehearsal, ReadonlyMap<string, readonly TracedStatement[]>>();

function tracedByVersion(rehearsal: Rehearsal): ReadonlyMap<string, readonly TracedStatement[]> {
  const known = TRACED.get(rehearsal) ?? Map.groupBy(rehearsal.statements, ({ version }) => version);
  TRACED.set(rehearsal, known);
  return known;
}

/** How much of the window a unit needs to begin: its predicted time, but of a backfill, which holds behind any batch, a minute. */
export function neededToBeginMs(run: Run, position: number): number {
  return unitsOf(run.plan)[position]?.kind === 'backfill' ? BACKFILL_BEGINS_MS : predictedUnitMs(run, position);
}

/** Predicted milliseconds of backup, restore and rehearsal before the first write, from the last time they were done. */
export function predictedPrepareMs(run: Run): number {
  if (run.backup === null || run.rehearsal === null) return 0;
  const rehearsed = run.rehearsal.migrations.reduce((sum, entry) => sum + 2 * entry.upMs + entry.downMs, 0);
  return run.backup.durationMs + run.rehearsal.restoreMs + rehearsed;
}
