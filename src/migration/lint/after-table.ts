import type { ColumnDef, TableLikeClause } from 'libpg-query';
import type { CatalogColumn, CatalogRelation } from '../../domain/catalog.ts';
import { relationOf } from '../names.ts';
import { addConstraint } from './after-constraint.ts';
import { sizedType } from './column-type.ts';
import type { Draft } from './draft.ts';
import type { NodeOf } from './effect.ts';
import { addNamed } from './placed.ts';
import { object } from './reach.ts';
import { isSerial } from './type-name.ts';

/** A new table, partition or child, with its columns, constraints, sequences and indexes. */
export function createTable(draft: Draft, statement: NodeOf<'CreateStmt'>): void {
  const above = (statement.inhRelations ?? []).flatMap((node) =>
    'RangeVar' in node ? (draft.catalog.relation(relationOf(node.RangeVar)) ?? []) : [],
  );
  const isPartition = statement.partbound !== undefined;
  const key = (statement.partspec?.partParams ?? []).map((node) => ('PartitionElem' in node ? (node.PartitionElem.name ?? null) : null));
  const table = addNamed(draft, statement.relation, statement.partspec === undefined ? 'r' : 'p', {
    parents: above.map(({ id }) => id),
    partition: !isPartition ? 'none' : statement.partbound?.is_default === true ? 'default' : 'partition',
    partitionKey: key,
    columns: above.flatMap(({ columns }) => columns).map((column, index) => ({ ...column, number: index + 1 })),
  });
  if (table === null) return;
  for (const parent of above)
    draft.depends({ on: object('relation', parent.id), by: object('relation', table.id), relation: table.id, automatic: isPartition });
  for (const element of statement.tableElts ?? []) {
    if ('ColumnDef' in element) addColumn(draft, table.id, element.ColumnDef);
    if ('Constraint' in element) addConstraint(draft, table.id, element.Constraint);
    if ('TableLikeClause' in element) copyLike(draft, table.id, element.TableLikeClause);
  }
  if (isPartition) copyIndexes(draft, table.id, above);
}

function copyColumns(draft: Draft, id: number, model: string): void {
  const [table, source] = [draft.catalog.byId(id), draft.catalog.relation(model)];
  if (table === null || source === null) return;
  const from = table.columns.length;
  draft.relation(id, {
    columns: [...table.columns, ...source.columns.map((column, index) => ({ ...column, number: from + index + 1, identity: false }))],
  });
}

/** CREATE_TABLE_LIKE_INDEXES of PostgreSQL. */
const WITH_INDEXES = 64;

function copyLike(draft: Draft, id: number, { relation, options = 0 }: TableLikeClause): void {
  const model = draft.catalog.relation(relationOf(relation));
  copyColumns(draft, id, relationOf(relation));
  if (model === null || (options & WITH_INDEXES) === 0) return;
  copyIndexes(draft, id, [model]);
  const keys = draft.catalog.constraintsOn(model.id).filter(({ kind }) => kind === 'p' || kind === 'u');
  for (const { kind, columns } of keys)
    draft.addConstraint({ name: `${draft.catalog.byId(id)?.name ?? ''}_${kind}key`, kind, relation: id, columns });
}

function copyIndexes(draft: Draft, id: number, above: readonly CatalogRelation[]): void {
  const table = draft.catalog.byId(id);
  if (table === null) return;
  for (const { index, name } of above.flatMap((parent) => draft.catalog.indexesOn(parent.id))) {
    if (index === null) continue;
    const { table: _, ...facts } = index;
    draft.addIndex(table, `${table.name}_${name}`, facts);
  }
}

/** Adds a column with its constraints and, when it numbers rows, its sequence. */
export function addColumn(draft: Draft, id: number, definition: ColumnDef): void {
  const table = draft.catalog.byId(id);
  const name = definition.colname ?? '';
  if (table === null || table.columns.some((column) => column.name === name)) return;
  const constraints = (definition.constraints ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  const has = (kind: string) => constraints.some(({ contype }) => contype === kind);
  const serial = isSerial(definition.typeName);
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED');
  const sized = sizedType(draft.catalog, definition.typeName);
  const column: CatalogColumn = {
    number: Math.max(0, ...table.columns.map(({ number }) => number)) + 1,
    name,
    type: serial ? (/8|big/.test(sized.type) ? 'int8' : /2|small/.test(sized.type) ? 'int2' : 'int4') : sized.type,
    typmod: sized.typmod,
    collation: null,
    notNull: serial || has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY') || has('CONSTR_IDENTITY'),
    hasDefault: serial || has('CONSTR_DEFAULT') || generated !== undefined,
    identity: has('CONSTR_IDENTITY'),
    generated: generated === undefined ? null : generated.generated_kind === 'v' ? 'virtual' : 'stored',
  };
  draft.relation(id, { columns: [...table.columns, column] });
  if (serial || column.identity) {
    const sequence = draft.addRelation({ schema: table.schema, name: `${table.name}_${name}_seq`, kind: 'S' });
    const on = { kind: 'relation', id, column: column.number } as const;
    draft.depends({ on, by: object('relation', sequence.id), relation: sequence.id, automatic: true });
  }
  for (const constraint of constraints) addConstraint(draft, id, constraint, name);
}
