/**
 * Everything the monitor asks PostgreSQL every second, in one statement that looks at the sessions once (R25, R26, R53, R92–R94). It reads
 * `pg_stat_get_activity` and not the view above it, which joins names nobody asked for; `pg_blocking_pids` is called only for sessions that
 * wait for a lock (https://www.postgresql.org/docs/current/functions-info.html: it needs the lock manager for itself, so it must not be
 * called often). The three readings mean what their statements in `database-queries.ts` mean. $1 is the age in seconds from which a query is long.
 *
 * Of sessions that are hidden from our role neither state nor waiting is seen: `hidden` counts them, and then nothing but the number of
 * connections is known.
 */
export const VITALS = `
with session as materialized (
  select a.pid, a.application_name as application, a.state, a.query, a.query_start, a.wait_event_type = 'Lock' as waits,
    a.application_name like 'offpeak:%' as ours, a.datid = here.oid as here,
    extract(epoch from clock_timestamp()
      - coalesce(least(a.xact_start, case when a.state = 'active' then a.query_start end), a.state_change))::float8 as seconds,
    a.query = '<insufficient privilege>' or a.state is null or a.state = 'disabled' as hidden
  from (select oid from pg_database where datname = current_database()) here, pg_stat_get_activity(null) a
  where a.backend_type = 'client backend' or (a.backend_type is null and a.datid is not null)
), long as (
  select pid, seconds, state, application, query from session
  where here and not ours and not hidden and state <> 'idle' and seconds > $1
  union all
  select 0, extract(epoch from clock_timestamp() - prepared)::float8, 'prepared', gid, ''
  from pg_prepared_xacts
  where database = current_database() and clock_timestamp() - prepared > make_interval(secs => $1)
    and current_setting('max_prepared_transactions')::int > 0
  order by seconds desc limit 1
), edge as (
  select pid as waiter, application, ours, pg_blocking_pids(pid) as blockers,
    coalesce(extract(epoch from clock_timestamp() - query_start), 0)::float8 as seconds
  from session where here and waits
)
select (select count(*)::int from session) as used,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true)::int, 0) as usable,
  (select count(*)::int from session where here and hidden) as hidden,
  (select row_to_json(long) from long) as longest,
  (select coalesce(json_agg(edge order by seconds desc, waiter), '[]') from edge where cardinality(blockers) > 0) as edges,
  (select coalesce(json_object_agg(pid, application), '{}') from session
    where pid = any (array(select distinct unnest(blockers) from edge))) as blockers`;
