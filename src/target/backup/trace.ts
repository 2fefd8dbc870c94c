import type { Client, QueryResult } from 'pg';
import { LOCK_MODES, type LockMode, type RelationLock } from '../../domain/plan.ts';
import type { TracedEffect, TracedLock, TracedRelation } from '../../domain/verdict-difference.ts';
import { locksDuring, readMoment, together, watched, type Locks, type Moment } from '../rehearsal/locks.ts';
import { readSnapshot, relationNamed, type Seen, type Snapshot } from '../rehearsal/snapshot.ts';

/** What one statement did to relations that were there before its script began. */
export type Trace = {
  readonly ms: number;
  readonly rows: number | null;
  /** The strongest lock it newly took on each. */
  readonly locks: readonly RelationLock[];
  /** The tables among them that it may have written. */
  readonly written: readonly string[];
  readonly rewrites: readonly string[];
  /** Tables it read whole; null where the server could not say. */
  readonly scans: readonly string[] | null;
  readonly walBytes: number;
  /** Rows written by table, whoever wrote them. */
  readonly changed: readonly { readonly relation: string; readonly rows: number }[];
  readonly effect: TracedEffect;
  /** What the names of its verdict are called here. */
  readonly named: ReadonlyMap<string, string>;
};

/** Two sessions beside the one that is traced: one reads its locks, the other stands in its way for a moment. */
export type Watch = { readonly sampler: Client; readonly blocker: Client };

/** A traced session and the relations that count: those from before the script. */
export type Tracing = { readonly client: Client; readonly pid: number; readonly watch: Watch; readonly existing: ReadonlySet<string> };

/** A statement, and the relations its verdict names. */
export type Traceable = { readonly sql: string; readonly names?: readonly string[] };

/** How things stand between two statements. */
export type Point = { readonly moment: Moment; readonly snapshot: Snapshot };

/** Prepares to trace a session: everything that is there now counts. */
export async function tracing(client: Client, watch: Watch): Promise<Tracing> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { relations } = await readSnapshot(watch.sampler, 'server');
  return { client, pid: rows[0]?.pid ?? 0, watch, existing: new Set(relations.keys()) };
}

/** How things stand in the open transaction of the traced session. Its locks are read from the other one. */
export async function pointIn({ client, pid, watch }: Tracing): Promise<Point> {
  const [moment, snapshot] = await Promise.all([readMoment(watch.sampler, pid), readSnapshot(client, 'transaction')]);
  return { moment, snapshot };
}

/**
 * Runs one statement inside its open transaction, from `before` on, and answers where it leaves things. The locks our backend has
 * afterwards stay until the commit; those it gave up on the way are seen while it runs. What an earlier statement of the
 * transaction already took is that statement's.
 */
export async function traceInTransaction(on: Tracing, statement: Traceable, before: Point): Promise<{ trace: Trace; after: Point }> {
  const started = performance.now();
  const running = on.client.query(statement.sql).then((result) => ({ result, ms: performance.now() - started }));
  const seen = await locksDuring(on.watch.sampler, on.pid, running);
  const { result, ms } = await running;
  const after = await pointIn(on);
  const trace = traced({ on, statement, ms, result, before, after, held: after.moment.locks, during: seen });
  return { trace, after };
}

/**
 * Runs a statement between others of its like, which took its locks before it. A seed has thousands: nobody looks at each, and
 * what they wrote together is told of the last.
 */
export async function traceLike({ client }: Tracing, statement: Traceable, like: Trace): Promise<Trace> {
  const started = performance.now();
  const { rowCount } = await client.query(statement.sql);
  const ms = performance.now() - started;
  const effect = { ...like.effect, taken: [], rewritten: [] };
  return { ...like, ms, rows: rowCount, locks: [], written: [], rewrites: [], scans: [], walBytes: 0, changed: [], effect };
}

/**
 * Runs a statement that refuses transactions and samples its locks while it runs. On a small copy CONCURRENTLY is over in a
 * moment, so an old snapshot and read locks make it wait, as other sessions do in production, until its locks were read. What it
 * takes for an instant after that (on an index nobody uses any more) would be seen by chance, so it is not looked for.
 */
export async function traceAlone(on: Tracing, statement: Traceable): Promise<Trace> {
  const { client, pid, watch } = on;
  const counted = await countedAtOnce(client);
  const [moment, snapshot, { path }] = [
    await readMoment(watch.sampler, pid),
    await readSnapshot(watch.sampler, 'server'),
    await readSnapshot(client, 'server'),
  ];
  // A plain VACUUM that cannot cut off its last pages tries it for five seconds; its lock is no hindrance to reads and writes.
  const isPlainVacuum = /^\s*vacuum\b/i.test(statement.sql) && !/\bfull\b/i.test(statement.sql);
  if (!isPlainVacuum) await standInTheWay(watch.blocker, statement.sql, snapshot);
  const started = performance.now();
  const running = client.query(statement.sql).then((result) => ({ result, ms: performance.now() - started }));
  const state = watched(running);
  let during: Locks = new Map();
  for (let waiting = false; !state.ended && !waiting;) {
    const now = await readMoment(watch.sampler, pid);
    during = together(during, now.locks);
    waiting = now.waiting;
  }
  await watch.blocker.query('rollback');
  const { result, ms } = await running;
  if (counted) await countedAtOnce(client);
  const after = { moment: await readMoment(watch.sampler, pid), snapshot: await readSnapshot(watch.sampler, 'server') };
  const before = { moment: { ...moment, locks: new Map() }, snapshot: { ...snapshot, path } };
  const trace = traced({ on, statement, ms, result, before, after, held: during, during });
  return counted ? trace : { ...trace, scans: null };
}

/** Makes the server count what this session did before anybody asks. False on PostgreSQL 14, which counts when it finds the time. */
async function countedAtOnce(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ can: boolean }>(
    `select to_regprocedure('pg_catalog.pg_stat_force_next_flush()') is not null as can`,
  );
  if (rows[0]?.can !== true) return false;
  await client.query('select pg_catalog.pg_stat_force_next_flush()');
  return true;
}

/** A snapshot, which ends CREATE INDEX and REINDEX CONCURRENTLY late, and read locks, for which DROP INDEX and DETACH CONCURRENTLY wait. */
async function standInTheWay(blocker: Client, sql: string, { relations }: Snapshot): Promise<void> {
  const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu));
  const named = [...relations].filter(([, { relation }]) => words.has(relation.toLowerCase())).map(([oid]) => oid);
  await blocker.query('begin isolation level repeatable read');
  const { rows } = await blocker.query<{ table: string }>(TABLES_OF, [named]);
  for (const { table } of rows) await blocker.query(`lock table ${table} in access share mode`);
}

/** The named tables and those that the named indexes belong to, quoted. */
const TABLES_OF = `
select distinct quote_ident(n.nspname) || '.' || quote_ident(c.relname) as table
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and (c.oid = any ($1::oid[]) or c.oid in (select indrelid from pg_index where indexrelid = any ($1::oid[])))`;

type Observation = {
  readonly on: Tracing;
  readonly statement: Traceable;
  readonly ms: number;
  readonly result: QueryResult;
  readonly before: Point;
  readonly after: Point;
  readonly held: Locks;
  readonly during: Locks;
};

function traced({ on, statement, ms, result, before, after, held, during }: Observation): Trace {
  // Names as they were before it: what it dropped has none any more.
  const existed = [...before.snapshot.relations.values()].filter(({ oid }) => on.existing.has(oid));
  const here = (seen: Seen): TracedRelation => ({
    relation: seen.name,
    table: before.snapshot.relations.get(seen.table ?? '')?.name ?? null,
  });
  const strongest = (locks: Locks, without: Locks): readonly (TracedLock & { readonly kind: string })[] =>
    existed.flatMap((seen) => {
      const mode = strongestOf(locks.get(seen.oid), without.get(seen.oid));
      return mode === null ? [] : [{ ...here(seen), mode, kind: seen.kind }];
    });
  const then = ({ oid }: Seen) => after.snapshot.relations.get(oid);
  const taken = strongest(together(during, held), before.moment.locks);
  const rewritten = existed.filter((seen) => (then(seen)?.file ?? seen.file) !== seen.file);
  return {
    ms,
    rows: result.rowCount,
    locks: taken
      .filter((lock) => !isPassing(lock))
      .map(({ relation, mode }) => ({ relation, mode }))
      .toSorted((a, b) => a.relation.localeCompare(b.relation)),
    written: taken.filter(({ kind, mode }) => kind === 'r' && rank(mode) >= rank('ROW EXCLUSIVE')).map(({ relation }) => relation),
    rewrites: rewritten.map(({ name }) => name),
    scans: existed.filter((seen) => (then(seen)?.read ?? 0) > seen.read).map(({ name }) => name),
    walBytes: Math.max(0, after.moment.wal - before.moment.wal),
    changed: existed.flatMap((seen) => {
      const rows = (then(seen)?.written ?? 0) - seen.written;
      return rows > 0 ? [{ relation: seen.name, rows }] : [];
    }),
    effect: { taken: taken.map(bare), held: strongest(held, new Map()).map(bare), rewritten: rewritten.map(here) },
    named: new Map((statement.names ?? []).map((name) => [name, relationNamed(before.snapshot, name)?.name ?? name])),
  };
}

/**
 * Reading and writing rows locks every index of the table for a moment of its own. Nobody waits for it, and whether it is seen is chance:
 * told, it would make two rehearsals of the same plan differ.
 */
function isPassing({ kind, mode }: { readonly kind: string; readonly mode: LockMode }): boolean {
  return (kind === 'i' || kind === 'I') && rank(mode) <= rank('ROW EXCLUSIVE');
}

function bare({ relation, table, mode }: TracedLock): TracedLock {
  return { relation, table, mode };
}

function rank(mode: LockMode): number {
  return LOCK_MODES.indexOf(mode);
}

/** The strongest mode that was not there before; null when there is none. */
function strongestOf(modes: ReadonlySet<LockMode> | undefined, without: ReadonlySet<LockMode> | undefined): LockMode | null {
  return LOCK_MODES.filter((mode) => modes?.has(mode) === true && without?.has(mode) !== true).at(-1) ?? null;
}
