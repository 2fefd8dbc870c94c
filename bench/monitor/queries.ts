import { CONNECTIONS, LOCK_WAITS, LONG_QUERIES } from '../../src/sources/database-queries.ts';

/** runbook.md lines 281, 284 and 287; their double quotes made quotes, or they do not parse (M4, M6). Asked over one session instead of a new psql each. */
export const RUNBOOK = [
  { text: `SELECT count(*) FROM pg_stat_activity WHERE state != 'idle'` },
  {
    text: `SELECT pid, now() - pg_stat_activity.query_start AS duration, query FROM pg_stat_activity
      WHERE (now() - pg_stat_activity.query_start) > interval '30 seconds'`,
  },
  {
    text: `SELECT blocked_locks.pid AS blocked_pid, blocked_activity.usename AS blocked_user, blocking_locks.pid AS blocking_pid,
      blocking_activity.usename AS blocking_user, blocked_activity.query AS blocked_statement
      FROM pg_catalog.pg_locks blocked_locks
      JOIN pg_catalog.pg_stat_activity blocked_activity ON blocked_activity.pid = blocked_locks.pid
      JOIN pg_catalog.pg_locks blocking_locks ON blocking_locks.locktype = blocked_locks.locktype
        AND blocking_locks.DATABASE IS NOT DISTINCT FROM blocked_locks.DATABASE
        AND blocking_locks.relation IS NOT DISTINCT FROM blocked_locks.relation
        AND blocking_locks.page IS NOT DISTINCT FROM blocked_locks.page
        AND blocking_locks.tuple IS NOT DISTINCT FROM blocked_locks.tuple
        AND blocking_locks.virtualxid IS NOT DISTINCT FROM blocked_locks.virtualxid
        AND blocking_locks.transactionid IS NOT DISTINCT FROM blocked_locks.transactionid
        AND blocking_locks.classid IS NOT DISTINCT FROM blocked_locks.classid
        AND blocking_locks.objid IS NOT DISTINCT FROM blocked_locks.objid
        AND blocking_locks.objsubid IS NOT DISTINCT FROM blocked_locks.objsubid
      JOIN pg_catalog.pg_stat_activity blocking_activity ON blocking_activity.pid = blocking_locks.pid
      WHERE NOT blocked_locks.GRANTED`,
  },
] as const;

/** What the monitor asked before it asked one question. */
export const SEPARATE = [{ text: CONNECTIONS }, { text: LONG_QUERIES, values: [30] }, { text: LOCK_WAITS }] as const;
