import type { ClientBase } from 'pg';
import type { Backfill } from '../domain/plan.ts';
import { quoted } from './sql-shape.ts';

/** The table of a backfill as the catalog knows it. */
export type BackfillTable = {
  readonly name: string;
  readonly key: string;
  readonly keyType: string;
  /** Rows in the table: counted when it is small, estimated when counting would read for minutes. */
  readonly total: (client: ClientBase) => Promise<number>;
  /** The greatest key there is now, null in an empty table. */
  readonly lastKey: (client: ClientBase) => Promise<string | null>;
};

const FIND = `
  SELECT c.oid::regclass::text AS name, c.reltuples::float8 AS estimate, a.attname AS key, a.attnotnull AS not_null,
         format_type(a.atttypid, a.atttypmod) AS type,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid AND i.indpred IS NULL) AS indexed
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.oid = to_regclass($1) AND a.attname IN ($2::text, lower($2::text))`;

/** Below this many rows a count takes well under a second. */
const COUNTED = 500_000;

type Found = { name: string; estimate: number; key: string; not_null: boolean; type: string; indexed: boolean };

/** The table, or the sentence that says why it cannot be filled in key ranges: rows with a null key would be skipped, and without an index each batch would read everything. */
export async function backfillTable(client: ClientBase, { table, key }: Backfill): Promise<BackfillTable | string> {
  const { rows } = await client.query<Found>(FIND, [table, key]);
  const found = rows[0];
  if (found === undefined) return `There is no column ${key} in a table ${table}, which the backfill names.`;
  if (!found.not_null) return `The backfill key ${key} may be null, so rows could be left out. Use a NOT NULL column.`;
  if (!found.indexed) return `No index of ${table} begins with the backfill key ${key}, so each batch would read the whole table.`;
  const { name, estimate, type: keyType } = found;
  const column = quoted(found.key);
  const total = async (session: ClientBase) => {
    if (estimate > COUNTED) return Math.round(estimate);
    const counted = await session.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${name}`);
    return counted.rows[0]?.count ?? 0;
  };
  const lastKey = async (session: ClientBase) => {
    const last = await session.query<{ edge: string }>(
      `SELECT t.${column}::text AS edge FROM ${name} AS t ORDER BY t.${column} DESC LIMIT 1`,
    );
    return last.rows[0]?.edge ?? null;
  };
  return { name, key: column, keyType, total, lastKey };
}

/** $1 the key reached (null at the beginning), $2 the last key, $3 the size: the next edge, and how many rows lie before it. Works for every sortable type. */
export function boundaryQuery({ name, key, keyType }: BackfillTable): string {
  // Qualified names in ORDER BY: a bare one would mean the text of the output column, and sort 1000 before 999.
  return `
    WITH batch AS (
      SELECT t.${key} AS position FROM ${name} AS t
      WHERE ($1::${keyType} IS NULL OR t.${key} > $1::${keyType}) AND t.${key} <= $2::${keyType}
      ORDER BY t.${key} LIMIT $3::int
    )
    SELECT (SELECT b.position::text FROM batch AS b ORDER BY b.position DESC LIMIT 1) AS edge, (SELECT count(*)::int FROM batch) AS count`;
}
