import type { Pool } from 'pg';
import type { Archived } from '../ports.ts';

/** https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-ARCHIVER-VIEW */
const ARCHIVER = `
select current_setting('archive_mode') as mode, current_user::text as role, pg_walfile_name($1::pg_lsn) as needed,
  last_archived_wal as archived, last_failed_wal as failed,
  coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as failing
from pg_stat_archiver`;

type Row = {
  readonly mode: string;
  readonly role: string;
  readonly needed: string;
  readonly archived: string | null;
  readonly failed: string | null;
  readonly failing: boolean;
};

/** Whether the write-ahead log up to this position lies in the archive of the server; it is no question where nothing is archived. */
export async function archived(pool: Pool, lsn: string): Promise<Archived> {
  const { rows } = await pool.query<Row>(ARCHIVER, [lsn]);
  const [row] = rows;
  if (row === undefined || row.mode === 'off') return { applicable: false };
  const { needed, archived: last, failing, failed, role } = row;
  const reached = last !== null && segmentOf(last) !== null && (segmentOf(last) ?? '') >= (segmentOf(needed) ?? '~');
  if (reached) return { applicable: true, archived: true, words: `${needed} is archived, the last is ${last}` };
  const words = `${needed} is not archived yet, ${last === null ? 'nothing is' : `the last is ${last}`}`;
  const why = failing
    ? `archiving fails, last with ${failed}: look at archive_command and the server's log`
    : `it goes when the segment is full or archive_timeout is over; at once if our role may close it: GRANT EXECUTE ON FUNCTION pg_switch_wal() TO ${role}`;
  return { applicable: true, archived: false, words: `${words}; ${why}` };
}

/** A segment without its timeline: after a failover the log goes on in another one. Null for what is no segment, as a history file. */
function segmentOf(file: string): string | null {
  return /^[0-9A-F]{8}([0-9A-F]{16})(?:\.|$)/.exec(file)?.[1] ?? null;
}
