import { DatabaseError, type Client } from 'pg';
import type { RowCount } from '../../domain/row-ratio.ts';
import { isConnectionLoss } from '../errors.ts';

/** From here on the estimate is exact enough for a share, and counting would read too much. */
const LARGE = 100_000;
/** Statement timeout of the session in which tables are counted. */
export const COUNT_MS = 3_000;

/** The table of that name, qualified or visible without; the estimate of a partitioned one is that of its partitions, -1 while one has none. */
const TABLE = `
  SELECT c.oid::regclass::text AS name,
    (SELECT CASE WHEN bool_or(leaf.reltuples < 0) THEN -1 ELSE coalesce(sum(leaf.reltuples), -1) END::float8
     FROM pg_class leaf WHERE leaf.oid = c.oid AND c.relkind <> 'p'
       OR c.relkind = 'p' AND leaf.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)) AS estimate
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND (n.nspname || '.' || c.relname = $1 OR (c.relname = $1 AND pg_table_is_visible(c.oid)))
  LIMIT 1`;

/** Rows of each relation. What is no table, or is not there, says so; a table that cannot be counted in time is answered by its estimate. */
export async function rowCounts(client: Client, relations: readonly string[]): Promise<readonly RowCount[]> {
  // A policy that hides rows would make a table look small.
  await client.query('SET row_security = off');
  const counts: RowCount[] = [];
  for (const relation of relations) counts.push(await countOf(client, relation));
  return counts;
}

async function countOf(client: Client, relation: string): Promise<RowCount> {
  const { rows } = await client.query<{ name: string; estimate: number }>(TABLE, [relation]);
  const [table] = rows;
  if (table === undefined) return { relation, there: false, rows: null };
  const estimate = table.estimate < 0 ? null : Math.round(table.estimate);
  if (estimate !== null && estimate >= LARGE) return { relation, there: true, rows: estimate };
  return { relation, there: true, rows: (await counted(client, table.name)) ?? estimate };
}

/** `name` comes quoted from the server. Null when it takes too long, is locked, or may not be read. */
async function counted(client: Client, name: string): Promise<number | null> {
  try {
    const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::float8 AS rows FROM ${name}`);
    return rows[0]?.rows ?? null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || isConnectionLoss(error)) throw error;
    return null;
  }
}
