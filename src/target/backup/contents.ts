import type { Client } from 'pg';
import { countTable, nameOf } from './source.ts';
import type { Trace } from './trace.ts';

/** Rows by table. */
export type Contents = ReadonlyMap<string, number>;

const TABLES = `
select n.nspname as schema, c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') and n.nspname !~ '^pg_(toast_)?temp_'`;

/** The contents after a script: only tables that are new or that it may have written are counted again. */
export async function recount(client: Client, contents: Contents, written: readonly string[]): Promise<Contents> {
  const { rows } = await client.query<{ schema: string; table: string }>(TABLES);
  const now = new Map<string, number>();
  for (const { schema, table } of rows) {
    const name = nameOf(schema, table);
    const known = written.includes(name) ? undefined : contents.get(name);
    now.set(name, known ?? (await countTable(client, schema, table)));
  }
  return now;
}

/** The tables that a script may have written. */
export function writtenBy(traces: readonly Trace[]): readonly string[] {
  return traces.flatMap((trace) => trace.written);
}

/** What a way back did not bring back, as sentences: an exact schema may stand around lost rows. */
export function rowsNotBack(before: Contents, after: Contents): readonly string[] {
  return [...before].flatMap(([table, rows]) => {
    const now = after.get(table);
    return now === undefined || now === rows ? [] : [`${table} had ${rows} rows before and ${now} after the down`];
  });
}
