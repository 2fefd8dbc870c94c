import type { ClientBase } from 'pg';
import type { RestorePoint } from '../../domain/proof.ts';
import { codeOf } from '../errors.ts';

const GRANT = 'GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO';

/**
 * Names this moment in the write-ahead log, for a recovery to it (M28). Not every role may, and not every server keeps such a log:
 * then the answer says so, and position and time of the snapshot are what there is. https://www.postgresql.org/docs/current/functions-admin.html
 */
export async function createRestorePoint(client: ClientBase, name: string): Promise<RestorePoint> {
  try {
    const { rows } = await client.query<{ lsn: string }>('select pg_create_restore_point($1)::text as lsn', [name]);
    await closeSegment(client);
    return { name, lsn: rows[0]?.lsn ?? '' };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    if (codeOf(error) !== '42501') return { missing: `no restore point could be named: ${words}` };
    const { rows } = await client.query<{ role: string }>('select quote_ident(current_user) as role');
    return { missing: `our role may not name a restore point; let it with ${GRANT} ${rows[0]?.role}` };
  }
}

/** A segment is archived when it is full, which at night may take hours; closed, it goes at once. A role that may not close it waits. */
async function closeSegment(client: ClientBase): Promise<void> {
  try {
    const { rows } = await client.query<{ mode: string }>("select current_setting('archive_mode') as mode");
    if (rows[0]?.mode !== 'off') await client.query('select pg_switch_wal()');
  } catch {
    // Whoever waits for the archive is told of the right that is missing.
  }
}
