import type { ClientBase } from 'pg';
import type { Backfill } from '../../domain/plan.ts';
import { quoted } from '../sql-shape.ts';
import { columnsNamed, literal, rowOf, type Key, type KeyColumn } from './key.ts';

/** The table of a backfill as the catalog knows it. */
export type BackfillTable = {
  readonly name: string;
  readonly columns: readonly KeyColumn[];
  /** Rows by the last ANALYZE, of all partitions; zero before the first. */
  readonly estimate: number;
  readonly bytes: number;
};

const FIND = `
  SELECT c.oid::regclass::text AS name, c.relkind AS kind, size.rows AS estimate, size.bytes,
         (SELECT json_agg(json_build_object('name', a.attname, 'asked', k.asked, 'number', a.attnum, 'notNull', a.attnotnull,
                   'type', format_type(a.atttypid, a.atttypmod), 'distinct', s.n_distinct) ORDER BY k.place, a.attname = k.asked DESC)
          FROM unnest($2::text[]) WITH ORDINALITY AS k (asked, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname IN (k.asked, lower(k.asked))
          LEFT JOIN pg_stats s ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname AND s.attname = a.attname
         ) AS columns,
         (SELECT json_agg(json_build_object('columns', i.indkey::int2[], 'options', i.indoption::int2[],
                   'unique', i.indisunique AND i.indnkeyatts = cardinality($2::text[])))
          FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
          WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree') AS indexes
  FROM pg_class c, LATERAL (
    SELECT sum(greatest(p.reltuples, 0))::float8 AS rows, sum(pg_relation_size(p.oid))::float8 AS bytes FROM pg_class p
    WHERE p.oid = c.oid OR p.oid IN (SELECT relid FROM pg_partition_tree(c.oid))
  ) size WHERE c.oid = to_regclass($1)`;

type FoundColumn = {
  readonly name: string;
  readonly asked: string;
  readonly number: number;
  readonly notNull: boolean;
  readonly type: string;
  readonly distinct: number | null;
};
type FoundIndex = { readonly columns: readonly number[]; readonly options: readonly number[]; readonly unique: boolean };
type Found = {
  readonly name: string;
  readonly kind: string;
  readonly estimate: number;
  readonly bytes: number;
  readonly columns: readonly FoundColumn[] | null;
  readonly indexes: readonly FoundIndex[] | null;
};

/** Below this many rows, and bytes, a count takes well under a second. */
export const COUNTED = 500_000;
export const COUNTED_BYTES = 256_000_000;
/** A row of a table that nobody analysed yet. */
const ROW_BYTES = 100;
/** So many rows under one value of the key cannot be a small batch. */
const TOO_MANY_ALIKE = 2_000;

/**
 * The table, or the sentence that says why it cannot be filled in key ranges: rows with a null key would be left out, without
 * an index each batch would read everything, and a key that many rows share cannot cut them into small batches.
 */
export async function backfillTable(client: ClientBase, { table, key }: Backfill): Promise<BackfillTable | string> {
  const named = columnsNamed(key);
  const { rows } = await client.query<Found>(FIND, [table, named]);
  const found = rows[0];
  const columns = named.map((name) => found?.columns?.find(({ asked }) => asked === name));
  const missing = named.find((_, index) => columns[index] === undefined);
  if (found === undefined || missing !== undefined || columns.length === 0)
    return `There is no column ${missing ?? key} in a table ${table}, which the backfill names.`;
  const known = columns.filter((column) => column !== undefined);
  if (found.kind !== 'r' && found.kind !== 'p') return `${table} is no table, and only a table can be filled in key ranges.`;
  const nullable = known.find(({ notNull }) => !notNull);
  if (nullable !== undefined) return `The backfill key ${nullable.name} may be null, so rows could be left out. Use a NOT NULL column.`;
  const indexes = (found.indexes ?? []).filter((index) => beginsWith(index, known));
  if (indexes.length === 0) return `No index of ${table} begins with the backfill key ${key}, so each batch would read the whole table.`;
  const alike = indexes.some(({ unique }) => unique) ? 1 : rowsPerValue(known, found.estimate);
  if (alike > TOO_MANY_ALIKE)
    return `About ${Math.round(alike)} rows of ${table} share each value of ${key}, so no batch could be smaller than that. Add a column to the key: key=${key},id.`;
  return { name: found.name, estimate: found.estimate, bytes: found.bytes, columns: known.map(({ name, type }) => ({ name, type })) };
}

/** Whether the index is in the order of the key: its first columns, all in one direction. */
function beginsWith({ columns, options }: FoundIndex, key: readonly FoundColumn[]): boolean {
  return key.every(({ number }, index) => columns[index] === number && ((options[index] ?? 0) & 1) === ((options[0] ?? 0) & 1));
}

/** How many rows an ordinary value of the key stands for; 1 where nothing is known. */
function rowsPerValue(key: readonly FoundColumn[], estimate: number): number {
  const distinct = key.map((column) => column.distinct).filter((value) => value !== null);
  if (estimate <= 0 || distinct.length === 0) return 1;
  const values = Math.max(...distinct.map((value) => (value < 0 ? -value * estimate : value)));
  return values <= 0 ? 1 : estimate / values;
}

/** Rows in the table: counted when it is small, estimated when counting would read for minutes. */
export async function rowsIn(client: ClientBase, { name, estimate, bytes }: BackfillTable): Promise<number> {
  if (estimate > COUNTED) return Math.round(estimate);
  if (bytes > COUNTED_BYTES) return Math.round(estimate > 0 ? estimate : bytes / ROW_BYTES);
  const { rows } = await client.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${name}`);
  return rows[0]?.count ?? 0;
}

/** The greatest key there is now, null in an empty table. */
export async function lastKey(client: ClientBase, { name, columns }: BackfillTable): Promise<Key | null> {
  const texts = columns.map((column) => `t.${quoted(column.name)}::text`).join(', ');
  const order = columns.map((column) => `t.${quoted(column.name)} DESC`).join(', ');
  const { rows } = await client.query<{ key: readonly string[] }>(
    `SELECT ARRAY[${texts}] AS key FROM ${name} AS t ORDER BY ${order} LIMIT 1`,
  );
  return rows[0]?.key ?? null;
}

/** Finds the next edge: the key `size` rows behind `after` and not behind `until`, and how many rows lie up to it. One text without parameters. */
export function edgeQuery(
  { name, columns }: BackfillTable,
  { after, until, size }: { readonly after: Key | null; readonly until: Key; readonly size: number },
): string {
  // Qualified names in ORDER BY: a bare one would mean the text of the output column, and sort 1000 before 999.
  const row = rowOf('t', columns);
  const behind = after === null ? '' : `${row} > ${literal(after, columns)} AND `;
  const picked = columns.map((column, index) => `t.${quoted(column.name)} AS k${index}`).join(', ');
  const order = columns.map((column) => `t.${quoted(column.name)}`).join(', ');
  const texts = columns.map((_, index) => `b.k${index}::text`).join(', ');
  const newest = columns.map((_, index) => `b.k${index} DESC`).join(', ');
  return `
    WITH batch AS (
      SELECT ${picked} FROM ${name} AS t WHERE ${behind}${row} <= ${literal(until, columns)} ORDER BY ${order} LIMIT ${Math.round(size)}
    )
    SELECT (SELECT ARRAY[${texts}] FROM batch AS b ORDER BY ${newest} LIMIT 1) AS edge, (SELECT count(*)::int FROM batch) AS count`;
}
