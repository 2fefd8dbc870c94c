import type { ChecklistSettings } from './domain/checklist.ts';
import type { AppliedUnit, Command } from './domain/commands.ts';
import type { AppliedStatement, Backend, RunEvent } from './domain/events.ts';
import type { Instant } from './domain/instant.ts';
import type { Metric, Readings, Sample } from './domain/monitor.ts';
import type { Actor, Person } from './domain/people.ts';
import type { FormatName } from './domain/formats.ts';
import type { Migration, Plan, Script, TargetIdentity, Thresholds, Timing, Unit } from './domain/plan.ts';
import type { LossAnswer, LossQuestions } from './domain/price.ts';
import type { Backup, Rehearsal, TracedStatement } from './domain/proof.ts';
import type { Refusal } from './domain/refusal.ts';
import type { Run } from './domain/run.ts';
import type { Window } from './domain/window.ts';
import type { HookRunStore } from './ports/hook-runs.ts';
import type { Pager } from './ports/pager.ts';
import type { Check, Sources } from './ports/readings.ts';
import type { RestoreTool } from './ports/restore.ts';
import type { LoadTool, StagingSettings } from './ports/staging.ts';

export type * from './ports/hook-runs.ts';
export type * from './ports/pager.ts';
export type * from './ports/readings.ts';
export type * from './ports/restore.ts';
export type * from './ports/staging.ts';

// ---------------------------------------------------------------- ledger

/** What came of a command: the run as it is now, and the refusal when nothing happened. */
export type Outcome =
  | { readonly ok: true; readonly run: Run; readonly events: readonly RunEvent[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly run: Run | null };

/** A worker's right to act on a run: only the newest epoch may write (invariant 5). */
export type Fence = { readonly worker: string; readonly epoch: number };

/** Loads, decides and appends in one transaction; the only way a run changes. */
export interface RunStore {
  /** The ledger's clock: every deadline, window and expiry is judged by it. The playground moves it. */
  now(): Promise<Instant>;
  /** Refuses `active_run` while the target has one. */
  create(request: { target: string; plan: Plan; digest: string; actor: Actor }): Promise<Outcome>;
  execute(runId: string, command: Command, actor: Actor, fence?: Fence): Promise<Outcome>;
  load(runId: string): Promise<Run | null>;
  byNumber(number: number): Promise<Run | null>;
  /** The run that keeps the target occupied. */
  active(target: string): Promise<Run | null>;
  /** Newest first. `active` only those that are not over. */
  list(filter: { target?: string; active?: boolean; limit: number }): Promise<readonly Run[]>;
  /** Newest run of the target, over or not. */
  latest(target: string): Promise<Run | null>;
}

/** One line of the hash chain. */
export type ChainLink = {
  readonly position: number;
  readonly runId: string;
  readonly runNumber: number;
  readonly target: string;
  readonly event: RunEvent;
  readonly hash: string;
};

export interface Audit {
  history(filter: { runId?: string; limit: number; after?: number }): Promise<readonly ChainLink[]>;
  /** Recomputes every hash. `broken` names the first position that does not fit, and how. */
  verify(): Promise<{ readonly ok: boolean; readonly events: number; readonly head: string; readonly broken: string | null }>;
}

/** A run somebody works on: kept alive by renewing, lost when it is not. */
export type Claim = { readonly run: Run; readonly fence: Fence };

export interface ClaimStore {
  /** A run that is due, leased to this worker for `leaseMs` with a new epoch; null when there is none. */
  claim(worker: string, leaseMs: number): Promise<Claim | null>;
  /** False when the lease was lost: stop at once. */
  renew(runId: string, fence: Fence, leaseMs: number): Promise<boolean>;
  release(runId: string, fence: Fence): Promise<void>;
}

/** Tells of changed runs, at once through NOTIFY; a hint, so pollers must exist beside it. */
export interface ChangeFeed {
  listen(onChange: (runId: string) => void): Promise<{ close(): Promise<void> }>;
}

/** Readings of the monitor, and progress of a backfill: facts that change too often to be events. */
export interface SampleStore {
  record(runId: string, samples: readonly Sample[]): Promise<void>;
  /** Oldest first, the newest `perMetric` of each metric. */
  recent(runId: string, perMetric: number): Promise<readonly Sample[]>;
  newest(runId: string): Promise<Instant | null>;
}

/** How far a backfill is, how fast it went in the last minute (null: too early to tell), and why it rests. */
export type Progress = {
  readonly position: number;
  readonly doneRows: number;
  readonly totalRows: number;
  readonly rowsPerSecond: number | null;
  readonly note: string;
  readonly at: Instant;
};

export interface ProgressStore {
  report(runId: string, progress: Progress): Promise<void>;
  progress(runId: string): Promise<Progress | null>;
}

/** Where a rendered message stands in Slack. */
export type PostedMessage = {
  readonly runId: string;
  readonly key: string;
  readonly channel: string;
  readonly ts: string;
  readonly hash: string;
  readonly postedAt: Instant;
};

/** What came of telling the team: where the card stands, or why it does not. */
export type Notice = { readonly posted: true; readonly permalink: string } | { readonly posted: false; readonly why: string };

export interface MessageStore {
  posted(runId: string): Promise<readonly PostedMessage[]>;
  save(message: PostedMessage): Promise<void>;
  find(channel: string, ts: string): Promise<PostedMessage | null>;
  /** The id of the channel in which the newest card stands; null before the first. A channel keeps it when its name changes. */
  lastChannel(): Promise<string | null>;
}

/** A right that one process has at a time, however many ask for it; free again the moment its holder is gone. */
export interface Seat {
  /** Whether this process has it now. False as soon as that is not certain. */
  held(): boolean;
  /** Gives it up. */
  close(): Promise<void>;
}

export interface SeatStore {
  /** Stands for the seat from now on, and takes it within about a second of its being free. */
  seat(name: string): Seat;
}

/** A bot or worker process as it last said it lives. */
export type ProcessBeat = {
  readonly name: string;
  readonly role: 'bot' | 'worker';
  readonly pid: number;
  readonly version: string;
  readonly seenAt: Instant;
};

export interface ProcessStore {
  beat(process: { name: string; role: 'bot' | 'worker'; pid: number; version: string }): Promise<void>;
  beats(): Promise<readonly ProcessBeat[]>;
}

export interface Ledger
  extends RunStore, Audit, ClaimStore, ChangeFeed, SampleStore, ProgressStore, MessageStore, ProcessStore, SeatStore, HookRunStore {
  close(): Promise<void>;
}

// ---------------------------------------------------------------- migration files

/** Why files cannot be planned: one entry per mistake, with file, line and caret where there is one. */
export type FileProblem = {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
  /** The whole file stands in a transaction that it never ends: whoever runs it as it is changes nothing. */
  readonly appliesNothing?: true;
};

export type ReadMigrations =
  | { readonly ok: true; readonly migrations: readonly Migration[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** A change of the files, as an adoption compares it with the history of another tool. */
export type AdoptableFile = {
  readonly version: string;
  readonly name: string;
  /** What that tool's history calls it. */
  readonly key: string;
  readonly up: Script;
  readonly down: Script | null;
  /** The checksums that tool takes for the same text; none when it keeps none. */
  readonly checksums: readonly string[];
  /** Run again whenever its text changes. */
  readonly repeatable: boolean;
};

/** Files, and mistakes of their layout; one with a `version` stops nobody once that version is applied. */
export type ReadAdoptable = {
  readonly files: readonly AdoptableFile[];
  readonly problems: readonly (FileProblem & { readonly version?: string })[];
};

type Named = readonly { readonly version: string; readonly name: string }[];

export interface MigrationSource {
  readonly format: FormatName;
  /**
   * Every migration in the directory in version order, parsed and judged for this server version. Refuses, never skips.
   * Of those in `applied` only the validation is read, and one that should have come before them is refused. When they are still being
   * asked for, the files are read meanwhile; throws what that throws.
   */
  read(history?: { readonly applied: Named | Promise<Named> }): Promise<ReadMigrations>;
  /** The same files without their statements, for an adoption. */
  adoptable(): Promise<ReadAdoptable>;
}

// ---------------------------------------------------------------- target

/** A row of the target's own history of migrations. */
export type AppliedMigration = {
  readonly version: string;
  readonly name: string;
  readonly upSha256: string;
  readonly appliedAt: Instant;
  readonly runId: string;
};

/** A migration that another tool applied, in that tool's own words. */
export type AppliedElsewhere = {
  readonly key: string;
  /** As the tool keeps it; null when it keeps none. */
  readonly checksum: string | null;
  readonly appliedAt: Instant | null;
};

/** What another tool's table says. */
export type OtherHistory = {
  /** Qualified, as it was found. */
  readonly table: string;
  /** What a person has to mend with that tool first: half applied, failed. */
  readonly dirty: readonly string[];
  /** Oldest first. */
  readonly applied: readonly AppliedElsewhere[];
  /** The tool keeps only its newest version: everything up to it is applied. Null when each is listed. */
  readonly upTo: string | null;
};

/** A migration taken over from another tool: what is recorded, with its way back as it was at that moment. */
export type Adopted = {
  readonly version: string;
  readonly name: string;
  readonly upSha256: string;
  readonly appliedAt: Instant | null;
  readonly down: Script | null;
};

/** The schema as sorted lines of text, one object each, and the hash over them. */
export type Fingerprint = { readonly hash: string; readonly lines: readonly string[] };

/** Asked before every statement and batch: null to go on, otherwise why to stop. `durationMs` is the predicted length of what comes. */
export type Gate = (durationMs: number) => Promise<{ readonly reason: string } | null>;

/** What became of one unit on the target. */
export type UnitOutcome =
  | {
      readonly result: 'applied';
      readonly statements: readonly AppliedStatement[];
      readonly ms: number;
      readonly longestWaitMs: number;
      readonly tries: number;
      /** Those behind it that were applied together with it, in their order. */
      readonly also?: readonly AppliedUnit[];
    }
  /** The gate said stop between statements or batches; what was done of a backfill is kept and resumed at its key. */
  | { readonly result: 'stopped'; readonly reason: string }
  /** Cancelled from outside (stop, rollback). */
  | { readonly result: 'cancelled' }
  | { readonly result: 'lock_budget'; readonly detail: string }
  /** `message` has the SQLSTATE, PostgreSQL's sentence, file and line with a caret. */
  | {
      readonly result: 'failed';
      readonly message: string;
      /** How it stands, and those behind it, could not be found out. */
      readonly unsure?: true;
    };

/** What the catalog and the marker say about a unit whose worker died (F3–F7). `unknown`: a person has to look; `detail` says at what. */
export type UnitState = 'applied' | 'not_applied' | 'partly_backfilled' | 'unknown';

/** How a backfill may go at this moment: the operator's speed, and why nothing should begin; an empty list lets it go on. */
export type Pace = { readonly percent: number; readonly brakes: readonly string[] };

/** How a backfill goes. `note` says why it rests; empty while it does not. */
export type BackfillPulse = { readonly rowsPerSecond: number | null; readonly note: string };

/** A unit behind the one that is applied: its intent is in the ledger, on the same backend. */
export type Following = Pick<ApplyRequest, 'migration' | 'unit' | 'last'> & {
  /** Asked when it is to travel with the one before it, with how much later it may begin. A reason keeps it for its own turn. */
  readonly gate: Gate;
};

export type ApplyRequest = {
  readonly runId: string;
  readonly epoch: number;
  readonly migration: Migration;
  readonly unit: Unit;
  /** True for the last unit of its migration: the history row is written with it. */
  readonly last: boolean;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  /** Units behind this one of which the ledger holds the intents, so that they may travel together. */
  readonly following?: () => readonly Following[];
  /** Called with the backend once it is known and before anything is executed on it; throwing or returning false stops the unit. */
  readonly onBackend: (backend: Backend) => Promise<boolean>;
  /** Asked beside the gate while a backfill runs; full speed when absent. */
  readonly pace?: () => Promise<Pace>;
  readonly onProgress: (doneRows: number, totalRows: number, pulse: BackfillPulse) => void;
  /** The server of the plan: every connection that is newly made must reach it (F10, F11). */
  readonly plannedOn?: TargetIdentity;
};

export type UndoOutcome =
  | { readonly ok: true; readonly ms: number; readonly detail: string }
  | { readonly ok: false; readonly message: string; readonly remaining: readonly string[] };

/** The lock that one run holds on its target; it dies with its holder's connection. */
export interface TargetLock {
  readonly held: () => boolean;
  release(): Promise<void>;
}

/** One database we migrate. Methods throw TargetUnreachable-like errors whose message is fit for the operator. */
export interface Target {
  readonly name: string;
  identity(): Promise<TargetIdentity>;
  /** Null when the target may be migrated; otherwise the sentence that says what to do: pooler, replica, missing tools, role (X13, F9, F10, F18). */
  unusable(): Promise<string | null>;
  applied(): Promise<readonly AppliedMigration[]>;
  /** Reads another tool's history, in one read-only transaction. A sentence when it is not there, is there twice, or is another tool's. */
  historyOf(request: { format: FormatName; table: string | null }): Promise<OtherHistory | string>;
  /** Records migrations that another tool applied, all or none, with their downs; waits shortly for a run to end. Never writes to that tool's table. */
  adopt(request: { format: FormatName; rows: readonly Adopted[] }): Promise<void>;
  fingerprint(): Promise<Fingerprint>;
  /** Takes the run's lock and raises the fence to this epoch; a refusal names who holds it. */
  lock(request: {
    runId: string;
    epoch: number;
  }): Promise<{ readonly ok: true; readonly lock: TargetLock } | { readonly ok: false; readonly holder: string }>;
  /** What a crashed worker left: terminates its backend when it still lives, repairs our own invalid index, and says how the unit stands. */
  recover(request: {
    runId: string;
    migration: Migration;
    unit: Unit;
    backend: Backend;
    /** Another cluster is refused; a failover is not, because this is how one finds out what is left. */
    plannedOn?: TargetIdentity;
  }): Promise<{ readonly state: UnitState; readonly detail: string }>;
  apply(request: ApplyRequest): Promise<UnitOutcome>;
  /** Undoes one migration of this run: strictly when it is whole, statement by statement when it is half applied. Removes its history row and markers. */
  undo(request: {
    runId: string;
    epoch: number;
    migration: Migration;
    whole: boolean;
    signal: AbortSignal;
    /** Another cluster is refused; a failover is not: a person asked for it. */
    plannedOn?: TargetIdentity;
  }): Promise<UndoOutcome>;
  /** Cancels, then terminates after `graceMs`, on pid and start time, and confirms it is gone (R74). `gone` false means it could not be confirmed. */
  stop(
    backend: Backend,
    graceMs: number,
  ): Promise<{ readonly gone: boolean; readonly how: 'already gone' | 'cancelled' | 'terminated' | 'still there' }>;
  /** Runs validation queries read-only with a timeout; returned rows and errors are failures, as `0008 line 3: 12 rows` (R54). */
  validate(
    scripts: readonly { version: string; path: string; statements: readonly { sql: string; line: number }[] }[],
  ): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Takes and proves backups of one target; kept apart from Target because it needs pg_dump, pg_restore and a second server. */
export interface BackupTool {
  /** Null when tools, directory, space and scratch server are there; otherwise what is missing and the command that mends it. */
  unusable(): Promise<string | null>;
  /** pg_dump, one file or a directory, to a name that ends in `.partial`, then renamed. Throws with an operator's sentence; leaves no partial file behind. */
  take(request: { id: string; signal: AbortSignal }): Promise<Backup>;
  /** Restores into a scratch database and rehearses the plan on it: contents, up, down, up again, validate. Never throws for what the rehearsal finds. */
  prove(request: { backup: Backup; plan: Plan; signal: AbortSignal; onProgress?: (what: string) => void }): Promise<Rehearsal>;
  list(): Promise<readonly Backup[]>;
  /** Copies a backup to the object store and reads it back (M18). Throws with a sentence; null when no store is configured. */
  store(request: { id: string; signal: AbortSignal }): Promise<Backup | null>;
  /** Brings a backup back from the object store, checked file by file. Throws with a sentence; null when no store is configured. */
  fetch(request: { id: string; signal: AbortSignal }): Promise<Backup | null>;
  /** Removes proved backups of this target that nothing keeps, oldest first, and answers them; `dryRun` only answers. Null: nothing says what to keep. */
  prune(request: { needed: readonly string[]; dryRun: boolean }): Promise<readonly Backup[] | null>;
}

// ---------------------------------------------------------------- wiring

/** Everything about one target that a use case or the worker needs. */
export type TargetContext = {
  readonly name: string;
  readonly window: Window;
  readonly thresholds: Thresholds;
  readonly timing: Timing;
  readonly quorum: number;
  readonly runbook: { readonly version: string; readonly owner: string };
  /** Who is asked and who may waive; nobody in particular when absent. */
  readonly checklist?: ChecklistSettings;
  readonly migrations: MigrationSource;
  readonly target: Target;
  readonly backups: BackupTool;
  readonly sources: Sources;
  /** Calls the on-call; without one the message in Slack is the call. */
  readonly pager?: Pager;
  /** How its plans are tried out on its twin; absent where it has none. */
  readonly staging?: StagingSettings;
  /** Measures the load and counts rows, here and on the twin. */
  readonly load?: LoadTool;
  /** Counts on the target, read-only and within seconds, what the downs of these migrations would take away. */
  readonly losses?: (migrations: readonly Migration[]) => Promise<readonly CountedLosses[]>;
  /** Brings a backup back beside the live database and switches to it. */
  readonly restore?: RestoreTool;
};

/** What a down would take away, with the count of each. */
export type CountedLosses = LossQuestions & { readonly answers: readonly LossAnswer[] };

/** The log, as far as the program uses it. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What every use case is given. */
export type Services = {
  readonly ledger: Ledger;
  readonly targets: ReadonlyMap<string, TargetContext>;
  readonly defaultTarget: string;
  readonly people: () => readonly Person[];
  readonly checks: readonly Check[];
  readonly sha256: (text: string) => string;
  readonly log: Log;
};

export type { Metric, Readings, TracedStatement };
