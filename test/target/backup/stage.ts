import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Migration, PlainStatement, Plan, Statement } from '../../../src/domain/plan.ts';
import type { BackupTool } from '../../../src/ports.ts';
import type { BackupOptions } from '../../../src/target/backup/options.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { readFingerprint } from '../../../src/target/fingerprint.ts';
import { connect, secondCluster, sql, testDatabase, type TestDatabase } from '../../support/postgres.ts';

const ALONE = /concurrently|vacuum/i;

function script(path: string, statements: readonly string[]) {
  const text = statements.map((statement) => `${statement};\n`).join('');
  return { path, text, sha256: createHash('sha256').update(text).digest('hex') };
}

function plain(statements: readonly string[]): readonly PlainStatement[] {
  return statements.map((text, index) => ({ sql: text, line: index + 1, inTransaction: !ALONE.test(text) }));
}

/** A migration from its statements; `down: null` has no down script. */
export function aMigration(
  version: string,
  parts: { up: readonly string[]; down: readonly string[] | null; validate?: readonly string[] },
): Migration {
  const up: readonly Statement[] = plain(parts.up).map((statement, index) => ({
    ...statement,
    index,
    summary: statement.sql,
    locks: [],
    rewrites: [],
    scans: [],
    blocks: 'unknown' as const,
    known: false,
    hazards: [],
  }));
  return {
    version,
    name: 'change',
    up: script(`${version}.up.sql`, parts.up),
    statements: up,
    down: parts.down && script(`${version}.down.sql`, parts.down),
    downStatements: plain(parts.down ?? []),
    validate: parts.validate ? script(`${version}.validate.sql`, parts.validate) : null,
    validations: plain(parts.validate ?? []),
  };
}

export type BackupStage = {
  readonly target: TestDatabase;
  readonly directory: string;
  readonly options: BackupOptions;
  readonly backups: BackupTool;
  readonly scratchUrl: string;
  /** A plan for the target as it is now. */
  readonly plan: (migrations: readonly Migration[], overrides?: Partial<Plan>) => Promise<Plan>;
  readonly scratchDatabases: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};

/** A target with this schema, a directory for its backups, and the second server for proofs. */
export async function backupStage(schema: string, overrides: Partial<BackupOptions> = {}): Promise<BackupStage> {
  const scratch = await secondCluster();
  const target = await testDatabase();
  await sql(target.url, schema);
  const directory = await mkdtemp(join(tmpdir(), 'offpeak-backups-'));
  const options: BackupOptions = {
    connectionString: target.url,
    directory,
    scratchUrl: scratch.superuserUrl,
    now: () => '2026-11-22T20:00:00.000Z',
    ...overrides,
  };
  return {
    target,
    directory,
    options,
    backups: postgresBackups(options),
    scratchUrl: scratch.superuserUrl,
    plan: (migrations, changes = {}) => planFor(target, migrations, changes),
    scratchDatabases: async () => {
      const rows = await sql<{ datname: string }>(
        scratch.superuserUrl,
        "select datname from pg_database where datname like 'offpeak_proof_%'",
      );
      return rows.map((row) => row.datname);
    },
    end: async () => {
      await target.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function planFor(target: TestDatabase, migrations: readonly Migration[], changes: Partial<Plan>): Promise<Plan> {
  const client = await connect(target.url);
  try {
    const { hash } = await readFingerprint(client);
    const { rows } = await client.query<{ identifier: string }>('select system_identifier::text as identifier from pg_control_system()');
    const identity = {
      systemIdentifier: rows[0]?.identifier ?? '',
      timeline: 1,
      database: target.name,
      serverVersion: '15',
      serverMajor: 15,
    };
    // The proof reads no other part of a plan.
    const plan: Partial<Plan> = {
      target: 'test',
      identity,
      migrations,
      appliedVersions: [],
      appliedValidations: [],
      fingerprint: hash,
      ...changes,
    };
    return plan as Plan;
  } finally {
    await client.end();
  }
}

export const never = new AbortController().signal;
