import type { AppliedUnit } from '../domain/commands.ts';
import type { AppliedStatement, Backend } from '../domain/events.ts';
import type { FormatName } from '../domain/formats.ts';
import type { Instant } from '../domain/instant.ts';
import type { Migration, Script, TargetIdentity, Unit } from '../domain/plan.ts';

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
