import { besides, derived, quoted, relationOf } from '../names.ts';
import { isConcurrently } from '../transaction-rule.ts';
import type { Catalog } from './catalog.ts';
import { danger, dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import type { Effect, Judged, Judges, NodeOf } from './effect.ts';
import { repeatedIndex } from './index-advice.ts';
import { family } from './reach.ts';
import { refusedColumns, refusedUnique } from './refused-commands.ts';

/** CREATE INDEX and REINDEX, rows 73–83. */
export const indexes: Judges = {
  IndexStmt(statement, { sql, context: { catalog } }) {
    const table = relationOf(statement.relation);
    const isPartitioned = catalog?.relation(table)?.kind === 'p';
    const name = statement.idxname === undefined ? '' : ` ${quoted(statement.idxname)}`;
    const kind = `CREATE ${statement.unique === true ? 'UNIQUE ' : ''}INDEX`;
    if (statement.concurrent === true) {
      return effect({
        what: `${kind} CONCURRENTLY${name} ON ${table}`,
        locks: lock('SHARE UPDATE EXCLUSIVE', table),
        scans: [table],
        hazards: [
          ...(isPartitioned ? [partitionedConcurrently(statement, table, catalog)] : []),
          ...repeats(statement, table, catalog),
          ...leftovers(statement),
          note(
            'waits_for_transactions',
            `Reads ${table} twice and waits for every older transaction, on other tables too. Interrupted, it leaves an INVALID index.`,
          ),
        ],
      });
    }
    // ON ONLY is for a partitioned table, which has no rows of its own.
    const only = statement.relation?.inh !== true;
    const recipe = `${sql.replace(/^(create\s+(?:unique\s+)?index)\b/i, '$1 CONCURRENTLY')};`;
    const tables = isPartitioned ? family(catalog, table, only) : [table];
    const advice = isPartitioned ? onEachPartition(statement, table, catalog) : recipe;
    return effect({
      what: `${kind}${name} ON ${only ? 'ONLY ' : ''}${table}`,
      locks: lock('SHARE', ...tables),
      scans: only || isThere(statement, table, catalog) ? [] : tables,
      hazards: [
        ...(only ? [] : [danger('index_blocks_writes', `Nobody writes ${table} until the index is built.`, advice)]),
        ...repeats(statement, table, catalog),
        ...refusedIndex(statement, table, catalog),
      ],
    });
  },
  ReindexStmt(statement, { context }) {
    const name = statement.relation === undefined ? (statement.name ?? '') : relationOf(statement.relation);
    const kind = (statement.kind ?? '').replace('REINDEX_OBJECT_', '');
    const concurrently = (statement.params ?? []).some(isConcurrently);
    const what = `REINDEX ${kind}${concurrently ? ' CONCURRENTLY' : ''} ${name}`;
    const table = kind === 'TABLE' ? name : kind === 'INDEX' ? tableOfIndex(context.catalog, name) : null;
    if (kind === 'SCHEMA' && context.catalog !== undefined && !concurrently) return reindexSchema(what, name, context.catalog);
    if (concurrently) return reindexConcurrently(what, { table, index: kind === 'INDEX' ? name : null });
    const recipe =
      kind === 'TABLE' || kind === 'INDEX'
        ? `REINDEX ${kind} CONCURRENTLY ${name};`
        : 'REINDEX INDEX CONCURRENTLY …;  -- one index at a time';
    return effect({
      what,
      locks: [
        ...(kind === 'INDEX' ? lock('ACCESS EXCLUSIVE', name) : []),
        ...(table === null
          ? []
          : [...lock('SHARE', table), ...lock('ACCESS EXCLUSIVE', ...(kind === 'TABLE' ? indexesOf(context.catalog, table) : []))]),
      ],
      rewrites: kind === 'INDEX' ? [name] : table === null ? [] : indexesOf(context.catalog, table),
      scans: table === null ? [] : [table],
      // ACCESS EXCLUSIVE on an index stops even queries that do not use it: the planner opens every index.
      blocks: 'reads+writes',
      hazards: [
        danger('reindex', 'Nobody writes the table, and queries on it wait as well, because the planner opens every index.', recipe),
        ...(table === null ? [dependsOn('the table behind it')] : []),
        ...(kind === 'TABLE' && context.catalog === undefined
          ? [dependsOn('which indexes it has: each is locked in ACCESS EXCLUSIVE and written anew')]
          : []),
      ],
    });
  },
};

function refusedIndex(statement: NodeOf<'IndexStmt'>, table: string, catalog: Catalog | undefined): Effect['hazards'] {
  const columns = (statement.indexParams ?? []).map((node) => ('IndexElem' in node ? (node.IndexElem.name ?? null) : null));
  if (statement.unique === true) return refusedUnique(catalog, table, columns);
  return refusedColumns(
    catalog,
    table,
    columns.filter((name) => name !== null),
  );
}

/** With IF NOT EXISTS an index that is there is not built again. */
function isThere({ if_not_exists: unlessThere, idxname }: NodeOf<'IndexStmt'>, table: string, catalog: Catalog | undefined): boolean {
  return unlessThere === true && idxname !== undefined && catalog?.relation(besides(table, idxname)) != null;
}

/** The table an index belongs to; null when the catalog does not know it. */
export function tableOfIndex(catalog: Catalog | undefined, name: string): string | null {
  const index = catalog?.relation(name)?.index;
  const table = index == null ? null : (catalog?.byId(index.table) ?? null);
  return catalog === undefined || table === null ? null : catalog.show(table);
}

function indexesOf(catalog: Catalog | undefined, table: string): readonly string[] {
  const relation = catalog?.relation(table) ?? null;
  return catalog === undefined || relation === null ? [] : catalog.indexesOn(relation.id).map(catalog.show);
}

/** An index behind a constraint goes with the constraint only. */
function ofConstraint(catalog: Catalog | undefined, name: string): Effect['hazards'] {
  const index = catalog?.relation(name) ?? null;
  const owner =
    index === null ? undefined : catalog?.state.constraints.find((each) => each.index === index.id && 'pux'.includes(each.kind));
  const table = owner === undefined ? null : (catalog?.byId(owner.relation) ?? null);
  if (catalog === undefined || index === null) return [];
  const [parent] = index.parents.flatMap((id) => catalog.byId(id) ?? []);
  if (parent !== undefined)
    return [fails('2BP01', `${name} is the part of ${catalog.show(parent)} on one partition, and goes with it only.`)];
  if (owner === undefined || table === null) return [];
  const recipe = `ALTER TABLE ${catalog.show(table)} DROP CONSTRAINT ${quoted(owner.name)};`;
  return [fails('2BP01', `${name} holds up the constraint ${quoted(owner.name)} of ${catalog.show(table)}. Drop the constraint.`, recipe)];
}

/** One table after the other, each in a transaction of its own. */
function reindexSchema(what: string, schema: string, catalog: Catalog): Effect {
  const tables = catalog.state.relations.filter((each) => quoted(each.schema) === schema && 'rm'.includes(each.kind));
  const indexed = tables.filter(({ id }) => catalog.indexesOn(id).length > 0);
  const indexes = indexed.flatMap(({ id }) => catalog.indexesOn(id).map(catalog.show));
  return effect({
    what,
    locks: [...lock('SHARE', ...indexed.map(catalog.show)), ...lock('ACCESS EXCLUSIVE', ...indexes)],
    rewrites: indexes,
    scans: indexed.map(catalog.show),
    blocks: 'reads+writes',
    hazards: [
      danger(
        'reindex',
        'Nobody writes these tables, and queries on them wait as well, because the planner opens every index.',
        indexes.map((index) => `REINDEX INDEX CONCURRENTLY ${index};`).join('\n'),
      ),
    ],
  });
}

const partitionedConcurrently = (statement: NodeOf<'IndexStmt'>, table: string, catalog: Catalog | undefined) =>
  fails('0A000', `${table} is partitioned, where CONCURRENTLY is not to be had.`, onEachPartition(statement, table, catalog));

/** The index of a partitioned table made partition by partition, with nobody waiting for it. */
function onEachPartition(statement: NodeOf<'IndexStmt'>, table: string, catalog: Catalog | undefined): string {
  const columns = (statement.indexParams ?? []).map((node) => ('IndexElem' in node ? (node.IndexElem.name ?? null) : null));
  const partitions = catalog === undefined ? [] : family(catalog, table).slice(1);
  const isPlain = !columns.includes(null) && statement.whereClause === undefined && partitions.length > 0;
  const create = `CREATE ${statement.unique === true ? 'UNIQUE ' : ''}INDEX`;
  const list = isPlain ? columns.flatMap((name) => (name === null ? [] : [quoted(name)])).join(', ') : '…';
  const name =
    statement.idxname === undefined
      ? derived(`${table}_${columns.map((each) => each ?? 'expr').join('_')}`, 'idx')
      : quoted(statement.idxname);
  const each = (isPlain ? partitions : ['…']).map((partition) => {
    const own = partition === '…' ? '…' : derived(`${partition}_${columns.join('_')}`, 'idx');
    const full = partition === '…' ? '…' : besides(partition, own.replaceAll('"', ''));
    return `${create} CONCURRENTLY ${own} ON ${partition} (${list});\nALTER INDEX ${besides(table, name.replaceAll('"', ''))} ATTACH PARTITION ${full};`;
  });
  return `${create} ${name} ON ONLY ${table} (${list});\n-- then for each partition, in a file of its own:\n${each.join('\n')}`;
}

function repeats(statement: NodeOf<'IndexStmt'>, table: string, catalog: Catalog | undefined): Effect['hazards'] {
  const columns = (statement.indexParams ?? []).map((node) => ('IndexElem' in node ? (node.IndexElem.name ?? null) : null));
  if (statement.whereClause !== undefined || (statement.accessMethod ?? 'btree') !== 'btree') return [];
  return repeatedIndex(catalog, table, columns, statement.unique === true);
}

function reindexConcurrently(what: string, on: { table: string | null; index: string | null }): Effect {
  return effect({
    what,
    locks: lock('SHARE UPDATE EXCLUSIVE', ...[on.index, on.table].filter((name) => name !== null)),
    scans: on.table === null ? [] : [on.table],
    blocks: 'ddl',
    hazards: [
      note(
        'waits_for_transactions',
        'Waits for every older transaction. Interrupted, it leaves an INVALID index that ends in _ccnew: drop it.',
      ),
    ],
  });
}

/** What a retry could mistake for success (row 78, N10). */
function leftovers(statement: NodeOf<'IndexStmt'>): Effect['hazards'] {
  return [
    ...(statement.idxname === undefined
      ? [warning('index_without_name', 'Without a name a failed try leaves an INVALID index nobody can tell from others. Name it.')]
      : []),
    ...(statement.if_not_exists === true
      ? [danger('if_not_exists_invalid', 'IF NOT EXISTS accepts the INVALID index a failed try left, and says it worked. Leave it away.')]
      : []),
  ];
}

/** DROP INDEX: the index, and the table it belongs to where it can be named (rows 79, 80). */
export function dropIndex(names: readonly string[], concurrently: boolean, { context }: Judged): Effect {
  const tables = names.map((name) => tableOfIndex(context.catalog, name));
  const below = concurrently ? [] : names.flatMap((name) => family(context.catalog, name).slice(1));
  const belowTables = below.flatMap((name) => tableOfIndex(context.catalog, name) ?? []);
  const mode = concurrently ? 'SHARE UPDATE EXCLUSIVE' : 'ACCESS EXCLUSIVE';
  return effect({
    what: `DROP INDEX ${concurrently ? 'CONCURRENTLY ' : ''}${names.join(', ')}`,
    locks: lock(mode, ...names, ...tables.filter((table) => table !== null), ...below, ...belowTables),
    hazards: [
      ...(concurrently
        ? [note('waits_for_transactions', 'Waits for every older transaction that uses the table.')]
        : [
            warning(
              'drop_index',
              'Takes ACCESS EXCLUSIVE on the table too: nobody reads or writes it for the moment it takes, nor while it waits.',
              below.length > 0 ? undefined : names.map((name) => `DROP INDEX CONCURRENTLY ${name};`).join('\n'),
            ),
          ]),
      ...(tables.includes(null) && context.catalog === undefined ? [dependsOn('the table of the index, which is locked as well')] : []),
      ...(context.catalog === undefined ? [] : names.flatMap((name) => ofConstraint(context.catalog, name))),
    ],
  });
}
