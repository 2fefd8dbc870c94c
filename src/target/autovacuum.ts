import type { ClientBase } from 'pg';
import { codeOf } from './errors.ts';

/** Tables on which these autovacuum workers hold the lock that only other maintenance conflicts with. */
const TABLES = `
  SELECT DISTINCT l.relation::regclass::text AS name
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
  WHERE l.pid = ANY ($1::int[]) AND l.granted AND l.mode = 'ShareUpdateExclusiveLock' AND c.relkind IN ('r', 'p')
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
/** PostgreSQL ends an ordinary autovacuum for whoever has waited deadlock_timeout for it; it then needs a moment to go (N2). */
const ARM = `
  SELECT set_config('lock_timeout', least(9500, extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000 + 500)::int || 'ms', true)`;
/** It did not go in time, or the table is not ours to lock, or is gone: the tries will say so. */
const LEFT_TO_THE_TRIES = ['55P03', '40P01', '57014', '42501', '42P01', '42809'];

/**
 * Makes ordinary autovacuums leave a table without anybody else noticing (F28): waits for SHARE UPDATE EXCLUSIVE, which readers
 * and writers do not queue behind, for as long as it takes the server to cancel them. Waiting with the strong lock itself would
 * stall the application for that second. A table we may not lock is left to the tries.
 */
export async function sendAway(client: ClientBase, pids: readonly number[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(TABLES, [pids]);
  for (const { name } of rows) {
    await client.query('BEGIN');
    try {
      await client.query(ARM);
      await client.query(`LOCK TABLE ONLY ${name} IN SHARE UPDATE EXCLUSIVE MODE`);
    } catch (error) {
      if (!LEFT_TO_THE_TRIES.includes(codeOf(error) ?? '')) throw error;
    } finally {
      await client.query('ROLLBACK');
    }
  }
}
