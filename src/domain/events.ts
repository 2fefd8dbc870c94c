import type { TestFinding } from './application-tests.ts';
import type { Speed } from './backfill.ts';
import type { ForEnd } from './end-comparison.ts';
import type { Instant } from './instant.ts';
import type { Evidence, ItemKey } from './items.ts';
import type { WantedPage } from './page.ts';
import type { Level, Metric, RaisedAlert, Readings } from './monitor.ts';
import type { ListedIssues } from './new-issues.ts';
import type { DisarmReason, Trigger } from './auto-rollback.ts';
import type { Actor } from './people.ts';
import type { Plan, RelationLock } from './plan.ts';
import type { Backup, Rehearsal } from './proof.ts';
import type { StagingAfter, StagingBefore } from './staging.ts';
import type { PointInTime } from './point-in-time.ts';
import type { RestoreOffer, Switched } from './restore.ts';

/** A backend of the target as it must be named before it is cancelled: pids are reused, start times are not (R74). */
export type Backend = { readonly pid: number; readonly startedAt: string };

/** What one statement did on the target. */
export type AppliedStatement = {
  readonly index: number;
  readonly ms: number;
  readonly rows: number | null;
  readonly locks: readonly RelationLock[];
};

/** Why a run holds: it does nothing more until somebody, or the end of peak hours or of a freeze, lets it go on. */
export type HoldReason =
  | 'not_green'
  | 'peak_hours'
  | 'freeze'
  | 'late'
  | 'monitor_silent'
  | 'watcher_silent'
  | 'stopped'
  | 'paused'
  | 'plan_differs'
  | 'rehearsal_differs'
  | 'evidence'
  | 'statement_failed'
  | 'lock_budget'
  | 'validation_failed'
  | 'not_as_before'
  | 'tests_open'
  | 'target_unreachable'
  | 'alert'
  | 'problem_reported'
  | 'restore_failed';

/** The worker's work in words a card can show. */
export type StepName =
  | 'check'
  | 'backup'
  | 'prove'
  | 'archive'
  | 'dry_run'
  | 'begin'
  | 'apply'
  | 'validate'
  | 'test'
  | 'finish'
  | 'resume'
  | 'open'
  | 'late'
  | 'page'
  | 'stop'
  | 'undo'
  | 'verify_rollback'
  | 'measure_before'
  | 'measure_after'
  | 'assess'
  | 'restore'
  | 'validate_restore'
  | 'switch'
  | 'point_in_time';

/** Where an alert stands now. */
export type AlertMove = {
  readonly metric: Metric;
  readonly level: Level;
  readonly value: number;
  readonly limit: number;
  readonly detail: string;
};

/** Everything that can happen to a run. The past tense says what happened; nothing here asks for anything. */
export type Happening =
  | { readonly type: 'planned'; readonly target: string; readonly plan: Plan; readonly digest: string }
  | { readonly type: 'plan_revised'; readonly plan: Plan; readonly digest: string; readonly changes: readonly string[] }
  | { readonly type: 'plan_voided'; readonly problem: string }
  | { readonly type: 'checklist_started' }
  | { readonly type: 'evidence_recorded'; readonly evidence: readonly Evidence[] }
  | { readonly type: 'evidence_withdrawn'; readonly item: ItemKey }
  | { readonly type: 'item_acknowledged'; readonly item: ItemKey; readonly expiresAt: Instant }
  | { readonly type: 'acknowledgement_withdrawn'; readonly item: ItemKey }
  | { readonly type: 'item_waived'; readonly item: ItemKey; readonly reason: string; readonly expiresAt: Instant }
  | { readonly type: 'waiver_withdrawn'; readonly item: ItemKey }
  | { readonly type: 'drill_requested' }
  | { readonly type: 'on_call_resolved'; readonly people: readonly string[] }
  | { readonly type: 'step_begun'; readonly step: StepName }
  | { readonly type: 'backed_up'; readonly backup: Backup }
  | { readonly type: 'rehearsed'; readonly rehearsal: Rehearsal; readonly digest: string; readonly evidence: readonly Evidence[] }
  | { readonly type: 'approved'; readonly digest: string; readonly expiresAt: Instant }
  | { readonly type: 'quorum_reached' }
  | { readonly type: 'rejected'; readonly reason: string }
  | { readonly type: 'scheduled'; readonly t0: Instant }
  | { readonly type: 'schedule_missed'; readonly t0: Instant }
  | { readonly type: 'started'; readonly t0: Instant }
  | { readonly type: 'dry_run_posted' }
  | {
      readonly type: 'migrating_begun';
      readonly baseline: Readings;
      readonly fingerprint: string;
      readonly anyOrder?: string;
      /** Absent in runs of older versions, and of staging. */
      readonly forEnd?: ForEnd;
    }
  | { readonly type: 'unit_begun'; readonly position: number; readonly backend: Backend }
  | {
      readonly type: 'unit_applied';
      readonly position: number;
      readonly statements: readonly AppliedStatement[];
      readonly ms: number;
      /** Longest any application session waited behind us, in milliseconds (R11). */
      readonly longestWaitMs: number;
      /** How many tries the locks took. */
      readonly tries: number;
    }
  /** The intents of small units that follow on the same backend; each of them may be begun from now on without another word. */
  | { readonly type: 'units_announced'; readonly positions: readonly number[]; readonly backend: Backend }
  /** Announced and, as whoever announced them or the target says, never begun. */
  | { readonly type: 'units_withdrawn'; readonly positions: readonly number[] }
  | { readonly type: 'all_applied' }
  | { readonly type: 'validated' }
  /** What a hook or a person says of application tests. */
  | { readonly type: 'application_tested'; readonly findings: readonly TestFinding[] }
  | { readonly type: 'completed'; readonly after: Readings }
  | { readonly type: 'alert_raised'; readonly alert: RaisedAlert }
  | (AlertMove & { readonly type: 'alert_escalated' | 'alert_eased' })
  | { readonly type: 'alert_cleared'; readonly metric: Metric }
  | { readonly type: 'alert_acknowledged'; readonly metric: Metric }
  /** Somebody asked for some minutes in which nothing goes forward and nothing is rolled back by itself. */
  | { readonly type: 'respite_given'; readonly until: Instant }
  /** A source that could be read before the first write cannot be read any more, and can again (F49). */
  | {
      readonly type: 'source_lost';
      readonly source: string;
      readonly metrics: readonly Metric[];
      readonly since: Instant;
      readonly detail: string;
    }
  | { readonly type: 'source_found'; readonly source: string }
  /** What the error tracker saw for the first time since the first write (R51), or why that could not be listed. */
  | (ListedIssues & { readonly type: 'issues_listed' })
  | { readonly type: 'issues_unlisted'; readonly why: string }
  /** Offpeak rolls back by itself at that moment, unless something voids it. */
  | { readonly type: 'rollback_armed'; readonly trigger: Trigger; readonly firesAt: Instant }
  | { readonly type: 'rollback_disarmed'; readonly trigger: Trigger; readonly reason: DisarmReason }
  /** After a rollback: every signal was well for long enough, or not within the time in which somebody looked (R80). */
  | { readonly type: 'recovered'; readonly after: Readings }
  | { readonly type: 'recovery_missed'; readonly detail: string }
  | { readonly type: 'presence_confirmed' }
  /** The watcher was asked for a word. */
  | { readonly type: 'presence_asked' }
  /** Somebody was called, or could not be: `failure` says why. */
  | { readonly type: 'paged'; readonly page: WantedPage; readonly through: string; readonly failure: string | null }
  /** What somebody was called for is over; `failure` when the pager could not be told. */
  | { readonly type: 'page_closed'; readonly key: string; readonly failure: string | null }
  | { readonly type: 'stop_requested' }
  | { readonly type: 'speed_set'; readonly percent: Speed }
  | { readonly type: 'held'; readonly reason: HoldReason; readonly detail: string }
  | { readonly type: 'resumed' }
  | { readonly type: 'rollback_requested' }
  | { readonly type: 'stopped'; readonly detail: string }
  | { readonly type: 'unit_undone'; readonly version: string; readonly ms: number; readonly detail: string }
  | { readonly type: 'rolled_back'; readonly after: Readings; readonly detail: string }
  | { readonly type: 'rollback_failed'; readonly detail: string; readonly remaining: readonly string[] }
  /** What somebody saw after the change, and what the checks said then. */
  | { readonly type: 'problem_reported'; readonly words: string }
  | { readonly type: 'problem_assessed'; readonly failures: readonly string[] }
  | { readonly type: 'lessons_recorded'; readonly lessons: string }
  | { readonly type: 'restore_requested'; readonly backup: Backup; readonly offer: RestoreOffer; readonly pointInTime?: PointInTime }
  | { readonly type: 'restore_approved' }
  | { readonly type: 'restore_loaded'; readonly ms: number }
  | { readonly type: 'restore_validated' }
  /** Before the provider is asked: it may have been from here on, whatever comes. `timeline` is the server's now. */
  | { readonly type: 'restore_sent'; readonly timeline: number }
  | { readonly type: 'restore_accepted' }
  /** Nobody knows whether the provider does it: a person looks. */
  | { readonly type: 'restore_unsure'; readonly detail: string }
  /** `switched` is null where the provider did it in place: nothing of before is kept. */
  | { readonly type: 'restored'; readonly after: Readings; readonly switched: Switched | null; readonly detail: string }
  /** Nothing was renamed, and nothing taken back: the live database is as it was. */
  | { readonly type: 'restore_failed'; readonly detail: string }
  | { readonly type: 'failed'; readonly detail: string }
  | { readonly type: 'cancelled'; readonly reason: string }
  | { readonly type: 'class_raised'; readonly reason: string }
  | { readonly type: 'measured_before'; readonly before: StagingBefore }
  | { readonly type: 'measured_after'; readonly after: StagingAfter };

/** A happening with who caused it and when, as the ledger keeps it. */
export type RunEvent = Happening & { readonly at: Instant; readonly actor: Actor };
