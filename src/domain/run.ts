import type { TestResult } from './application-tests.ts';
import type { Speed } from './backfill.ts';
import type { Armed, LostSource, Respite } from './auto-rollback.ts';
import type { AppliedStatement, Backend, HoldReason, StepName } from './events.ts';
import type { ForEnd } from './end-comparison.ts';
import type { Instant } from './instant.ts';
import type { Acknowledgement, Evidence, PerItem, Waiver } from './items.ts';
import type { Alert, Metric, Readings } from './monitor.ts';
import type { NewIssues } from './new-issues.ts';
import type { Page } from './page.ts';
import type { Actor } from './people.ts';
import { unitsOf, type Plan, type Unit } from './plan.ts';
import type { Lessons, ProblemReport } from './problem.ts';
import type { Backup, Rehearsal } from './proof.ts';
import type { Staged } from './staging.ts';
import type { Restore, Switched, UndoneRestore } from './restore.ts';

/** Every state of a run, in the order of the story; those of `ENDS` are ends. */
export const RUN_STATES = [
  'planned',
  'checklist',
  'approved',
  'scheduled',
  'preparing',
  'migrating',
  'validating',
  'observing',
  'holding',
  'stopping',
  'rolling_back',
  'restoring',
  'completed',
  'rolled_back',
  'restored',
  'rollback_failed',
  'cancelled',
  'failed',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** States after which nothing happens to the run any more. A failed rollback is not one: it keeps the target occupied until a person has dealt with it. */
export const ENDS: readonly RunState[] = ['completed', 'rolled_back', 'restored', 'cancelled', 'failed'];
/** States in which the worker may be touching the target: each of them offers rollback (invariant 7). */
export const WORKING: readonly RunState[] = ['preparing', 'migrating', 'validating', 'observing', 'holding'];
/** States in which a worker keeps the run's monitor alive, even when there is nothing else to do (invariant 6). */
export const WATCHED: readonly RunState[] = [...WORKING, 'stopping', 'rolling_back', 'restoring'];
/** States before the start, in which a changed file makes a new plan. */
export const OPEN: readonly RunState[] = ['planned', 'checklist', 'approved', 'scheduled'];

export type Approval = { readonly by: Actor; readonly at: Instant; readonly digest: string; readonly expiresAt: Instant };

/** What became of one unit of the plan on the target. */
export type UnitRun = {
  readonly position: number;
  /** `announced`: its intent stands behind that of a begun unit, and whether it was begun only the target knows. */
  readonly state: 'announced' | 'begun' | 'applied' | 'undone';
  readonly begunAt: Instant;
  readonly endedAt: Instant | null;
  readonly backend: Backend;
  readonly attempts: number;
  readonly ms: number;
  readonly longestWaitMs: number;
  readonly statements: readonly AppliedStatement[];
};

/** Who stays with the run: since when, and from whom they took it over. */
export type Watcher = { readonly actor: Actor; readonly seenAt: Instant; readonly since?: Instant; readonly from?: Actor };

/** One execution of one plan: the fold of its events, and the only thing a decision reads. */
export type Run = {
  readonly id: string;
  /** What people call it: #42. */
  readonly number: number;
  /** How many events it has; an append expects it. */
  readonly version: number;
  readonly state: RunState;
  readonly target: string;
  readonly requester: Actor;
  readonly plan: Plan;
  readonly digest: string;
  /** What the last revision changed; empty before the first. */
  readonly changes: readonly string[];
  /** Why the files on disk cannot be planned any more; null while they can. Nothing is approved or started meanwhile. */
  readonly problem: string | null;
  readonly evidence: PerItem<Evidence>;
  /** Lines that may stay open, each with its reason; they expire like evidence of people. */
  readonly waivers: PerItem<Waiver>;
  /** What people said for themselves on personal lines. */
  readonly acknowledged: PerItem<readonly Acknowledgement[]>;
  /** Ids of those whom a source names as on call; null while none has, and the role counts. */
  readonly onCall: readonly string[] | null;
  /** When the checklist was started, by whom. */
  readonly checklist: { readonly at: Instant; readonly by: Actor } | null;
  readonly approvals: readonly Approval[];
  readonly backup: Backup | null;
  readonly rehearsal: Rehearsal | null;
  /** The moment for which it is scheduled, and which its preparation keeps; null once it begins as soon as it is prepared. */
  readonly scheduledFor: Instant | null;
  /** When preparation opened, by whom. */
  readonly started: { readonly at: Instant; readonly by: Actor } | null;
  /** The moment of the first write, planned and then real (R37). */
  readonly t0: Instant | null;
  readonly dryRunAt: Instant | null;
  readonly baseline: Readings | null;
  readonly after: Readings | null;
  /** When everything was validated last: after the last statement, and once more before the end (R58). */
  readonly validatedAt: Instant | null;
  /** Schema fingerprint just before the first write: what a rollback must give back (R77). */
  readonly fingerprint: string | null;
  /** The same without the order of columns; absent in runs of older versions. */
  readonly anyOrder?: string;
  /** What the end is compared with beside the baseline; absent in runs of older versions. */
  readonly forEnd?: ForEnd;
  readonly units: readonly UnitRun[];
  readonly step: { readonly name: StepName; readonly at: Instant } | null;
  readonly stopRequested: Actor | null;
  /** How fast its backfills may go, in per cent. */
  readonly speed: Speed;
  readonly holding: { readonly reason: HoldReason; readonly detail: string; readonly since: Instant; readonly from: RunState } | null;
  readonly alerts: Readonly<Partial<Record<Metric, Alert>>>;
  readonly watcher: Watcher | null;
  /** When the watcher was last asked for a word; null before the first time. */
  readonly presenceAsked: Instant | null;
  /** Every call for the on-call, in the order they were first made. */
  readonly pages: readonly Page[];
  /** Sources that could be read before the first write and cannot now, by name. */
  readonly lost: Readonly<Record<string, LostSource>>;
  /** How long sources were dark in all, in milliseconds: the observation lasts so much longer. */
  readonly darkMs: number;
  /** What the error tracker saw for the first time since the first write; null where none was asked. */
  readonly newIssues: NewIssues | null;
  /** The rollback that Offpeak begins by itself. */
  readonly armed: Armed | null;
  /** Why it asks instead of rolling back by itself, for the rest of this run. */
  readonly asks: 'lossy' | 'price_unknown' | null;
  /** The newest five minutes somebody asked for. */
  readonly respite: Respite | null;
  /** After a rollback: when all was well again, or that it was not in time; null while nobody can say. */
  readonly recovery: { readonly at: Instant; readonly after: Readings | null; readonly detail: string } | null;
  /** Who let the run go on to its end although a metric could not be read; null when nobody had to. */
  readonly vouched: Actor | null;
  /** What came of the application tests, by name. */
  readonly tests: Readonly<Record<string, TestResult>>;
  /** Who let the run go on to its end although a test had not passed; null when nobody had to. */
  readonly testsVouched: Actor | null;
  readonly rollback: { readonly by: Actor; readonly at: Instant; readonly from: RunState; readonly undone: readonly string[] } | null;
  /** Named requests that were carried out, newest last. */
  readonly requests: readonly string[];
  /** Who wants a staging run although the rule finds the plan trivial. */
  readonly raised: { readonly by: Actor; readonly at: Instant; readonly reason: string } | null;
  /** What a staging run has measured on the twin. */
  readonly staged: Staged;
  /** The restore that somebody asked for; null when nobody has, or when it failed. */
  readonly restore: Restore | null;
  /** The newest one that failed, was refused or was given up; absent when none was. */
  readonly undoneRestore?: UndoneRestore;
  /** What the restore put aside; null before the switch. */
  readonly switched: Switched | null;
  /** The newest problem that somebody reported after the change. */
  readonly problemReport: ProblemReport | null;
  readonly lessons: Lessons | null;
  /** How it ended, in a sentence's worth of detail. */
  readonly end: {
    readonly at: Instant;
    readonly detail: string;
    readonly remaining: readonly string[];
    /** What failed last of a run whose rollback failed before; absent for the rollback itself. */
    readonly of?: 'restore';
  } | null;
};

/** Whether the run keeps its target occupied. */
export function isActive(run: Pick<Run, 'state'>): boolean {
  return !ENDS.includes(run.state);
}

/** Whether its monitor lives: while a worker may touch the target, and after a rollback until all is well again (R80). */
export function isWatched(run: Run): boolean {
  const recovering = run.state === 'rolled_back' && run.recovery === null && run.baseline !== null && touched(run);
  return WATCHED.includes(run.state) || recovering;
}

/** Positions that are applied and not undone, in the order they were applied. */
export function appliedPositions(run: Run): readonly number[] {
  return run.units.filter((unit) => unit.state === 'applied').map((unit) => unit.position);
}

/** Whether the run stands before its first write: preparing, or holding from there. */
export function inPreparation(run: Pick<Run, 'state' | 'holding'>): boolean {
  return run.state === 'preparing' || (run.state === 'holding' && run.holding?.from === 'preparing');
}

/** Whether it holds for something that is over by itself: peak hours, a freeze, an alert. */
export function endsByItself({ holding }: Pick<Run, 'holding'>): boolean {
  return holding?.reason === 'peak_hours' || holding?.reason === 'freeze' || holding?.reason === 'alert';
}

/** Whether a unit was begun on the target: from then on, the database was touched. */
export function touched(run: Run): boolean {
  return run.units.length > 0;
}

/** The first unit that is not applied: the one to begin, or to find out about. */
export function nextUnit(run: Run): Unit | undefined {
  const applied = new Set(appliedPositions(run));
  return unitsOf(run.plan).find(({ position }) => !applied.has(position));
}
