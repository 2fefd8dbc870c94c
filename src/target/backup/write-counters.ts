import type { ClientBase } from 'pg';

/** What was ever written to each table, as the server counts it, and when it began to count. */
export type WriteCounters = {
  readonly resetAt: string;
  readonly databaseBytes: number;
  readonly tables: readonly { readonly table: string; readonly inserted: number; readonly updated: number; readonly deleted: number }[];
};

/**
 * The counters restart when somebody resets them and after a crash: `resetAt` tells. Partitions, not their parents.
 * https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ALL-TABLES-VIEW
 */
const READ = `
select coalesce(d.stats_reset::text, '') || ' ' || pg_postmaster_start_time()::text as "resetAt", pg_database_size(current_database())::float8 as "databaseBytes",
  coalesce((select json_agg(json_build_object('table', case when schemaname = 'public' then '' else schemaname || '.' end || relname,
      'inserted', n_tup_ins, 'updated', n_tup_upd, 'deleted', n_tup_del) order by schemaname, relname)
    from pg_stat_user_tables where schemaname <> 'offpeak'), '[]') as tables
from pg_stat_database d where d.datname = current_database()`;

/** Reads the counters; a second may pass before a session's last writes are among them. */
export async function readWriteCounters(client: ClientBase): Promise<WriteCounters | null> {
  const { rows } = await client.query<WriteCounters>(READ);
  return rows[0] ?? null;
}
