import type { Layout } from './backup-form.ts';
import { between, type Instant } from './instant.ts';
import type { RelationLock } from './plan.ts';
import type { VerdictDifference } from './verdict-difference.ts';

/** One dump of the target, as it lies in the backup directory. */
export type Backup = {
  readonly id: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly durationMs: number;
  readonly serverVersion: string;
  readonly toolVersion: string;
  /** Position in the write-ahead log when the dump began: the moment to recover to (R42). */
  readonly lsn: string;
  /** How it is laid out and packed. Optional like what follows: older backups did not record it. */
  readonly layout?: Layout;
  readonly compression?: string;
  /** The snapshot that was dumped, and the server's own clock then: `recovery_target_time` is judged by it. */
  readonly snapshot?: string;
  readonly serverTime?: Instant;
  /** The named point in the write-ahead log just before it, or why there is none (M28). */
  readonly restorePoint?: RestorePoint;
  /** SHA-256 of the manifest beside it: the ledger knows what the manifest must say. */
  readonly manifestSha256?: string;
  /** When a restore proved it. Known of what lies in the directory, not of what a run recorded. */
  readonly provedAt?: Instant;
  /** When a copy of it lay in the object store and was read back; known of the directory too. */
  readonly storedAt?: Instant;
};

export type RestorePoint = { readonly name: string; readonly lsn: string } | { readonly missing: string };

/** The name of a backup: whose, and when in UTC to the millisecond, sortable; short enough to name a scratch database too (R42). */
export function backupId(target: string, label: string, at: Instant): string {
  const stamp = at.replaceAll(/[-:.]/g, '');
  return `${target.slice(0, 14)}-${label}-${stamp}`;
}

/** Whether this rehearsal was made on that backup: it bears its name, and came after it. Names of old backups have no milliseconds: two of one second may share one. */
export function rehearsedOn(rehearsal: Pick<Rehearsal, 'backupId' | 'at'>, backup: Pick<Backup, 'id' | 'startedAt'>): boolean {
  return rehearsal.backupId === backup.id && between(backup.startedAt, rehearsal.at) >= 0;
}

/** What became of one migration in the rehearsal: up, down, up again. */
export type RehearsedMigration = {
  readonly version: string;
  readonly up: 'ok' | 'error';
  /** `exact`: the schema fingerprint came back. */
  readonly down: 'exact' | 'differs' | 'fails' | 'missing' | 'irreversible' | 'not reached';
  readonly upAgain: 'ok' | 'error' | 'not reached';
  readonly upMs: number;
  readonly downMs: number;
  /** What went wrong or differs, ready to read; empty when nothing did. */
  readonly detail: string;
  /** The schema came back but for the order of columns, e.g. `column order of leads changed`: PostgreSQL adds columns only at the end. */
  readonly order?: readonly string[];
  /** What an exact schema does not bring back, e.g. `the values of leads.notes do not come back`. */
  readonly lost?: readonly string[];
};

/** What a statement really did on the restored copy. */
export type TracedStatement = {
  readonly version: string;
  readonly index: number;
  readonly ms: number;
  readonly rows: number | null;
  readonly locks: readonly RelationLock[];
  /** Relations that got a new file. Optional like what follows: older rehearsals did not measure it. */
  readonly rewrites?: readonly string[];
  /** Tables that were read whole. Absent where the server could not tell. */
  readonly scans?: readonly string[];
  /** Bytes the scratch server wrote to its log meanwhile. */
  readonly walBytes?: number;
  /** Rows written by table, whoever wrote them: the statement, a trigger, a foreign key. */
  readonly changed?: readonly { readonly relation: string; readonly rows: number }[];
};

/** One restore, four proofs: contents, up, down, up again and validated. */
export type Rehearsal = {
  readonly backupId: string;
  readonly at: Instant;
  readonly restoreMs: number;
  readonly tables: number;
  readonly rows: number;
  readonly migrations: readonly RehearsedMigration[];
  readonly statements: readonly TracedStatement[];
  /** Bytes by which the database was larger after its ups, each file's own growth added up. Absent in older rehearsals, and when an up failed. */
  readonly grewBytes?: number;
  /** Validation queries that returned rows on the copy, as `0008 line 3: 12 rows`; empty is good. */
  readonly validationFailures: readonly string[];
  /** Where a statement did something else than its verdict says. Absent in older rehearsals, and when there is none. */
  readonly differences?: readonly VerdictDifference[];
  /** Set when the restore itself failed: the backup proves nothing. */
  readonly restoreError: string;
};

/** Whether the contents came back: the backup counts (invariant 2). */
export function restored(rehearsal: Rehearsal): boolean {
  return rehearsal.restoreError === '';
}

/** Differences that stop: a statement did more to others than the approvers were told. */
export function stoppingDifferences(rehearsal: Rehearsal): readonly VerdictDifference[] {
  return (rehearsal.differences ?? []).filter(({ stops }) => stops);
}

/** Whether up, down and up again all did what they must (R22), and no statement more than its verdict says. */
export function rollbackProved(rehearsal: Rehearsal): boolean {
  return cameBack(rehearsal) && stoppingDifferences(rehearsal).length === 0;
}

/** Whether up, down and up again worked, whatever the verdicts say. */
export function cameBack(rehearsal: Rehearsal): boolean {
  if (!restored(rehearsal) || rehearsal.validationFailures.length > 0) return false;
  return rehearsal.migrations.every((entry) => entry.up === 'ok' && entry.down === 'exact' && entry.upAgain === 'ok');
}

/** The part of a rehearsal that the digest covers: its verdicts, never durations or sampled locks, which differ from run to run. */
export function rehearsalVerdict(rehearsal: Rehearsal): unknown {
  return {
    migrations: rehearsal.migrations.map(({ version, up, down, upAgain, order, lost }) => ({
      version,
      up,
      down,
      upAgain,
      order,
      lost: lost?.length,
    })),
    validationFailures: rehearsal.validationFailures,
  };
}

/** Rehearsed times are multiplied by this: a busy server is slower than a scratch copy (F37). */
export const SAFETY_FACTOR = 3;

/** Predicted milliseconds of the forward statements, of one version when given. */
export function predictedForwardMs(rehearsal: Rehearsal, version?: string): number {
  const entries = rehearsal.migrations.filter((entry) => version === undefined || entry.version === version);
  return entries.reduce((sum, entry) => sum + entry.upMs, 0) * SAFETY_FACTOR;
}

/** Predicted milliseconds of undoing everything (R24). */
export function predictedRollbackMs(rehearsal: Rehearsal): number {
  return rehearsal.migrations.reduce((sum, entry) => sum + entry.downMs, 0) * SAFETY_FACTOR;
}
