import type { ClientBase } from 'pg';
import { inWords } from '../domain/refusal.ts';
import type { RelationLock } from '../domain/plan.ts';
import { conflicts, lockModeOf } from './lock-modes.ts';

/** A session that stands between us and a lock. Fields a plain role may not see are null. */
export type Blocker = {
  readonly pid: number;
  readonly application: string;
  readonly state: string | null;
  /** How old its transaction is, in milliseconds. */
  readonly ageMs: number | null;
  /** The exact begin of its transaction, to know it again. */
  readonly since: string | null;
  readonly autovacuum: 'no' | 'ordinary' | 'wraparound';
};

const WHO = `
  a.pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'unknown') AS application, a.state,
  (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS age, a.xact_start::text AS since,
  CASE WHEN a.backend_type IS DISTINCT FROM 'autovacuum worker' THEN 'no'
       WHEN a.query LIKE '%(to prevent wraparound)%' THEN 'wraparound' ELSE 'ordinary' END AS autovacuum`;

/** Holders of any lock on the named tables; names as the plan writes them, with or without schema and quotes. */
const HOLDERS = `
  SELECT wanted.name AS relation, l.mode, ${WHO}
  FROM unnest($1::text[], $3::text[], $4::text[]) AS wanted (name, schema, relname)
  JOIN pg_class c ON c.relname = wanted.relname
    AND CASE WHEN wanted.schema IS NULL THEN pg_table_is_visible(c.oid) ELSE c.relnamespace = to_regnamespace(quote_ident(wanted.schema)) END
  JOIN pg_locks l ON l.relation = c.oid AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  LEFT JOIN pg_stat_activity a USING (pid)
  WHERE a.pid <> ALL ($2::int[])`;
/** pid 0 stands for a prepared transaction, which has no session. */
const BLOCKING = `SELECT DISTINCT b.pid AS blocking_pid, ${WHO} FROM unnest(pg_blocking_pids($1)) AS b (pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid`;
const STILL = `SELECT ${WHO} FROM pg_stat_activity a WHERE a.pid = ANY ($1::int[])`;

type Row = Omit<Blocker, 'ageMs'> & { readonly age: number | null };

/** A lock that somebody holds on a relation, by the name the plan gives it. */
export type LockRow = Row & { readonly relation: string; readonly mode: string };

/** Who holds locks that conflict with the wanted ones, before we queue. `ours` are pids of this run. */
export async function holdersOf(client: ClientBase, wanted: readonly RelationLock[], ours: readonly number[]): Promise<readonly Blocker[]> {
  if (wanted.length === 0) return [];
  return inTheWay(await locksOn(client, [...new Set(wanted.map((lock) => lock.relation))], ours), wanted);
}

/** Every lock that others hold on these relations. */
export async function locksOn(client: ClientBase, relations: readonly string[], ours: readonly number[]): Promise<readonly LockRow[]> {
  const readings = relations.flatMap(readingsOf);
  const column = (key: keyof Reading) => readings.map((reading) => reading[key]);
  const values = [column('name'), ours, column('schema'), column('relname')];
  const { rows } = await client.query<LockRow>({ name: 'holders', text: HOLDERS, values });
  return rows;
}

/** Pure: whose locks conflict with the wanted ones, each session once. */
export function inTheWay(rows: readonly LockRow[], wanted: readonly RelationLock[]): readonly Blocker[] {
  const conflicting = rows.filter((row) => {
    const held = lockModeOf(row.mode);
    return held !== null && wanted.some((lock) => lock.relation === row.relation && conflicts(lock.mode, held));
  });
  return distinct(conflicting.map(blockerOf));
}

type Reading = { readonly name: string; readonly schema: string | null; readonly relname: string };

/**
 * What a name of the plan may mean, so that an index finds it: among thousands of tables, comparing with every one of them would take
 * longer than the migration. A dot divides schema and table, unless it belongs to the table's own name.
 */
export function readingsOf(name: string): readonly Reading[] {
  const whole = { name, schema: null, relname: unquoted(name) };
  const [, schema, relname] = /^("(?:[^"]|"")+"|[^".]+)\.("(?:[^"]|"")+"|.+)$/s.exec(name) ?? [];
  if (schema === undefined || relname === undefined) return [whole];
  return [whole, { name, schema: unquoted(schema), relname: unquoted(relname) }];
}

function unquoted(part: string): string {
  return /^"(?:[^"]|"")+"$/.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part;
}

/** Who makes this backend wait at this moment. */
export async function blockersOf(client: ClientBase, pid: number): Promise<readonly Blocker[]> {
  const { rows } = await client.query<Row & { blocking_pid: number }>({ name: 'blocking', text: BLOCKING, values: [pid] });
  return rows.map((row) => ({
    ...blockerOf(row),
    pid: row.blocking_pid,
    application: row.blocking_pid === 0 ? 'a prepared transaction' : row.application,
  }));
}

/** Those of `blockers` that are still in the same transaction. */
export async function stillThere(client: ClientBase, blockers: readonly Blocker[]): Promise<readonly Blocker[]> {
  if (blockers.length === 0) return [];
  const { rows } = await client.query<Row>(STILL, [blockers.map((blocker) => blocker.pid)]);
  return rows
    .map(blockerOf)
    .filter((now) => blockers.some((then) => then.pid === now.pid && then.since !== null && then.since === now.since));
}

/** `backend 4711 (psql, idle in transaction for 42 s)`; never the text of the query, which may hold data. */
export function describeBlockers(blockers: readonly Blocker[]): string {
  if (blockers.length === 0) return 'somebody who was gone whenever we looked';
  const words = blockers.map((blocker) => {
    const state = blocker.autovacuum === 'wraparound' ? 'vacuum to prevent wraparound' : (blocker.state ?? 'state unknown');
    const age = blocker.ageMs === null ? '' : ` for ${inWords(blocker.ageMs)}`;
    return `backend ${blocker.pid} (${blocker.application}, ${state}${age})`;
  });
  const shown = words.slice(0, 5).join(', ');
  return words.length > 5 ? `${shown} and ${words.length - 5} more` : shown;
}

/** Each session once. */
export function distinct(blockers: readonly Blocker[]): readonly Blocker[] {
  return [...new Map(blockers.map((blocker) => [blocker.pid, blocker])).values()];
}

function blockerOf({ age, pid, application, state, since, autovacuum }: Row): Blocker {
  return { pid, application, state, ageMs: age, since, autovacuum };
}
