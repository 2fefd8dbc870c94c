import type { Speed } from './backfill.ts';
import type { Trigger } from './auto-rollback.ts';
import type { AtEnd, ForEnd } from './end-comparison.ts';
import type { TestFinding } from './application-tests.ts';
import type { AlertMove, AppliedStatement, Backend, HoldReason, StepName } from './events.ts';
import type { Instant } from './instant.ts';
import type { Evidence } from './items.ts';
import type { ListedIssues } from './new-issues.ts';
import type { WantedPage } from './page.ts';
import type { Metric, RaisedAlert, Readings } from './monitor.ts';
import type { Actor, Person } from './people.ts';
import type { Plan } from './plan.ts';
import type { PointInTime } from './point-in-time.ts';
import type { MigrationPrice } from './price.ts';
import type { Backup, Rehearsal } from './proof.ts';
import type { StagingAfter, StagingBefore } from './staging.ts';
import type { RestoreOffer, Switched } from './restore.ts';

/** What people ask for, through any door. */
export type HumanCommand =
  | { readonly type: 'start_checklist' }
  | { readonly type: 'confirm_item'; readonly item: string; readonly note: string }
  /** A person's own word on a line that names them. */
  | { readonly type: 'acknowledge_item'; readonly item: string }
  /** Lets a line stay open, with the reason. */
  | { readonly type: 'waive_item'; readonly item: string; readonly reason: string }
  /** Takes back a confirmation, one's own acknowledgement, or a waiver. */
  | { readonly type: 'withdraw_item'; readonly item: string }
  /** Takes and restores a backup at once, after an attempt that failed. */
  | { readonly type: 'run_drill' }
  /** `digest` is the one the approver saw; approving another one is refused. */
  | { readonly type: 'approve'; readonly digest: string }
  | { readonly type: 'reject'; readonly reason: string }
  | { readonly type: 'start' }
  /** Without `t0`: the next moment that fits. */
  | { readonly type: 'schedule'; readonly t0: Instant | null }
  | { readonly type: 'stop_after_step' }
  /** Holds a backfill at the key it has reached; `resume` lets it go on there. */
  | { readonly type: 'pause' }
  /** How fast the backfill may go. */
  | { readonly type: 'set_speed'; readonly percent: Speed }
  | { readonly type: 'resume' }
  | { readonly type: 'roll_back' }
  | { readonly type: 'confirm_presence' }
  /** Takes an alert, or a failed statement, upon oneself: Offpeak neither rolls back nor holds for it. */
  | { readonly type: 'acknowledge_alert'; readonly alert: Trigger }
  /** For five minutes nothing goes forward, and Offpeak rolls nothing back by itself. */
  | { readonly type: 'hold_five' }
  | { readonly type: 'cancel' }
  /** Wants a staging run although the rule finds the plan trivial; nobody lowers the class. */
  | { readonly type: 'raise_class'; readonly reason: string }
  /** What somebody sees after the change (R81). */
  | { readonly type: 'report_problem'; readonly words: string }
  /** `database` is its name, typed by hand; `offer` what was shown to whoever typed it. */
  | {
      readonly type: 'request_restore';
      readonly backup: Backup;
      readonly database: string;
      readonly offer: RestoreOffer;
      /** In place by the provider, instead of beside the live database. */
      readonly pointInTime?: PointInTime;
    }
  /** `backupId` is the one the second person saw, or `point-in-time`. */
  | { readonly type: 'approve_restore'; readonly backupId: string }
  /** Somebody looked at the provider's: it does not take the database back; with `wentBack` it did, although that was not recognised. */
  | { readonly type: 'give_up_restore'; readonly wentBack?: true }
  | { readonly type: 'record_lessons'; readonly lessons: string }
  /** A person did one of the plan's application tests; `note` is what they saw. */
  | { readonly type: 'confirm_test'; readonly test: string; readonly note: string };

/** What the schedule notices. */
export type TimerCommand =
  | { readonly type: 'revise_plan'; readonly plan: Plan; readonly changes: readonly string[] }
  /** The files can no longer be planned at all; `problem` says why. */
  | { readonly type: 'void_plan'; readonly problem: string }
  | { readonly type: 'open_preparation' };

/** What one unit came to. */
export type AppliedUnit = {
  readonly position: number;
  readonly statements: readonly AppliedStatement[];
  readonly ms: number;
  readonly longestWaitMs: number;
  readonly tries: number;
};

/** What the worker does so that somebody is there: asks the watcher, calls the on-call. */
export type AttendingCommand =
  | { readonly type: 'ask_presence' }
  | { readonly type: 'record_page'; readonly page: WantedPage; readonly through: string; readonly failure: string | null }
  | { readonly type: 'record_page_closed'; readonly key: string; readonly failure: string | null };

/** What the worker reports, fenced by its lease; `record_evidence` of the notice comes from the publisher, which has none. */
export type WorkerCommand =
  | { readonly type: 'begin_step'; readonly step: StepName }
  | { readonly type: 'record_evidence'; readonly evidence: readonly Evidence[] }
  /** Ids of those on call, as a source names them. */
  | { readonly type: 'record_on_call'; readonly people: readonly string[] }
  | { readonly type: 'record_backup'; readonly backup: Backup }
  /** `plannedAt` is of the plan that was rehearsed; it may have been revised meanwhile. */
  | { readonly type: 'record_rehearsal'; readonly rehearsal: Rehearsal; readonly plannedAt: Instant }
  | { readonly type: 'record_dry_run' }
  /** Of a staging run: what was measured on the twin before the first write, and after the last. */
  | { readonly type: 'record_before'; readonly before: StagingBefore }
  | { readonly type: 'record_after'; readonly after: StagingAfter }
  | {
      readonly type: 'begin_migrating';
      readonly baseline: Readings;
      readonly fingerprint: string;
      /** The same schema whatever the order of its columns. */
      readonly anyOrder?: string;
      readonly forEnd?: ForEnd;
      readonly newestSample: Instant | null;
    }
  | {
      readonly type: 'begin_unit';
      readonly position: number;
      readonly backend: Backend;
      readonly newestSample: Instant | null;
      /** Announces the small units behind it in the same decision. */
      readonly ahead?: true;
    }
  | (AppliedUnit & { readonly type: 'record_unit' })
  | {
      readonly type: 'record_units';
      /** In their order. */
      readonly units: readonly AppliedUnit[];
      /** Announced and never begun. */
      readonly withdrawn: readonly number[];
      /** Begins and announces what follows in the same decision, if it may begin. */
      readonly next?: { readonly backend: Backend; readonly newestSample: Instant | null };
    }
  | { readonly type: 'record_validation'; readonly failures: readonly string[] }
  /** What the hooks of the application tests said. */
  | { readonly type: 'record_tests'; readonly findings: readonly TestFinding[] }
  | (AtEnd & { readonly type: 'finish'; readonly after: Readings })
  /** `failed`: PostgreSQL said so itself, which may begin a rollback by policy (R72). */
  | { readonly type: 'hold'; readonly reason: HoldReason; readonly detail: string; readonly failed?: true }
  | { readonly type: 'fail'; readonly detail: string }
  | { readonly type: 'raise_alert'; readonly alert: RaisedAlert }
  /** To another level than the one it stands at. */
  | (AlertMove & { readonly type: 'move_alert' })
  | { readonly type: 'clear_alert'; readonly metric: Metric }
  | AttendingCommand
  /** `lost`: since when and why it cannot be read; null when it can again. */
  | {
      readonly type: 'record_source';
      readonly source: string;
      readonly lost: { readonly metrics: readonly Metric[]; readonly since: Instant; readonly detail: string } | null;
    }
  /** New issues since the first write; `why` they could not be listed. */
  | { readonly type: 'record_issues'; readonly found: ListedIssues }
  | { readonly type: 'record_issues'; readonly found: null; readonly why: string }
  | { readonly type: 'arm_rollback'; readonly trigger: Trigger }
  /** The samples do not confirm it any more: they cannot be read, or they are below the limit. */
  | { readonly type: 'disarm_rollback'; readonly reason: 'unknown' | 'unconfirmed' }
  /** The moment has come, and samples of now confirm it. `price` is counted now; null when it could not be. */
  | { readonly type: 'fire_rollback'; readonly price: MigrationPrice['kind'] | null }
  | { readonly type: 'record_recovery'; readonly after: Readings | null; readonly detail: string }
  | { readonly type: 'record_stopped'; readonly detail: string }
  | { readonly type: 'record_undone'; readonly version: string; readonly ms: number; readonly detail: string }
  | { readonly type: 'record_rolled_back'; readonly after: Readings; readonly detail: string }
  | { readonly type: 'record_rollback_failure'; readonly detail: string; readonly remaining: readonly string[] }
  | { readonly type: 'record_assessment'; readonly failures: readonly string[] }
  | { readonly type: 'record_restore_loaded'; readonly ms: number }
  | { readonly type: 'record_restore_compared'; readonly failures: readonly string[] }
  /** The worker is about to ask the provider; `timeline` is the server's now. */
  | { readonly type: 'record_restore_sent'; readonly timeline: number }
  | { readonly type: 'record_restore_accepted' }
  | { readonly type: 'record_restore_unsure'; readonly detail: string }
  | { readonly type: 'record_restored'; readonly after: Readings; readonly switched: Switched | null; readonly detail: string }
  | { readonly type: 'record_restore_failure'; readonly detail: string };

export type Command = HumanCommand | TimerCommand | WorkerCommand;

/** What a decision may know besides the run: the moment, who acts, who has which role now, and how to hash. */
export type Context = {
  readonly now: Instant;
  readonly actor: Actor;
  readonly people: readonly Person[];
  /** SHA-256 as lower-case hex; handed in because the domain imports nothing. */
  readonly sha256: (text: string) => string;
};
