import type { ClientBase } from 'pg';
import type { TargetIdentity } from '../domain/plan.ts';
import { TargetError } from './errors.ts';

/** On a primary the timeline is in the name of the current WAL file; the control file knows it only since the last checkpoint. */
const IDENTITY = `
  SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
         CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
              ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END AS timeline,
         current_database() AS database, split_part(current_setting('server_version'), ' ', 1) AS version,
         current_setting('server_version_num')::int / 10000 AS major`;

/** Which server and database this session reached; a failover changes the timeline, a wrong host the identifier (F10, F11). */
export async function readIdentity(client: ClientBase): Promise<TargetIdentity> {
  const { rows } = await client.query<{ system_identifier: string; timeline: number; database: string; version: string; major: number }>(
    IDENTITY,
  );
  const row = rows[0];
  if (row === undefined) throw new TargetError('The target did not say who it is.');
  const { system_identifier: systemIdentifier, timeline, database, version: serverVersion, major: serverMajor } = row;
  return { systemIdentifier, timeline, database, serverVersion, serverMajor };
}
