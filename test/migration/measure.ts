import type { Client } from 'pg';
import { LOCK_MODES } from '../../src/domain/plan.ts';
import type { LockMode } from '../../src/domain/plan.ts';
import { connect } from '../support/connect.ts';
import { until } from '../support/until.ts';

/** What a statement did on a server to relations that were there before it. */
export type Measured = {
  readonly locks: Readonly<Record<string, LockMode>>;
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  /** SQLSTATE when it failed. */
  readonly error?: string;
  /** Measured while it waited for somebody: what it had not done by then is not in here. */
  readonly waited?: boolean;
};

export type Relation = { readonly oid: number; readonly name: string; readonly kind: string; readonly file: string | null };

const RELATIONS = `SELECT oid, oid::regclass::text AS name, relkind AS kind, pg_relation_filenode(oid) AS file
  FROM pg_class WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND relname !~ '^pg_toast'`;
const LOCKS = `SELECT relation, mode FROM pg_locks WHERE pid = $1 AND relation IS NOT NULL`;
const SCANNED = `SELECT relid AS oid, seq_tup_read::int AS rows FROM pg_stat_xact_all_tables`;

/** Relations that are there now, by oid. */
export async function relationsOf(client: Client): Promise<ReadonlyMap<number, Relation>> {
  return new Map((await client.query<Relation>(RELATIONS)).rows.map((row) => [row.oid, row]));
}

/** Runs a statement in the open transaction of `client` and says what it did. */
export async function measureInside(client: Client, statement: string): Promise<Measured> {
  const before = await relationsOf(client);
  const scanned = await scans(client);
  try {
    await client.query(statement);
  } catch (error) {
    return { locks: {}, rewrites: [], scans: [], error: codeOf(error) };
  }
  const pid = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
  const after = await relationsOf(client);
  const read = [...(await scans(client))].filter(([oid, rows]) => rows > (scanned.get(oid) ?? 0));
  return {
    locks: await locksOf(client, pid, before),
    rewrites: [...after.values()]
      .filter(({ oid, file }) => before.has(oid) && before.get(oid)?.file !== file)
      .map(({ name }) => name)
      .sort(),
    scans: read.flatMap(([oid]) => before.get(oid)?.name ?? []).sort(),
  };
}

/**
 * Runs a statement that cannot be in a transaction while another session stands in its way, and says what it holds or waits
 * for at that moment. `blocker` is what the other session does first.
 */
export async function measureAlone(url: string, statement: string, blocker: string): Promise<Measured> {
  const [worker, watcher, other] = await Promise.all([connect(url), connect(url), connect(url)]);
  try {
    for (const client of [worker, watcher, other]) await client.query('SET search_path = s');
    const before = await relationsOf(watcher);
    const pid = (await worker.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;
    await other.query(`BEGIN; ${blocker}`);
    let ended: { readonly error?: string } | null = null;
    const running = worker.query(statement).then(
      () => (ended = {}),
      (error: unknown) => (ended = { error: codeOf(error) }),
    );
    const isWaiting = async () => {
      const { rows } = await watcher.query<{ waits: boolean }>(
        `SELECT wait_event_type = 'Lock' AS waits FROM pg_stat_activity WHERE pid = $1`,
        [pid],
      );
      return ended !== null || rows[0]?.waits === true;
    };
    await until(isWaiting, { what: `${statement} to wait or to end` });
    const early = ended as { readonly error?: string } | null;
    const locks = await locksOf(watcher, pid, before);
    await other.query('ROLLBACK');
    await running;
    if (early?.error !== undefined) return { locks: {}, rewrites: [], scans: [], error: early.error };
    return { locks, rewrites: [], scans: [], waited: true };
  } finally {
    await Promise.all([worker, watcher, other].map((client) => client.end()));
  }
}

async function scans(client: Client): Promise<ReadonlyMap<number, number>> {
  return new Map((await client.query<{ oid: number; rows: number }>(SCANNED)).rows.map(({ oid, rows }) => [oid, rows]));
}

async function locksOf(client: Client, pid: number, before: ReadonlyMap<number, Relation>): Promise<Record<string, LockMode>> {
  const locks: Record<string, LockMode> = {};
  for (const { relation, mode } of (await client.query<{ relation: number; mode: string }>(LOCKS, [pid])).rows) {
    const found = before.get(relation);
    if (found === undefined) continue;
    const name = wordsOf(mode);
    const held = locks[found.name];
    if (held === undefined || LOCK_MODES.indexOf(name) > LOCK_MODES.indexOf(held)) locks[found.name] = name;
  }
  return locks;
}

/** `ShareUpdateExclusiveLock` as SQL writes it. */
function wordsOf(mode: string): LockMode {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase() as LockMode;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
