import type { Client } from 'pg';
import { nameOf } from '../backup/source.ts';

/** A relation as one session sees it at one moment. */
export type Seen = {
  readonly oid: string;
  /** As people write it: the schema only when it is not `public`. */
  readonly name: string;
  readonly schema: string;
  readonly relation: string;
  /** pg_class.relkind. */
  readonly kind: string;
  /** The oid of the table an index, or a sequence that a column owns, belongs to. */
  readonly table: string | null;
  /** Changes when the relation is rewritten. */
  readonly file: string;
  /** Rows that sequential scans have read, and rows that were written, so far. */
  readonly read: number;
  readonly written: number;
};

/** Every relation a person could name, by its oid, and where unqualified names are looked for. */
export type Snapshot = { readonly relations: ReadonlyMap<string, Seen>; readonly path: readonly string[] };

/**
 * What the session of `client` sees. Counters of its open transaction, or of the whole server: a statement that refuses
 * transactions has committed before anybody could ask.
 */
export async function readSnapshot(client: Client, counters: 'transaction' | 'server'): Promise<Snapshot> {
  const { rows } = await client.query<{ relations: readonly Omit<Seen, 'name'>[]; path: readonly string[] }>(QUERIES[counters]);
  const [answer] = rows;
  const relations = (answer?.relations ?? []).map((row) => [row.oid, { ...row, name: nameOf(row.schema, row.relation) }] as const);
  return { relations: new Map(relations), path: answer?.path ?? [] };
}

function query(counter: string): string {
  return `
select coalesce(json_agg(r), '[]') as relations, current_schemas(false)::text[] as path from (
  select c.oid::text, n.nspname as schema, c.relname as relation, c.relkind::text as kind, c.relfilenode::text as file,
    coalesce(i.indrelid, case when c.relkind = 'S' then (
      select d.refobjid from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i') limit 1
    ) end)::text as table,
    case when c.relkind in ('r', 'm') then ${counter}_tuples_returned(c.oid) else 0 end as read,
    case when c.relkind in ('r', 'm') then ${counter}_tuples_inserted(c.oid) + ${counter}_tuples_updated(c.oid) + ${counter}_tuples_deleted(c.oid) else 0 end as written
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace left join pg_catalog.pg_index i on i.indexrelid = c.oid
  where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'offpeak') and n.nspname !~ '^pg_(toast_)?temp_'
  order by n.nspname, c.relname
) r`;
}

const QUERIES = { transaction: query('pg_stat_get_xact'), server: query('pg_stat_get') };

const IDENTIFIER = String.raw`(?:"(?:[^"]|"")+"|[^".]+)`;
const WRITTEN = new RegExp(`^(?:(${IDENTIFIER})\\.)?(${IDENTIFIER})$`);

/** The relation a verdict means by a name, found as PostgreSQL would along the search path; null when nothing here is called so. */
export function relationNamed({ relations, path }: Snapshot, written: string): Seen | null {
  const match = WRITTEN.exec(written);
  if (match === null) return null;
  const [schema, relation] = [match[1], match[2] ?? ''].map((part) => part?.replaceAll(/^"|"$/g, '').replaceAll('""', '"'));
  // A verdict leaves `public.` away even where it is not on the path.
  for (const each of schema === undefined ? [...path, 'public'] : [schema]) {
    for (const seen of relations.values()) if (seen.schema === each && seen.relation === relation) return seen;
  }
  return null;
}
