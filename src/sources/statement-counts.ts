import type { Pool } from 'pg';
import type { StatementCounts } from '../domain/end-comparison.ts';
import { MONITOR_HINT } from './database-failure.ts';
import { redactedQuery } from './redact.ts';
import { Unreadable } from './reading.ts';

/** `info` came with version 1.9 of the extension, `total_exec_time` with 1.8. */
const EXTENSION = `
  select quote_ident(n.nspname) as schema, to_regclass(format('%I.pg_stat_statements_info', n.nspname)) is not null as info
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'`;

const RESET = (schema: string) => `select extract(epoch from stats_reset)::text as at from ${schema}.pg_stat_statements_info`;

/**
 * Statements of this database that took $1 ms or more in all, with their texts when $2 says so. Ours are left out where the text tells: what names
 * our schema, and what reads the server's own views, as monitors do. A statement of another role has no id for a role without pg_monitor.
 * https://www.postgresql.org/docs/current/pgstatstatements.html
 */
const COUNTS = (schema: string) => `
  select queryid::text as id, sum(calls)::float8 as calls, sum(total_exec_time)::float8 as ms, coalesce(min(query), '') as query
  from ${schema}.pg_stat_statements($2::boolean)
  where dbid = (select oid from pg_database where datname = current_database()) and calls > 0
    and (query is null or query !~* '\\m(offpeak|pg_stat_[a-z_]+|pg_locks|pg_prepared_xacts|pg_replication_slots)\\M')
  group by queryid having queryid is null or sum(total_exec_time) >= $1::float8`;

/** More are no part of a ledger; the extension keeps 5,000 unless told. */
const MOST = 10_000;

type Row = { readonly id: string | null; readonly calls: number; readonly ms: number; readonly query: string };

/**
 * What pg_stat_statements has counted of the application's statements (R67). From `leastMs` milliseconds in all on, with texts without
 * literals; everything, without texts, where it is null. Throws when the extension is not there, hides statements from our role, or keeps more than 10,000.
 */
export async function statementCounts(pool: Pool, leastMs: number | null): Promise<StatementCounts> {
  const { rows: found } = await pool.query<{ schema: string; info: boolean }>(EXTENSION);
  const [extension] = found;
  if (extension === undefined) throw new Unreadable('pg_stat_statements is not installed in this database.');
  const { rows: resets } = extension.info ? await pool.query<{ at: string | null }>(RESET(extension.schema)) : { rows: [] };
  const { rows } = await pool.query<Row>(COUNTS(extension.schema), [leastMs ?? 0, leastMs !== null]);
  if (rows.length > MOST)
    throw new Unreadable(`It has counted ${rows.length} statements; more than ${MOST} are not kept for a comparison.`);
  const statements = rows.map(({ id, calls, ms, query }) => {
    if (id === null) throw new Unreadable(`Statements of other roles are hidden from ours: ${MONITOR_HINT}.`);
    return { id, calls, ms, query: redactedQuery(query) };
  });
  return { resetAt: resets[0]?.at ?? null, statements };
}
