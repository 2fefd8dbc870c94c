/** One statement per reading; each answers what `src/sources/postgres.ts` maps. Corrected against the runbook's (M4–M7). */

/**
 * Client sessions by state against the slots they may take: idle ones use slots too (M5). Of other users' sessions an
 * unprivileged role sees neither type nor state, but they count. https://www.postgresql.org/docs/current/monitoring-stats.html
 */
export const CONNECTIONS = `
select coalesce(nullif(state, ''), 'hidden') as state, count(*)::int as sessions,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0) as usable
from pg_stat_activity where backend_type = 'client backend' or (backend_type is null and datid is not null)
group by 1 order by 1`;

/**
 * Sessions of this database with a query or transaction older than $1 seconds: idle ones run nothing (M6), idle in transaction
 * holds its locks (and has no start any more once it failed), a prepared transaction holds them without a session. What we may not see is answered as hidden.
 */
export const LONG_QUERIES = `
select * from (
  select pid, state, application_name as application, query,
    extract(epoch from clock_timestamp() - coalesce(least(xact_start, case when state = 'active' then query_start end), state_change))::float8 as seconds,
    query = '<insufficient privilege>' or state is null or state = 'disabled' as hidden
  from pg_stat_activity
  where datname = current_database() and coalesce(backend_type, 'client backend') = 'client backend'
    and state is distinct from 'idle' and pid <> pg_backend_pid() and application_name not like 'offpeak:%'
  union all
  select 0, 'prepared', gid, '', extract(epoch from clock_timestamp() - prepared)::float8, false
  from pg_prepared_xacts where database = current_database()
) sessions where hidden or seconds > $1 order by seconds desc nulls last`;

/** Streaming replicas and slots nobody reads. A base backup and a WAL archiver stream too, but replay nothing: they are no replicas. */
export const REPLICATION = `
select application_name as name, state is null as hidden, extract(epoch from replay_lag)::float8 as seconds,
  pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::float8 as bytes
from pg_stat_replication
where state is distinct from 'backup' and application_name <> 'pg_basebackup' and not (replay_lsn is null and flush_lsn is not null)
union all
select 'slot ' || slot_name, false, null, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8
from pg_replication_slots where not active and not temporary
order by 1`;

/** Sessions of this database that wait for a lock, once each, with those they wait for; pairs of waiters are not counted (M7). */
export const LOCK_WAITS = `
select * from (
  select a.pid as waiter, a.application_name as application, pg_blocking_pids(a.pid) as blockers,
    coalesce(extract(epoch from clock_timestamp() - min(l.waitstart)), 0)::float8 as seconds
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where not l.granted and a.datname = current_database() and a.application_name not like 'offpeak:%'
  group by a.pid, a.application_name
) waits where cardinality(blockers) > 0 order by seconds desc, waiter`;

/**
 * Dumps and base backups whatever their age, ours included, and sessions of this database that hold a snapshot for longer than $1
 * seconds: CONCURRENTLY waits for each of them, and DDL for what a dump has locked (M21). Another user's snapshot is seen without a right to its times: hidden.
 */
export const DUMPS = `
select * from (
  select pid, 'dump' as what, application_name as application, false as hidden,
    coalesce(extract(epoch from clock_timestamp() - backend_start), 0)::float8 as seconds
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and application_name ~ 'pg_dump'
  union all
  select b.pid, 'base backup', coalesce(a.application_name, ''), false,
    coalesce(extract(epoch from clock_timestamp() - a.backend_start), 0)::float8
  from pg_stat_progress_basebackup b left join pg_stat_activity a on a.pid = b.pid
  union all
  select pid, 'snapshot', application_name, xact_start is null, coalesce(extract(epoch from clock_timestamp() - xact_start), 0)::float8
  from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_xmin is not null
    and coalesce(backend_type, 'client backend') = 'client backend' and application_name !~ 'pg_dump' and application_name not like 'offpeak:%'
    and (xact_start is null or xact_start < clock_timestamp() - make_interval(secs => $1))
) found order by seconds desc, pid`;

/** Needs pg_read_all_settings; the address is null over a Unix socket. */
export const DATA_DIRECTORY = `select current_setting('data_directory') as directory`;
