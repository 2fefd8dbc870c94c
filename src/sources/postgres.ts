import { Pool } from 'pg';
import type { DatabaseReadings, Dump, LockEdge, LongQuery } from '../ports.ts';
import { archived } from './archive.ts';
import { databaseFailure, MONITOR_HINT } from './database-failure.ts';
import { CONNECTIONS, DUMPS, LOCK_WAITS, LONG_QUERIES, REPLICATION } from './database-queries.ts';
import { Unreadable, reading } from './reading.ts';
import { redactedQuery, secretsHidden } from './redact.ts';
import { serverDisk } from './server-disk.ts';
import { statementCounts } from './statement-counts.ts';
import { vitals } from './vitals.ts';

export type DatabaseReadingsOptions = {
  readonly connectionString: string;
  /** `offpeak:monitor` unless told; sessions of that prefix are never counted against the target. */
  readonly applicationName?: string;
  /** Where the backups of this database are written; it tells whether the disk line has to count them. */
  readonly backupDirectory?: string;
};

const TIMEOUT_MS = 2000;
const LATENCY_PROBES = 20;

/**
 * What PostgreSQL says about itself, over a small pool of its own with a timeout of 2 s. Every failure (no connection, no right,
 * no answer in time, a value that may not be seen) is `{ ok: false, why }`: never a throw, never a number.
 */
export function databaseReadings(options: DatabaseReadingsOptions): DatabaseReadings {
  const { connectionString, applicationName = 'offpeak:monitor' } = options;
  const pool = new Pool({
    connectionString,
    application_name: applicationName,
    max: 2,
    connectionTimeoutMillis: TIMEOUT_MS,
    statement_timeout: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS + 500,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
  });
  const sentence = (error: unknown) => secretsHidden(databaseFailure(error), [connectionString]);
  // A session that the server ends while idle is replaced by the next reading, which reports what it meets.
  pool.on('error', () => {});
  return {
    connections: () => reading('pg_stat_activity', () => connections(pool), sentence),
    longQueries: (seconds) => reading('pg_stat_activity, pg_prepared_xacts', () => longQueries(pool, seconds), sentence),
    replicationLag: () => reading('pg_stat_replication, pg_replication_slots', () => replicationLag(pool), sentence),
    diskFree: () => reading('statfs of data_directory', () => serverDisk(pool, options), sentence),
    latency: () => reading(`${LATENCY_PROBES} × SELECT 1`, () => latency(pool), sentence),
    lockWaits: () => reading('pg_locks, pg_blocking_pids', () => lockWaits(pool), sentence),
    vitals: (seconds) => reading('pg_stat_activity, pg_blocking_pids', () => vitals(pool, seconds), sentence),
    dumps: (seconds) => reading('pg_stat_activity, pg_stat_progress_basebackup', () => dumps(pool, seconds), sentence),
    archived: (lsn) => reading('pg_stat_archiver', () => archived(pool, lsn), sentence),
    statements: (leastMs) => reading('pg_stat_statements', () => statementCounts(pool, leastMs), sentence),
    close: () => pool.end(),
  };
}

async function connections(pool: Pool): Promise<{ used: number; usable: number; byState: Readonly<Record<string, number>> }> {
  const { rows } = await pool.query<{ state: string; sessions: number; usable: number }>(CONNECTIONS);
  const used = rows.reduce((sum, row) => sum + row.sessions, 0);
  const usable = rows[0]?.usable ?? 0;
  if (usable <= 0) throw new Unreadable('The server reserves all its connections, so no share can be told. Look at max_connections.');
  return { used, usable, byState: Object.fromEntries(rows.map((row) => [row.state, row.sessions])) };
}

async function longQueries(pool: Pool, olderThanSeconds: number): Promise<readonly LongQuery[]> {
  const { rows } = await pool.query<LongQuery & { hidden: boolean }>(LONG_QUERIES, [olderThanSeconds]);
  const hidden = rows.filter((row) => row.hidden).length;
  if (hidden > 0) throw new Unreadable(`${hidden} sessions of other users are hidden from our role: ${MONITOR_HINT}.`);
  return rows.map(({ pid, seconds, state, application, query }) => ({ pid, seconds, state, application, query: redactedQuery(query) }));
}

/** A line of pg_stat_replication, or a slot without a reader. */
export type Replica = { readonly name: string; readonly hidden: boolean; readonly seconds: number | null; readonly bytes: number | null };

async function replicationLag(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<Replica>(REPLICATION);
  if (rows.length === 0) return null;
  return Math.max(...rows.map(lagOf));
}

/** Seconds behind. A caught-up replica of an idle server reports no time; one that reports neither is unknown, as is a slot nobody reads. */
export function lagOf({ name, hidden, seconds, bytes }: Replica): number {
  if (hidden) throw new Unreadable(`The replica ${name} is hidden from our role: ${MONITOR_HINT}.`);
  if (name.startsWith('slot '))
    throw new Unreadable(
      `The replication ${name} has no reader and holds back ${bytes ?? 'an unknown number of'} bytes. Reconnect its replica or drop the slot.`,
    );
  if (seconds !== null) return seconds;
  if (bytes === 0) return 0;
  throw new Unreadable(
    `The replica ${name} is ${bytes ?? 'an unknown number of'} bytes behind and reports no time. Read again in a moment.`,
  );
}

async function lockWaits(pool: Pool): Promise<readonly LockEdge[]> {
  const { rows } = await pool.query<LockEdge>(LOCK_WAITS);
  return rows.map(({ waiter, blockers, seconds, application }) => ({ waiter, blockers, seconds, application }));
}

async function dumps(pool: Pool, olderThanSeconds: number): Promise<readonly Dump[]> {
  const { rows } = await pool.query<Dump & { hidden: boolean }>(DUMPS, [olderThanSeconds]);
  const hidden = rows.filter((row) => row.hidden).length;
  if (hidden > 0) throw new Unreadable(`The age of ${hidden} snapshots of other users is hidden from our role: ${MONITOR_HINT}.`);
  return rows.map(({ pid, what, application, seconds }) => ({ pid, what, application, seconds }));
}

async function latency(pool: Pool): Promise<number> {
  const client = await pool.connect();
  let failed = true;
  try {
    const times: number[] = [];
    for (let probe = 0; probe < LATENCY_PROBES; probe += 1) {
      const started = performance.now();
      await client.query('select 1');
      times.push(performance.now() - started);
    }
    failed = false;
    return p95(times);
  } finally {
    client.release(failed);
  }
}

/** The nearest rank: the value that 95 % do not exceed. NaN when there is none. */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}
