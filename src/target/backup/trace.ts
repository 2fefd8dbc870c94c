import type { Client, QueryResult } from 'pg';
import { LOCK_MODES, type LockMode, type RelationLock } from '../../domain/plan.ts';
import { nameOf } from './source.ts';

/** A relation as it was before a unit began. */
export type Relation = { readonly name: string; readonly schema: string; readonly relation: string; readonly kind: string };
/** Relations by their oid: the names of dropped ones must be known from before. */
export type Relations = ReadonlyMap<string, Relation>;

/** What one statement did: its time, its rows, the locks it newly took, and the tables among them that it may have written. */
export type Trace = {
  readonly ms: number;
  readonly rows: number | null;
  readonly locks: readonly RelationLock[];
  readonly written: readonly string[];
};

/** Lock modes held on relations, by oid. */
type Held = ReadonlyMap<string, ReadonlySet<LockMode>>;

const RELATIONS = `
select c.oid::text, n.nspname as schema, c.relname as relation, c.relkind::text as kind
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') and n.nspname !~ '^pg_(toast_)?temp_'`;

/** Every relation a person could name, as it is now. */
export async function readRelations(client: Client): Promise<Relations> {
  const { rows } = await client.query<{ oid: string; schema: string; relation: string; kind: string }>(RELATIONS);
  return new Map(rows.map(({ oid, ...row }) => [oid, { ...row, name: nameOf(row.schema, row.relation) }]));
}

const HELD = `
select l.relation::text as oid, l.mode from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
where l.pid = $1 and l.locktype = 'relation' and l.granted`;

/**
 * Runs one statement inside its open transaction and reads the locks our backend holds afterwards: they stay until the commit.
 * A lock that an earlier statement of the transaction already took is that statement's.
 */
export async function traceInTransaction(client: Client, sql: string, relations: Relations): Promise<Trace> {
  const pid = await pidOf(client);
  const before = await held(client, pid);
  const started = performance.now();
  const result = await client.query(sql);
  const ms = performance.now() - started;
  return traced({ ms, result, before, after: await held(client, pid), relations });
}

/** Two sessions beside the one that is traced: one reads its locks, the other stands in its way for a moment. */
export type Watch = { readonly sampler: Client; readonly blocker: Client };

type Alone = { readonly client: Client; readonly sql: string; readonly relations: Relations; readonly watch: Watch };

/**
 * Runs a statement that refuses transactions (CONCURRENTLY) and samples its locks while it runs. On a small copy it is over in a
 * moment, so an old snapshot and read locks make it wait, as other sessions do in production, until its locks were read. What it
 * takes for an instant after that (on an index nobody uses any more) would be seen by chance, so it is not looked for.
 */
export async function traceAlone({ client, sql, relations, watch }: Alone): Promise<Trace> {
  const pid = await pidOf(client);
  const seen = new Map<string, Set<LockMode>>();
  await standInTheWay(watch.blocker, sql, relations);
  const statement = { ended: false };
  const started = performance.now();
  const running = client.query(sql).finally(() => {
    statement.ended = true;
  });
  // Its failure is awaited below; until then it is nobody's unhandled rejection.
  running.catch(() => {});
  let waiting = false;
  while (!statement.ended && !waiting) {
    const { rows } = await watch.sampler.query<Sampled>(HELD_OR_AWAITED, [pid]);
    collect(seen, rows);
    waiting = rows.some((row) => row.awaited);
  }
  await watch.blocker.query('rollback');
  const result = await running;
  return traced({ ms: performance.now() - started, result, before: new Map(), after: seen, relations });
}

/** A snapshot, which ends CREATE INDEX and REINDEX CONCURRENTLY late, and read locks, for which DROP INDEX and DETACH CONCURRENTLY wait. */
async function standInTheWay(blocker: Client, sql: string, relations: Relations): Promise<void> {
  const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_$]+/gu));
  const named = [...relations].filter(([, relation]) => words.has(relation.relation.toLowerCase())).map(([oid]) => oid);
  await blocker.query('begin isolation level repeatable read');
  const { rows } = await blocker.query<{ table: string }>(TABLES_OF, [named]);
  for (const { table } of rows) await blocker.query(`lock table ${table} in access share mode`);
}

/** The named tables and those that the named indexes belong to, quoted. */
const TABLES_OF = `
select distinct quote_ident(n.nspname) || '.' || quote_ident(c.relname) as table
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and (c.oid = any ($1::oid[]) or c.oid in (select indrelid from pg_index where indexrelid = any ($1::oid[])))`;

type Sampled = { readonly oid: string | null; readonly mode: string; readonly awaited: boolean };

/** What it holds, and what it waits for and so will hold; waits for other transactions have no relation. */
const HELD_OR_AWAITED = `
select l.relation::text as oid, l.mode, not l.granted as awaited from pg_locks l
where l.pid = $1 and (not l.granted or l.locktype = 'relation' and l.database = (select oid from pg_database where datname = current_database()))`;

type Observation = {
  readonly ms: number;
  readonly result: QueryResult;
  readonly before: Held;
  readonly after: Held;
  readonly relations: Relations;
};

function traced({ ms, result, before, after, relations }: Observation): Trace {
  const locks: RelationLock[] = [];
  const written: string[] = [];
  for (const [oid, modes] of after) {
    const relation = relations.get(oid);
    const taken = LOCK_MODES.filter((mode) => modes.has(mode) && !before.get(oid)?.has(mode));
    const mode = taken.at(-1);
    if (relation === undefined || mode === undefined) continue;
    locks.push({ relation: relation.name, mode });
    if (relation.kind === 'r' && LOCK_MODES.indexOf(mode) >= LOCK_MODES.indexOf('ROW EXCLUSIVE')) written.push(relation.name);
  }
  return { ms, rows: result.rowCount, locks: locks.toSorted((a, b) => a.relation.localeCompare(b.relation)), written };
}

async function held(client: Client, pid: number): Promise<Held> {
  const { rows } = await client.query<{ oid: string; mode: string }>(HELD, [pid]);
  const modes = new Map<string, Set<LockMode>>();
  collect(modes, rows);
  return modes;
}

function collect(into: Map<string, Set<LockMode>>, rows: readonly { readonly oid: string | null; readonly mode: string }[]): void {
  for (const { oid, mode } of rows) {
    const known = modeOf(mode);
    if (oid === null || known === undefined) continue;
    into.set(oid, (into.get(oid) ?? new Set()).add(known));
  }
}

/** pg_locks writes `ShareUpdateExclusiveLock` where the documentation and people write `SHARE UPDATE EXCLUSIVE`. */
function modeOf(mode: string): LockMode | undefined {
  const words = mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  return LOCK_MODES.find((known) => known === words);
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}
