import { escapeIdentifier } from 'pg';
import type { QueryResultRow } from 'pg';
import { inject } from 'vitest';
import type { PostgresTools } from '../../playground/postgres/binaries.ts';
import { startPostgres } from '../../playground/postgres/server.ts';
import type { PostgresServer } from '../../playground/postgres/server.ts';
import { connect } from './connect.ts';
import './postgres-server.ts';

export { connect };

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Ends the sessions that are still open and drops the database. */
  readonly drop: () => Promise<void>;
}

export interface TestDatabaseOptions {
  /** A database to clone; nobody may be connected to it meanwhile. Empty when absent. */
  readonly template?: string;
  readonly name?: string;
}

let created = 0;
let second: Promise<PostgresServer> | undefined;

/** Superuser URL of the shared server's `postgres` database. */
export function superuserUrl(): string {
  return inject('postgres').superuserUrl;
}

/** The shared server's major version and its pg_dump and pg_restore (null where there are none). */
export function serverTools(): { readonly major: number; readonly tools: PostgresTools | null } {
  const { major, tools } = inject('postgres');
  return { major, tools };
}

/** The URL of another database on the same server as `url`. */
export function onDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

/** A database of its own on the shared server, in milliseconds: empty, or a clone of `template`. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  return await createDatabase(superuserUrl(), options);
}

/** The same on any server, e.g. `createDatabase((await secondCluster()).superuserUrl)`. */
export async function createDatabase(server: string, options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  created += 1;
  const name = options.name ?? `test_${process.pid}_${created}_${Math.random().toString(36).slice(2, 8)}`;
  const quoted = escapeIdentifier(name);
  // template0 accepts no sessions, so parallel creations never find their source in use.
  await sql(server, `CREATE DATABASE ${quoted} TEMPLATE ${escapeIdentifier(options.template ?? 'template0')}`);
  const drop = async () => {
    await sql(server, `DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
  };
  return { url: onDatabase(server, name), name, drop };
}

/**
 * A second server with another system identifier, for proofs that a backup restores elsewhere. Booted at the first call
 * of a test file (about 2 s) and kept until its worker process ends, or until `stop()`.
 */
export async function secondCluster(): Promise<PostgresServer> {
  second ??= startPostgres();
  return await second;
}

/** One statement (or several without parameters) on a connection of its own; answers the rows. */
export async function sql<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values?: readonly unknown[],
): Promise<Row[]> {
  const client = await connect(url);
  try {
    // Without values the simple protocol is used, which allows several statements at once.
    const result = values ? await client.query<Row>(text, [...values]) : await client.query<Row>(text);
    return result.rows;
  } finally {
    await client.end();
  }
}
