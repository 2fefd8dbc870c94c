import type { Constraint, Node, PartitionBoundSpec } from 'libpg-query';
import type { CatalogRelation } from '../../domain/catalog.ts';
import { derived, objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { parserInUse } from '../parser.ts';
import { namedOnly, relationsRead } from '../walk.ts';
import { columnAdvice } from './advice.ts';
import { besidesOf, boundsText } from './attached.ts';
import type { Catalog } from './catalog.ts';
import { dependsOn, effect, fails, lock, note, warning } from './effect.ts';
import { sizedType } from './column-type.ts';
import { basesOf, family } from './reach.ts';
import { refusedKey } from './refused-commands.ts';
import { isSerial } from './type-name.ts';
import { foreignFunctions } from './volatility.ts';
import { readWholeBy } from './reads-whole.ts';
import type { Judges, NodeOf } from './effect.ts';

/** New tables, views and sequences: what they lock among the relations that were there (rows 72, 87, 92, 105, 117). */
export const tables: Judges = {
  CreateStmt(statement, { sql, context: { catalog } }) {
    const table = relationOf(statement.relation);
    const elements = statement.tableElts ?? [];
    const referenced = elements
      .flatMap(constraintsOf)
      .flatMap((constraint) => (constraint.pktable === undefined ? [] : [relationOf(constraint.pktable)]));
    const parents = referenced.filter((parent) => parent !== table);
    const above = (statement.inhRelations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const isPartition = statement.partbound !== undefined;
    const models = elements.flatMap((node) => ('TableLikeClause' in node ? [relationOf(node.TableLikeClause.relation)] : []));
    const parent = isPartition ? (catalog?.relation(above[0] ?? '') ?? null) : null;
    const beside = catalog === undefined || parent === null ? null : besidesOf(catalog, parent);
    return effect({
      what: `CREATE TABLE ${table}${isPartition ? ` PARTITION OF ${above.join(', ')}` : ''}`,
      locks: [
        ...lock(isPartition ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', ...above),
        ...lock('SHARE ROW EXCLUSIVE', ...parents.flatMap((parent) => family(catalog, parent, catalog?.relation(parent)?.kind !== 'p'))),
        ...(beside?.locks ?? []),
        ...lock('ACCESS SHARE', ...models, ...(statement.ofTypename === undefined ? [] : [qualified(wordsOf(statement.ofTypename.names))])),
      ],
      scans: beside?.scans ?? [],
      hazards: [
        ...elements.flatMap((element) => ('ColumnDef' in element ? columnAdvice(element.ColumnDef, constraintsOf(element)) : [])),
        ...(beside?.hazards ?? []),
        ...[...new Set(parents)].map((parent) =>
          note(
            'locks_parent',
            `Writes to ${parent} wait for the moment it takes, and while it waits.`,
            `-- create the table without the foreign key, then:\n${keysTo(elements, parent, table)}`,
          ),
        ),
        ...(catalog === undefined ? [] : refusedKeys(catalog, table, elements)),
        ...(isPartition ? partitionHazards(table, above[0] ?? '', parent, { sql, bound: statement.partbound }) : []),
      ],
    });
  },
  CreateForeignTableStmt: (statement) => effect({ what: `CREATE FOREIGN TABLE ${relationOf(statement.base?.relation)}` }),
  ViewStmt(statement, { context: { catalog } }) {
    const view = relationOf(statement.view);
    const replaced = statement.replace === true;
    return effect({
      what: `CREATE ${replaced ? 'OR REPLACE ' : ''}VIEW ${view}`,
      locks: [...lock('ACCESS SHARE', ...relationsRead(statement.query)), ...(replaced ? lock('ACCESS EXCLUSIVE', view) : [])],
      hazards: replaced ? changedColumns(catalog?.relation(view) ?? null, statement) : [],
    });
  },
  CreateTableAsStmt(statement, { context: { catalog } }) {
    const made = relationOf(statement.into?.rel);
    const isView = statement.objtype === 'OBJECT_MATVIEW';
    const sources = relationsRead(statement.query);
    const foreign = foreignFunctions(statement.query);
    return effect({
      what: `CREATE ${isView ? 'MATERIALIZED VIEW' : 'TABLE'} ${made} AS`,
      locks: lock('ACCESS SHARE', ...withBases(catalog, sources, namedOnly(statement.query))),
      scans: statement.into?.skipData === true ? [] : scansOf(statement.query, catalog),
      hazards: [
        ...(foreign.length === 0 ? [] : [note('calls_function', `Calls ${foreign.join(', ')}, whose body is not in this statement.`)]),
        ...(isView ? [] : [note('copies_no_constraints', 'Copies rows, but no defaults, constraints, indexes or grants.')]),
      ],
    });
  },
  RefreshMatViewStmt(statement, { context: { catalog } }) {
    const view = relationOf(statement.relation);
    const known = catalog?.relation(view) ?? null;
    const quick = statement.skipData === true;
    const bases =
      catalog === undefined || known === null || quick
        ? []
        : basesOf(catalog, known).flatMap((base) => family(catalog, catalog.show(base)));
    // Filled again it is read for its indexes, and by CONCURRENTLY to compare.
    const isRead = catalog === undefined || known === null || statement.concurrent === true || catalog.indexesOn(known.id).length > 0;
    const concurrently = statement.concurrent === true;
    const recipe = `REFRESH MATERIALIZED VIEW CONCURRENTLY ${view};`;
    return effect({
      what: `REFRESH MATERIALIZED VIEW ${concurrently ? 'CONCURRENTLY ' : ''}${view}`,
      locks: [...lock(concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE', view), ...lock('ACCESS SHARE', ...bases)],
      rewrites: concurrently ? [] : [view],
      scans: quick ? [] : [...(isRead ? [view] : []), ...readWhole(known?.query ?? null, bases, catalog)],
      hazards: [
        ...(concurrently ? [] : [warning('refresh', `Nobody reads ${view} until it is filled again.`, recipe)]),
        ...(concurrently ? withoutUniqueIndex(catalog, known) : []),
        ...(known !== null
          ? []
          : [
              dependsOn(
                concurrently
                  ? 'a unique index, without which it fails; the tables of its query are read'
                  : 'its query, whose tables are read',
              ),
            ]),
      ],
    });
  },
  AlterSeqStmt(statement) {
    const sequence = relationOf(statement.sequence);
    const names = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
    return effect({
      what: `ALTER SEQUENCE ${sequence}`,
      locks: [...lock('SHARE ROW EXCLUSIVE', sequence), ...lock('ACCESS SHARE', ...ownerOf(statement.options))],
      rewrites: names.some(({ defname }) => defname !== 'owned_by') ? [sequence] : [],
      hazards: [note('nextval_waits', `nextval waits, and with it every INSERT that draws from ${sequence}.`)],
    });
  },
  CreateSeqStmt: (statement) =>
    effect({ what: `CREATE SEQUENCE ${relationOf(statement.sequence)}`, locks: lock('ACCESS SHARE', ...ownerOf(statement.options)) }),
};

/** The foreign keys of a new table that point at one other table, as statements of their own. */
function keysTo(elements: readonly Node[], parent: string, table: string): string {
  const keys = elements.flatMap((element) =>
    constraintsOf(element)
      .filter(({ pktable }) => pktable !== undefined && relationOf(pktable) === parent)
      .map((constraint) => {
        const own = 'ColumnDef' in element ? [element.ColumnDef.colname ?? ''] : wordsOf(constraint.fk_attrs);
        const target = wordsOf(constraint.pk_attrs).map(quoted).join(', ');
        return `ALTER TABLE ${table} ADD FOREIGN KEY (${own.map(quoted).join(', ')}) REFERENCES ${parent}${target === '' ? '' : ` (${target})`} NOT VALID;`;
      }),
  );
  return keys.join('\n');
}

/** Foreign keys of a new table that PostgreSQL refuses. */
function refusedKeys(catalog: Catalog, table: string, elements: readonly Node[]) {
  const typeOf = (name: string) => {
    const found = elements.find((each) => 'ColumnDef' in each && each.ColumnDef.colname === name);
    const type = found !== undefined && 'ColumnDef' in found ? found.ColumnDef.typeName : undefined;
    return type === undefined ? undefined : isSerial(type) ? 'int8' : sizedType(catalog, type).type;
  };
  return elements.flatMap((element) =>
    constraintsOf(element)
      .filter(({ pktable }) => pktable !== undefined && relationOf(pktable) !== table)
      .flatMap((constraint) => {
        const own = 'ColumnDef' in element ? [element.ColumnDef.colname ?? ''] : wordsOf(constraint.fk_attrs);
        return refusedKey(catalog, {
          parent: relationOf(constraint.pktable),
          columns: wordsOf(constraint.pk_attrs),
          types: own.map(typeOf),
        });
      }),
  );
}

/** The table of the column a sequence is OWNED BY. */
function ownerOf(options: readonly Node[] | undefined): readonly string[] {
  const owner = (options ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'owned_by');
  const arg = owner !== undefined && 'DefElem' in owner ? owner.DefElem.arg : undefined;
  const table = objectWords(arg).slice(0, -1);
  return table.length === 0 ? [] : [qualified(table)];
}

function partitionHazards(
  table: string,
  parent: string,
  known: CatalogRelation | null,
  { sql, bound }: { readonly sql: string; readonly bound: PartitionBoundSpec | undefined },
) {
  const values = /\b(?:for\s+values\s[\s\S]*|default)$/i.exec(sql.trim())?.[0] ?? 'FOR VALUES …';
  const check = `ALTER TABLE ${table} ADD CONSTRAINT ${derived(table, 'bounds')} CHECK (${boundsText(known, bound) ?? '…'});`;
  const recipe = `CREATE TABLE ${table} (LIKE ${parent} INCLUDING ALL);\n${check}\nALTER TABLE ${parent} ATTACH PARTITION ${table} ${values};`;
  return [
    warning('partition_locks_parent', `Nobody reads or writes ${parent} for the moment it takes, nor while it waits.`, recipe),
    ...(known !== null ? [] : [dependsOn('whether there is a DEFAULT partition, which is locked and read too')]),
  ];
}

function constraintsOf(element: Node): readonly Constraint[] {
  if ('Constraint' in element) return [element.Constraint];
  if (!('ColumnDef' in element)) return [];
  return (element.ColumnDef.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}

/** Tables a query reads whole. Without a catalog those it names and asks for no rows in particular: an index may serve anything else. */
export function scansOf(query: Node | undefined, catalog?: Catalog): readonly string[] {
  return query !== undefined && 'SelectStmt' in query ? scansOfSelect(query.SelectStmt, catalog) : [];
}

export function scansOfSelect(select: NodeOf<'SelectStmt'>, catalog?: Catalog): readonly string[] {
  if (catalog !== undefined) return readWholeBy(catalog, select);
  const tables = new Set(relationsRead(select));
  return wholeTables(select).filter((table) => tables.has(table));
}

/** Relations a query names, with what their views read and the tables below them, unless it says ONLY. */
export function withBases(
  catalog: Catalog | undefined,
  names: readonly string[],
  only: ReadonlySet<string> = new Set(),
): readonly string[] {
  if (catalog === undefined) return names;
  return names.flatMap((name) => {
    const relation = catalog.relation(name);
    if (relation === null) return [name];
    const bases = relation.kind === 'v' ? basesOf(catalog, relation) : [];
    return [relation, ...bases].flatMap((each) => family(catalog, catalog.show(each), only.has(name)));
  });
}

/** Tables of a materialised view's query that are read whole; all of them when the query cannot be read. */
function readWhole(query: string | null, bases: readonly string[], catalog: Catalog | undefined): readonly string[] {
  const parser = parserInUse();
  if (query === null || parser === null) return bases;
  const statement = parser.parse(query).stmts?.[0]?.stmt;
  return scansOf(statement, catalog);
}

/** REFRESH … CONCURRENTLY compares rows by a unique index of plain columns. */
function withoutUniqueIndex(catalog: Catalog | undefined, view: CatalogRelation | null) {
  if (catalog === undefined || view === null) return [];
  const found = catalog
    .indexesOn(view.id)
    .some(({ index }) => index?.unique === true && index.valid && index.predicate === null && index.expressions === null);
  const name = catalog.show(view);
  return found ? [] : [fails('55000', `${name} has no unique index.`, `CREATE UNIQUE INDEX ON ${name} (…);`)];
}

/** OR REPLACE may add columns at the end; it can neither drop nor rename one (42P16). */
function changedColumns(view: CatalogRelation | null, { view: named, query, aliases }: NodeOf<'ViewStmt'>) {
  const names = aliases !== undefined && aliases.length > 0 ? wordsOf(aliases) : columnNames(query);
  if (view === null || view.kind !== 'v' || names === null) return [];
  const wrong = view.columns.find(({ name }, position) => (names[position] !== undefined ? names[position] !== name : true));
  if (wrong === undefined) return [];
  const recipe = `DROP VIEW ${relationOf(named)};\n-- and create it anew, in the same file`;
  return [
    fails('42P16', `the new query has no column ${quoted(wrong.name)} in its place; OR REPLACE only adds columns at the end.`, recipe),
  ];
}

/** The names a query gives its columns; null where only the server can tell (a star, a function without a name). */
function columnNames(query: Node | undefined): readonly string[] | null {
  if (query === undefined || !('SelectStmt' in query) || query.SelectStmt.targetList === undefined) return null;
  const names = query.SelectStmt.targetList.map((target) => {
    if (!('ResTarget' in target)) return null;
    const { name, val } = target.ResTarget;
    if (name !== undefined) return name;
    return val !== undefined && 'ColumnRef' in val && !JSON.stringify(val).includes('A_Star')
      ? (wordsOf(val.ColumnRef.fields).at(-1) ?? null)
      : null;
  });
  return names.includes(null) ? null : names.filter((name) => name !== null);
}

function wholeTables(select: NodeOf<'SelectStmt'>): readonly string[] {
  if (select.whereClause !== undefined || select.limitCount !== undefined) return [];
  const from = (select.fromClause ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
  const both = [select.larg, select.rarg].flatMap((side) => (side === undefined ? [] : wholeTables(side)));
  return [...new Set([...from, ...both])];
}
