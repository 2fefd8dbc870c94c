import type { BundledCommand } from './bundle.ts';

/** A lock as a session holds it. `table` is that of an index. */
export type Held = { readonly oid: string; readonly table: string | null; readonly mode: string; readonly relation: string };

/** What a look saw: the locks, and how long a session of the application has waited behind them, in milliseconds. */
export type Seen = { readonly held: readonly Held[]; readonly wait: number };

/**
 * Locks of the session `pid` on relations of the application; `more` leaves some out. Asked beside every small change, so the lock table is
 * read once, what initdb made is left out before anything is joined (its oids are below 16384), and who waits is asked for those who do.
 */
export function heldSql(pid: string, more = ''): string {
  return `
  WITH l AS MATERIALIZED (SELECT pid, relation, mode, granted, waitstart, database FROM pg_locks
                          WHERE NOT granted OR (pid = ${pid} AND locktype = 'relation' AND relation >= 16384))
  SELECT (SELECT coalesce(json_agg(json_build_object('oid', c.oid::text, 'table', i.indrelid::text, 'mode', l.mode, 'relation',
            CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END)), '[]')
          FROM l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_index i ON i.indexrelid = c.oid
          WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'offpeak')${more}) AS held,
         (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000, 0)::float8
          FROM l
          WHERE NOT l.granted AND l.waitstart IS NOT NULL AND ${pid} = ANY (pg_blocking_pids(l.pid))
            AND EXISTS (SELECT FROM pg_stat_get_activity(l.pid) a WHERE a.application_name NOT LIKE 'offpeak:%')) AS wait`;
}

/**
 * Without what the transaction itself created: nobody else can see that. The row of a table's system column ctid is written when the
 * table is made and never again, so the transaction that wrote it made the table.
 */
const NOT_OURS = `
            AND NOT EXISTS (SELECT FROM pg_attribute f WHERE f.attrelid = coalesce(i.indrelid, c.oid) AND f.attname = 'ctid'
                              AND f.attnum < 0 AND f.xmin = pg_current_xact_id()::xid)`;

/** A session's look at its own locks, as part of a bundle: what another session would see of them, without its round trip. */
export const OWN_LOOK: BundledCommand = { name: 'offpeak_look', text: heldSql('pg_backend_pid()', NOT_OURS) };

/** The answer to OWN_LOOK, as it came. */
export function seenIn([held, wait]: readonly (string | null)[]): Seen {
  return { held: JSON.parse(held ?? '[]') as readonly Held[], wait: Number(wait ?? 0) };
}
