import type { ApplicationTest } from './application-tests.ts';
import type { PlanItem } from './checklist.ts';
import type { Instant } from './instant.ts';
import type { StagingFor } from './staging.ts';
import type { Window } from './window.ts';

/** PostgreSQL's table-level lock modes, weakest first (https://www.postgresql.org/docs/current/explicit-locking.html). */
export const LOCK_MODES = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** The strongest lock one statement takes on one relation that existed before it. */
export type RelationLock = { readonly relation: string; readonly mode: LockMode };

/** Whom a statement makes wait. `unknown` when the shape is not in the catalogue: never read it as harmless. */
export type Blocks = 'reads+writes' | 'writes' | 'ddl' | 'nothing' | 'unknown';

/** Something about a statement a person should know before approving it. */
export type Hazard = {
  readonly code: string;
  readonly severity: 'note' | 'warning' | 'danger';
  readonly message: string;
  readonly recipe?: string;
  /** There only because of sizes or traffic, which come and go by themselves: no part of what is approved. */
  readonly measured?: true;
  /** The error with which PostgreSQL will refuse the statement. */
  readonly sqlstate?: string;
  /** Why somebody decided to live with it: `-- offpeak: waive CODE reason="…"`. Approvers must see it. */
  readonly waived?: string;
};

/** A statement that is executed in key ranges: `-- offpeak: backfill table=leads key=id` before one UPDATE or DELETE. */
export type Backfill = {
  readonly table: string;
  /** One column, or several as `tenant_id,id`. */
  readonly key: string;
  /** What a batch should take, in milliseconds; the target's own value when absent. */
  readonly batchMs?: number;
  /** How many ranges are filled side by side; one when absent. */
  readonly workers?: 2;
};

/** One statement of an up script with what it does to everybody else. */
export type Statement = {
  readonly index: number;
  readonly sql: string;
  /** 1-based line of the file. */
  readonly line: number;
  /** What it is in a few words, e.g. `ALTER TABLE leads ADD COLUMN`. */
  readonly summary: string;
  readonly locks: readonly RelationLock[];
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  readonly blocks: Blocks;
  readonly inTransaction: boolean;
  /** False when the shape is not in the catalogue; the card says so and the rehearsal's trace has the word. */
  readonly known: boolean;
  readonly hazards: readonly Hazard[];
  readonly backfill?: Backfill;
  /** The file commits before it (BEGIN … COMMIT, or its tool was told to use no transaction): it begins a unit of its own. */
  readonly commitsBefore?: true;
};

/** A statement of a down or validate script. */
export type PlainStatement = { readonly sql: string; readonly line: number; readonly inTransaction: boolean };

/** One file as it was read. `sha256` is over its bytes. */
export type Script = { readonly path: string; readonly text: string; readonly sha256: string };

/** Version, name and the three scripts of one change. `down` is null when there is no way back in SQL. */
export type Migration = {
  readonly version: string;
  readonly name: string;
  readonly up: Script;
  readonly down: Script | null;
  readonly validate: Script | null;
  readonly statements: readonly Statement[];
  readonly downStatements: readonly PlainStatement[];
  readonly validations: readonly PlainStatement[];
};

/** Statements of one migration that commit together: one transaction, one CONCURRENTLY statement, or one backfill. */
export type Unit = {
  readonly version: string;
  readonly name: string;
  /** Position among the units of the whole plan, from 0. */
  readonly position: number;
  readonly kind: 'transaction' | 'alone' | 'backfill';
  readonly statements: readonly Statement[];
};

/** Which server and database this is; a change means we are not where the plan was made (failover, wrong host). */
export type TargetIdentity = {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly database: string;
  readonly serverVersion: string;
  readonly serverMajor: number;
};

/** A `.validate.sql` of a migration that is already applied: it must hold before, after and after a rollback. */
export type AppliedValidation = { readonly version: string; readonly path: string; readonly statements: readonly PlainStatement[] };

/** Limits of the gates and monitors, all strict: a value equal to the limit does not pass a `<` and does not fire a `>`. */
export type Thresholds = {
  /** Share of usable connections (R25, R92), e.g. 0.8. */
  readonly connections: number;
  /** Seconds a query or transaction may be old (R26, R93). */
  readonly longQuerySeconds: number;
  /** Seconds a replica may lag (R27). */
  readonly replicationLagSeconds: number;
  /** Share of the disk that must be free (R33). */
  readonly diskFree: number;
  /** Milliseconds from the worker to the database, p95 (R34). */
  readonly latencyMs: number;
  /** Share of failing requests before a start (R28) and after (R65). */
  readonly errorRate: number;
  /** Share of failing requests that raises an alert during a run (R90). */
  readonly errorRateAlert: number;
  /** p95 of the application in milliseconds (R29). */
  readonly p95Ms: number;
  /** p95 over baseline that raises an alert during a run (R91), e.g. 2. */
  readonly p95Factor: number;
  /** Response times below this are not felt, however large the factor: a p95 of 3 ms may double without anybody noticing. */
  readonly p95FloorMs: number;
  /** Sessions waiting for a lock (R94). */
  readonly lockWaits: number;
  /** Requests below which an error rate says nothing (M19). */
  readonly minimumSamples: number;
  /** What follows is absent in plans of older versions; the runbook's number counts then. Users active at a time (R30). */
  readonly activeUsers?: number;
  /** Share of the CPU in use (R31). */
  readonly cpu?: number;
  /** Share of the memory in use (R32). */
  readonly memory?: number;
  /** How old the newest automated backup may be, in milliseconds (R19). */
  readonly automatedBackupMs?: number;
  /** How long ago a backup was last restored, in milliseconds (R21). */
  readonly restoreDrillMs?: number;
  /** Share of failing requests during a run at which it is rolled back (R69), e.g. 0.01. */
  readonly errorRateRollBack?: number;
  /** p95 over baseline at which it is rolled back (R70), e.g. 1.2. */
  readonly p95RollBackFactor?: number;
  /** Share of usable connections above the baseline that is a spike (R50), e.g. 0.3. */
  readonly connectionsSpike?: number;
  /** Database errors of the application above those of the baseline at which it is rolled back (R71). */
  readonly databaseErrors?: number;
  /** Share of a limit below which an alert clears, e.g. 0.9. */
  readonly clearShare?: number;
  /** Mean time of a statement since the first write above which it is slow at the end, in milliseconds (R67). */
  readonly statementMeanMs?: number;
  /** Where user activity is read. By what share it may leave what it was in earlier weeks (R68), e.g. 0.5. */
  readonly activityBand?: number;
  /** Where a twin is configured. How much slower the load may be after the change, as a share (R15). */
  readonly impact?: number;
  /** The share of production's rows that the twin must have of each touched table (R13). */
  readonly stagingRows?: number;
  /** Rows in production below which a table is not judged by that share. */
  readonly stagingSmall?: number;
};

/** Durations of the rules of a run, in milliseconds. */
export type Timing = {
  /** From opening of preparation to the first write (R37), 15 minutes in the runbook. */
  readonly prepareLeadMs: number;
  /** From the first write to the earliest end (R57), 15 minutes in the runbook. */
  readonly observeMs: number;
  /** From asking the gates again to the first write (R46), 5 minutes in the runbook; absent in plans of older versions. */
  readonly recheckMs?: number;
  readonly machineEvidenceMs: number;
  readonly humanEvidenceMs: number;
  readonly proofMs: number;
  readonly approvalMs: number;
  /** How old the newest reading may be while a run works (R9). */
  readonly monitorSilenceMs: number;
  /** How long the watcher may be silent while a run works (R8). */
  readonly watcherSilenceMs: number;
  /** How late a scheduled start may come before it asks again (F40). */
  readonly lateStartMs: number;
  /** What follows is absent in plans of older versions (`alertRulesOf`). How long an alert stands at least. */
  readonly keepFiringMs?: number;
  /** How long a source may be unreadable before the thread is told, and before the run holds (F49). */
  readonly unknownWarnMs?: number;
  readonly unknownHoldMs?: number;
  /** How long all has to be well after a rollback (R80). */
  readonly recoveredMs?: number;
  /** From an alert that says roll back to the rollback that Offpeak begins itself (R73); absent: it never does. */
  readonly autoRollbackMs?: number;
};

/** What a run will do, frozen with everything the approvers approve. */
export type Plan = {
  readonly target: string;
  readonly identity: TargetIdentity;
  readonly migrations: readonly Migration[];
  readonly appliedVersions: readonly string[];
  readonly appliedValidations: readonly AppliedValidation[];
  /** Hash of the live schema at planning. */
  readonly fingerprint: string;
  readonly window: Window;
  readonly thresholds: Thresholds;
  readonly timing: Timing;
  readonly quorum: number;
  /** The lines of its checklist; absent in plans of older versions, which `linesOf` gives their former list. */
  readonly items?: readonly PlanItem[];
  /** What is tried on the application after the change (R61–R64); absent where the target names none, and in plans of older versions. */
  readonly applicationTests?: readonly ApplicationTest[];
  readonly runbook: { readonly version: string; readonly owner: string };
  /** Of a staging run: the run that it tries out. */
  readonly stagingFor?: StagingFor;
  readonly plannedAt: Instant;
};

/** A hazard somebody decided to live with, in the file: whoever approves the plan approves this too, so it is shown with its reason. */
export type WaivedHazard = {
  readonly path: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly reason: string;
};

/** Every waiver of a plan, in the order of its files. */
export function waiversOf(plan: Pick<Plan, 'migrations'>): readonly WaivedHazard[] {
  return plan.migrations.flatMap(({ up, statements }) =>
    statements.flatMap(({ line, hazards }) =>
      hazards.flatMap(({ code, message, waived }) =>
        waived === undefined ? [] : [{ path: up.path, line, code, message, reason: waived }],
      ),
    ),
  );
}

/** The units of a plan in the order they run. Consecutive statements share a transaction; CONCURRENTLY and backfills stand alone; a file without statements is an empty unit, so that it is recorded. */
export function unitsOf({ migrations }: Pick<Plan, 'migrations'>): readonly Unit[] {
  const known = UNITS.get(migrations) ?? cut(migrations);
  UNITS.set(migrations, known);
  return known;
}

/** The migration of a unit; undefined when the plan has none of its version. */
export function migrationOf({ migrations }: Pick<Plan, 'migrations'>, { version }: Pick<Unit, 'version'>): Migration | undefined {
  const known = BY_VERSION.get(migrations) ?? new Map(migrations.map((migration) => [migration.version, migration]));
  BY_VERSION.set(migrations, known);
  return known.get(version);
}

const BY_VERSION = new WeakMap<readonly Migration[], ReadonlyMap<string, Migration>>();

/** A plan never changes, and its units are asked for at every decision. */
const UNITS = new WeakMap<readonly Migration[], readonly Unit[]>();

function cut(migrations: readonly Migration[]): readonly Unit[] {
  const units: Unit[] = [];
  for (const migration of migrations) {
    let open: Statement[] = [];
    const push = (kind: Unit['kind'], statements: readonly Statement[]) => {
      units.push({ version: migration.version, name: migration.name, position: units.length, kind, statements });
    };
    const close = () => {
      if (open.length > 0) push('transaction', open);
      open = [];
    };
    for (const statement of migration.statements) {
      if (statement.commitsBefore === true) close();
      if (statement.backfill === undefined && statement.inTransaction) {
        open.push(statement);
        continue;
      }
      close();
      push(statement.backfill === undefined ? 'alone' : 'backfill', [statement]);
    }
    close();
    if (migration.statements.length === 0) push('transaction', []);
  }
  return units;
}

/** `lossless`: every migration has a down; `none`: at least one cannot be undone by SQL. Whether rows are lost is the rehearsal's word. */
export function rollbackKind(plan: Pick<Plan, 'migrations'>): 'down scripts' | 'none' {
  return plan.migrations.every((migration) => migration.down !== null && migration.downStatements.length > 0) ? 'down scripts' : 'none';
}
