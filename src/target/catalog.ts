import type { ClientBase, QueryResult } from 'pg';
import type { CatalogColumn, CatalogIndex, CatalogRelation, CatalogState, Dependency } from '../domain/catalog.ts';
import * as queries from './catalog-queries.ts';
import { codeOf, TargetError } from './errors.ts';

/** Milliseconds: whoever holds a table in a lock that stops even readers is not waited for. */
const GUARDS = [`SET LOCAL lock_timeout = '250ms'`, `SET LOCAL statement_timeout = '15s'`];
const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** Locked, cancelled by our own timeout, dropped under our eyes, or not ours to read. */
const PASSING = new Set(['55P03', '57014', '42P01', '42501', 'XX000']);

/**
 * The catalog of the connected database in one read-only snapshot: what the lint needs to say what a statement locks,
 * rewrites and reads here. Takes no lock on a table beyond the ACCESS SHARE of an instant, and waits for none: sizes that
 * cannot be read at once are those of the last ANALYZE. Throws TargetError when the catalog cannot be read at all.
 */
export async function readCatalog(client: ClientBase): Promise<CatalogState> {
  try {
    return await snapshot(client);
  } catch (error) {
    const code = codeOf(error);
    if (code === null || !PASSING.has(code)) throw error;
    throw new TargetError(
      `The catalog could not be read (${code}): somebody holds a table in ACCESS EXCLUSIVE, or the role may not look. Nothing was changed; try again when it is quiet.`,
      code,
    );
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

async function snapshot(client: ClientBase): Promise<CatalogState> {
  const [sessions, relations, constraints, types, functions, triggers, named, casts, dependencies] = await always(client);
  const session = sessions[0];
  if (session === undefined) throw new TargetError('The database did not say which one it is. Look at its log, then try again.');
  const conditions = await optional<ConditionRow>(client, queries.CONDITIONS);
  const sizes = await optional<{ id: number; bytes: number | null }>(client, queries.SIZES);
  const texts = await optional<{ id: number; query: string }>(client, queries.QUERIES);
  const traffic = await optional<{ id: number; calls: number }>(client, queries.TRAFFIC);
  const used = await optional<{ id: number; used: number | null }>(client, queries.SEQUENCES);
  const about = {
    tablespace: session.tablespace,
    traffic: new Map(traffic.map(({ id, calls }) => [id, calls])),
    conditions: new Map(conditions.map((row) => [row.id, row])),
    sizes: new Map(sizes.map(({ id, bytes }) => [id, bytes])),
    queries: new Map(texts.map(({ id, query }) => [id, query])),
    used: new Map(used.map(({ id, used: share }) => [id, share])),
  };
  return {
    serverMajor: session.major,
    lastId: 0,
    searchPath: session.path.filter((schema) => schema !== 'pg_catalog'),
    role: session.role,
    timeZone: session.zone,
    tablespace: session.tablespace,
    schemas: session.schemas,
    extensions: session.extensions,
    relations: relations.map((row) => relationOf(row, about)),
    constraints: constraints.map((row) => constraintOf(row, about.conditions.get(row.id)?.condition ?? null)),
    types: types.map(({ base, base_schema, base_typmod, not_null, ...type }) => ({
      ...type,
      base: base === null ? null : typeKey(base_schema ?? '', base),
      baseTypmod: base_typmod,
      notNull: not_null,
    })),
    functions,
    triggers: triggers.map(({ function_schema, ...trigger }) => ({ ...trigger, function: `${function_schema}.${trigger.function}` })),
    named,
    casts: casts.map(({ source, source_schema, target, target_schema, method, context }) => ({
      source: typeKey(source_schema, source),
      target: typeKey(target_schema, target),
      method,
      context,
    })),
    dependencies: dependencies.map(dependencyOf),
  };
}

/** What must be known, in one message to a server that may be far away. */
async function always(client: ClientBase): Promise<Always> {
  const { SESSION, RELATIONS, CONSTRAINTS, TYPES, FUNCTIONS, TRIGGERS, NAMED, CASTS, DEPENDENCIES } = queries;
  const read = [SESSION, RELATIONS, CONSTRAINTS, TYPES, FUNCTIONS, TRIGGERS, NAMED, CASTS, DEPENDENCIES];
  const results = await together(client, [BEGIN, ...GUARDS, ...read]);
  return results.slice(-read.length).map(({ rows }) => rows) as unknown as Always;
}

/** Rows, or none when the server would have made us wait or refused: behind a savepoint, so that the snapshot goes on. */
async function optional<Row extends Record<string, unknown>>(client: ClientBase, text: string): Promise<readonly Row[]> {
  try {
    const results = await together(client, ['SAVEPOINT optional', text, 'RELEASE SAVEPOINT optional']);
    return (results[1]?.rows ?? []) as readonly Row[];
  } catch (error) {
    if (!PASSING.has(codeOf(error) ?? '')) throw error;
    await client.query('ROLLBACK TO SAVEPOINT optional');
    return [];
  }
}

/** The results of several statements that are sent at once; the first error ends them. */
async function together(client: ClientBase, texts: readonly string[]): Promise<readonly QueryResult[]> {
  return (await client.query(texts.join(';\n'))) as unknown as readonly QueryResult[];
}

type Always = readonly [
  sessions: readonly SessionRow[],
  relations: readonly RelationRow[],
  constraints: readonly ConstraintRow[],
  types: readonly TypeRow[],
  functions: CatalogState['functions'],
  triggers: readonly TriggerRow[],
  named: CatalogState['named'],
  casts: readonly CastRow[],
  dependencies: readonly DependencyRow[],
];
type SessionRow = { major: number; path: string[]; zone: string; role: string; tablespace: string } & Pick<
  CatalogState,
  'schemas' | 'extensions'
>;
type ColumnRow = [number, string, string, string, number, boolean, boolean, string, string, string | null];
type IndexRow = Omit<CatalogIndex, 'columns' | 'included'> & { columns: (string | null)[]; keys: number };
type RelationRow = Pick<CatalogRelation, 'id' | 'schema' | 'name' | 'kind' | 'persistence' | 'owner'> & {
  method: string | null;
  tablespace: string | null;
  bytes: number;
  rows: number;
  columns: ColumnRow[] | null;
  parents: number[] | null;
  is_partition: boolean;
  is_default: boolean;
  partition_key: (string | null)[] | null;
  index: IndexRow | null;
};
type ConstraintRow = Pick<CatalogState['constraints'][number], 'id' | 'name' | 'kind' | 'relation' | 'valid' | 'index' | 'references'> & {
  type: string | null;
  type_schema: string | null;
  on_delete: string;
  columns: string[] | null;
  referenced_columns: string[] | null;
};
type TypeRow = Pick<CatalogState['types'][number], 'id' | 'schema' | 'name' | 'kind' | 'base'> & {
  base_schema: string | null;
  base_typmod: number;
  not_null: boolean;
};
/** Absent for tables that are locked; a `?` stands for what was not read. */
type ConditionRow = { readonly id: number; readonly condition: string | null; readonly expressions: string | null };
type TriggerRow = CatalogState['triggers'][number] & { function_schema: string };
type CastRow = CatalogState['casts'][number] & { source_schema: string; target_schema: string };
type DependencyRow = {
  on_kind: Dependency['on']['kind'];
  on_id: number;
  on_column: number;
  on_row_type: boolean;
  by_kind: Dependency['by']['kind'];
  by_id: number;
  by_column: number;
  relation: number;
  automatic: boolean;
};

function relationOf(
  row: RelationRow,
  about: {
    tablespace: string;
    traffic: ReadonlyMap<number, number>;
    conditions: ReadonlyMap<number, ConditionRow>;
    sizes: ReadonlyMap<number, number | null>;
    queries: ReadonlyMap<number, string>;
    used: ReadonlyMap<number, number | null>;
  },
): CatalogRelation {
  const { id, schema, name, kind, persistence, owner } = row;
  const analysed = row.rows >= 0;
  return {
    id,
    schema,
    name,
    kind,
    persistence,
    owner,
    accessMethod: row.method,
    tablespace: row.tablespace ?? about.tablespace,
    bytes: about.sizes.get(id) ?? (analysed && row.bytes > 0 ? row.bytes : null),
    rows: analysed ? row.rows : null,
    callsPerSecond: about.traffic.get(id) ?? null,
    columns: (row.columns ?? []).map(columnOf),
    parents: row.parents ?? [],
    partition: row.is_default ? 'default' : row.is_partition ? 'partition' : 'none',
    partitionKey: row.partition_key ?? [],
    query: about.queries.get(id) ?? null,
    index: row.index === null ? null : indexOf(row.index, about.conditions.get(id)),
    used: about.used.get(id) ?? null,
  };
}

function columnOf([number, name, type, schema, typmod, notNull, hasDefault, identity, generated, collation]: ColumnRow): CatalogColumn {
  return {
    number,
    name,
    type: typeKey(schema, type),
    typmod,
    collation,
    notNull,
    hasDefault,
    identity: identity !== '',
    generated: generated === 's' ? 'stored' : generated === 'v' ? 'virtual' : null,
  };
}

function indexOf({ columns, keys, ...facts }: IndexRow, text: ConditionRow | undefined): CatalogIndex {
  const { expressions = facts.expressions, condition: predicate = facts.predicate } = text ?? {};
  return {
    ...facts,
    expressions,
    predicate,
    columns: columns.slice(0, keys),
    included: columns.slice(keys).filter((name) => name !== null),
  };
}

function constraintOf(
  { type, type_schema, on_delete, columns, referenced_columns, ...row }: ConstraintRow,
  condition: string | null,
): CatalogState['constraints'][number] {
  return {
    ...row,
    condition,
    domain: type === null ? null : typeKey(type_schema ?? '', type),
    columns: columns ?? [],
    referencedColumns: referenced_columns ?? [],
    onDelete: 'arcnd'.includes(on_delete) && on_delete !== ' ' ? (on_delete as 'a') : 'a',
  };
}

/** The row type of a table is the table: who depends on one depends on the other. */
function dependencyOf(row: DependencyRow): Dependency {
  return {
    on: { kind: row.on_row_type ? 'relation' : row.on_kind, id: row.on_id, column: row.on_column },
    by: { kind: row.by_kind, id: row.by_id, column: row.by_column },
    relation: row.relation,
    automatic: row.automatic,
  };
}

/** `int4` for PostgreSQL's own types, `schema.name` for the others. */
function typeKey(schema: string, name: string): string {
  return schema === 'pg_catalog' ? name : `${schema}.${name}`;
}
