import type { ClientBase } from 'pg';
import type { MarkerKey } from './marker.ts';
import { quotedName, type LoneEffect } from './sql-shape.ts';

/**
 * Invalid copies named …_ccnew or …_ccold on the tables that the statement rebuilds, their partitions and their TOAST tables. Ours are
 * those that were made after our marker was written, and on which nobody builds at this moment: an older one, or one of somebody
 * else's REINDEX, is not ours to drop.
 */
const LEFTOVERS = `
  WITH named AS (SELECT CASE WHEN $1 IN ('index', 'table') THEN to_regclass($2) END AS oid),
  tables AS (
    SELECT oid::oid FROM named
    UNION SELECT p.relid FROM named, pg_partition_tree(named.oid) p
    UNION SELECT i.indrelid FROM named, pg_index i WHERE i.indexrelid = named.oid
    UNION SELECT i.indrelid FROM named, pg_partition_tree(named.oid) p JOIN pg_index i ON i.indexrelid = p.relid
    UNION SELECT c.oid FROM pg_class c WHERE $1 = 'schema' AND c.relnamespace = to_regnamespace($2) OR $1 = 'database')
  SELECT c.oid::regclass::text AS name
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
    AND i.indrelid IN (SELECT oid FROM tables UNION SELECT t.reltoastrelid FROM tables JOIN pg_class t USING (oid))
    AND age(c.xmin) < (SELECT age(xmin) FROM offpeak.marker WHERE run_id = $3 AND version = $4 AND position = $5)
    AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index b WHERE b.relid = i.indrelid AND b.pid <> pg_backend_pid())
  ORDER BY 1`;

/**
 * Drops the half-built copies that our REINDEX CONCURRENTLY left, and returns their names; none for other statements. Call it before
 * the marker of the unit is written again. It waits for transactions that may use the tables, and blocks nobody.
 */
export async function dropLeftovers(client: ClientBase, effect: LoneEffect, key: Omit<MarkerKey, 'epoch'>): Promise<readonly string[]> {
  if (effect.kind !== 'reindex') return [];
  const name = effect.of === 'schema' ? `"${effect.name.name.replaceAll('"', '""')}"` : quotedName(effect.name);
  const { rows } = await client.query<{ name: string }>(LEFTOVERS, [effect.of, name, key.runId, key.version, key.position]);
  for (const row of rows) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${row.name}`);
  return rows.map((row) => row.name);
}
