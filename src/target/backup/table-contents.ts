import { escapeIdentifier, type ClientBase } from 'pg';
import type { Manifest } from './manifest.ts';
import { nameOf } from './source.ts';

type TableContents = Manifest['tables'][number];
type Table = {
  readonly schema: string;
  readonly table: string;
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly key: readonly string[];
};

/** Partitions, not their parents. What is generated is left out: a restore computes it anew, perhaps with another locale. */
const TABLES = `
select n.nspname as schema, c.relname as table, pg_table_size(c.oid)::float8 as bytes,
  array(select a.attname::text from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attname) as columns,
  array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
    where i.indrelid = c.oid and i.indisprimary order by a.attname) as key
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') and n.nspname !~ '^pg_(toast_)?temp_'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1, 2`;

/** A value must be spelled the same on both servers, whatever their roles and databases set. */
const SPELLING = `
set local search_path = pg_catalog; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601';
set local extra_float_digits = 3; set local bytea_output = 'hex'; set local lc_monetary = 'C'`;

/** About so much of a table is spelled out and hashed; beyond it one row in so many, chosen by the key. A table without a key is hashed whole. */
const HASHED_BYTES = 16_000_000;

/**
 * Exact rows of every table that holds its own rows, and a checksum of a sample of them, as the transaction of `client` sees them.
 * `like` are the contents to compare with: the same rows are sampled. The order of rows and of columns does not count.
 */
export async function readContents(client: ClientBase, signal: AbortSignal, like: Manifest['tables'] = []): Promise<Manifest['tables']> {
  await client.query(SPELLING);
  const { rows } = await client.query<Table>(TABLES);
  const known = new Map(like.map((entry) => [entry.table, entry.oneIn]));
  const contents: Manifest['tables'] = [];
  for (const table of rows) {
    signal.throwIfAborted();
    const name = nameOf(table.schema, table.table);
    const oneIn = known.get(name) ?? (table.key.length === 0 ? 1 : Math.max(1, Math.ceil(table.bytes / HASHED_BYTES)));
    contents.push({ table: name, oneIn, ...(await contentsOf(client, table, oneIn)) });
  }
  return contents;
}

async function contentsOf(client: ClientBase, table: Table, oneIn: number): Promise<Pick<TableContents, 'rows' | 'checksum'>> {
  const sampled = oneIn > 1 && table.key.length > 0 ? `filter (where ${hash(table.key)} % ${oneIn} = 0)` : '';
  const { rows } = await client.query<{ rows: string; checksum: string }>(
    `select count(*) as rows, coalesce(sum(${hash(table.columns)}) ${sampled}, 0)::text as checksum
     from only ${escapeIdentifier(table.schema)}.${escapeIdentifier(table.table)}`,
  );
  return { rows: Number(rows[0]?.rows), checksum: rows[0]?.checksum ?? '' };
}

/** 64 bits of a row's text. Summed as numeric: the sum never overflows and knows no order. */
function hash(columns: readonly string[]): string {
  return `hashtextextended(row(${columns.map((column) => escapeIdentifier(column)).join(', ')})::text collate "C", 0)::numeric`;
}

/** The first differences, as sentences: rows first, then values. Contents of older manifests have no checksum. */
export function contentDifferences(expected: Manifest['tables'], found: Manifest['tables']): readonly string[] {
  const restored = new Map(found.map((entry) => [entry.table, entry]));
  return expected.flatMap(({ table, rows, checksum }) => {
    const there = restored.get(table);
    if (there?.rows !== rows) return [`${table} has ${there?.rows ?? 'no'} rows instead of ${rows}`];
    return checksum === undefined || checksum === there.checksum ? [] : [`${table} has its ${rows} rows with other values`];
  });
}
