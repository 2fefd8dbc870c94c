import type { Constraint, Node } from 'libpg-query';
import { objectWords, qualified, relationOf, wordsOf } from '../names.ts';
import { foreignFunctions } from './volatility.ts';
import { relationsRead } from '../walk.ts';
import { dependsOn, effect, lock, note, warning } from './effect.ts';
import type { Judges, NodeOf } from './effect.ts';

/** New tables, views and sequences: what they lock among the relations that were there (rows 72, 87, 92, 105, 117). */
export const tables: Judges = {
  CreateStmt(statement) {
    const table = relationOf(statement.relation);
    const elements = statement.tableElts ?? [];
    const referenced = elements
      .flatMap(constraintsOf)
      .flatMap((constraint) => (constraint.pktable === undefined ? [] : [relationOf(constraint.pktable)]));
    const parents = referenced.filter((parent) => parent !== table);
    const above = (statement.inhRelations ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
    const isPartition = statement.partbound !== undefined;
    const models = elements.flatMap((node) => ('TableLikeClause' in node ? [relationOf(node.TableLikeClause.relation)] : []));
    return effect({
      what: `CREATE TABLE ${table}${isPartition ? ` PARTITION OF ${above.join(', ')}` : ''}`,
      locks: [
        ...lock(isPartition ? 'ACCESS EXCLUSIVE' : 'SHARE UPDATE EXCLUSIVE', ...above),
        ...lock('SHARE ROW EXCLUSIVE', ...parents),
        ...lock('ACCESS SHARE', ...models, ...(statement.ofTypename === undefined ? [] : [qualified(wordsOf(statement.ofTypename.names))])),
      ],
      hazards: [
        ...[...new Set(parents)].map((parent) =>
          note(
            'locks_parent',
            `Writes to ${parent} wait for the moment it takes, and while it waits.`,
            `-- create the table without the foreign key, then:\nALTER TABLE ${table} ADD FOREIGN KEY (…) REFERENCES ${parent} NOT VALID;`,
          ),
        ),
        ...(isPartition ? partitionHazards(table, above[0] ?? '') : []),
      ],
    });
  },
  CreateForeignTableStmt: (statement) => effect({ what: `CREATE FOREIGN TABLE ${relationOf(statement.base?.relation)}` }),
  ViewStmt(statement) {
    const view = relationOf(statement.view);
    const replaced = statement.replace === true;
    return effect({
      what: `CREATE ${replaced ? 'OR REPLACE ' : ''}VIEW ${view}`,
      locks: [...lock('ACCESS SHARE', ...relationsRead(statement.query)), ...(replaced ? lock('ACCESS EXCLUSIVE', view) : [])],
    });
  },
  CreateTableAsStmt(statement) {
    const made = relationOf(statement.into?.rel);
    const isView = statement.objtype === 'OBJECT_MATVIEW';
    const sources = relationsRead(statement.query);
    const foreign = foreignFunctions(statement.query);
    return effect({
      what: `CREATE ${isView ? 'MATERIALIZED VIEW' : 'TABLE'} ${made} AS`,
      locks: lock('ACCESS SHARE', ...sources),
      scans: statement.into?.skipData === true ? [] : scansOf(statement.query),
      hazards: [
        ...(foreign.length === 0 ? [] : [note('calls_function', `Calls ${foreign.join(', ')}, whose body is not in this statement.`)]),
        ...(isView ? [] : [note('copies_no_constraints', 'Copies rows, but no defaults, constraints, indexes or grants.')]),
      ],
    });
  },
  RefreshMatViewStmt(statement) {
    const view = relationOf(statement.relation);
    const concurrently = statement.concurrent === true;
    const recipe = `REFRESH MATERIALIZED VIEW CONCURRENTLY ${view};`;
    return effect({
      what: `REFRESH MATERIALIZED VIEW ${concurrently ? 'CONCURRENTLY ' : ''}${view}`,
      locks: lock(concurrently ? 'EXCLUSIVE' : 'ACCESS EXCLUSIVE', view),
      rewrites: concurrently ? [] : [view],
      scans: statement.skipData === true ? [] : [view],
      hazards: [
        ...(concurrently ? [] : [warning('refresh', `Nobody reads ${view} until it is filled again.`, recipe)]),
        dependsOn(
          concurrently ? 'a unique index, without which it fails; the tables of its query are read' : 'its query, whose tables are read',
        ),
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

/** The table of the column a sequence is OWNED BY. */
function ownerOf(options: readonly Node[] | undefined): readonly string[] {
  const owner = (options ?? []).find((node) => 'DefElem' in node && node.DefElem.defname === 'owned_by');
  const arg = owner !== undefined && 'DefElem' in owner ? owner.DefElem.arg : undefined;
  const table = objectWords(arg).slice(0, -1);
  return table.length === 0 ? [] : [qualified(table)];
}

function partitionHazards(table: string, parent: string) {
  const recipe = `CREATE TABLE ${table} (LIKE ${parent} INCLUDING ALL);\nALTER TABLE ${table} ADD CONSTRAINT … CHECK (…);\nALTER TABLE ${parent} ATTACH PARTITION ${table} FOR VALUES …;`;
  return [
    warning('partition_locks_parent', `Nobody reads or writes ${parent} for the moment it takes, nor while it waits.`, recipe),
    dependsOn('whether there is a DEFAULT partition, which is locked and read too'),
  ];
}

function constraintsOf(element: Node): readonly Constraint[] {
  if ('Constraint' in element) return [element.Constraint];
  if (!('ColumnDef' in element)) return [];
  return (element.ColumnDef.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}

/** Tables a query certainly reads whole: it names them and asks for no rows in particular. An index may serve anything else. */
export function scansOf(query: Node | undefined): readonly string[] {
  return query !== undefined && 'SelectStmt' in query ? scansOfSelect(query.SelectStmt) : [];
}

export function scansOfSelect(select: NodeOf<'SelectStmt'>): readonly string[] {
  const tables = new Set(relationsRead(select));
  return wholeTables(select).filter((table) => tables.has(table));
}

function wholeTables(select: NodeOf<'SelectStmt'>): readonly string[] {
  if (select.whereClause !== undefined || select.limitCount !== undefined) return [];
  const from = (select.fromClause ?? []).flatMap((node) => ('RangeVar' in node ? [relationOf(node.RangeVar)] : []));
  const both = [select.larg, select.rarg].flatMap((side) => (side === undefined ? [] : wholeTables(side)));
  return [...new Set([...from, ...both])];
}
