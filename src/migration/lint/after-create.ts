import type { Node } from 'libpg-query';
import type { CatalogFunction, CatalogRelation } from '../../domain/catalog.ts';
import { objectWords, qualified, quoted, relationOf, wordsOf } from '../names.ts';
import { relationsRead } from '../walk.ts';
import { conditionText } from './after-constraint.ts';
import { createTable } from './after-table.ts';
import { sizedType } from './column-type.ts';
import type { Draft } from './draft.ts';
import type { NodeOf } from './effect.ts';
import { addNamed, placeOf } from './placed.ts';
import { object } from './reach.ts';

/** What CREATE adds to the catalog. */
export function afterCreate(draft: Draft, node: Node): void {
  if ('CreateStmt' in node) createTable(draft, node.CreateStmt);
  else if ('CreateTableAsStmt' in node) fromQuery(draft, node.CreateTableAsStmt);
  else if ('SelectStmt' in node && node.SelectStmt.intoClause !== undefined)
    addNamed(draft, node.SelectStmt.intoClause.rel, 'r', { bytes: null, rows: null });
  else if ('ViewStmt' in node) createView(draft, node.ViewStmt);
  else if ('CreateSeqStmt' in node) createSequence(draft, node.CreateSeqStmt);
  else if ('IndexStmt' in node) createIndex(draft, node.IndexStmt);
  else if ('CompositeTypeStmt' in node) addNamed(draft, node.CompositeTypeStmt.typevar, 'c');
  else if ('CreateEnumStmt' in node) addType(draft, wordsOf(node.CreateEnumStmt.typeName), 'e');
  else if ('CreateRangeStmt' in node) addType(draft, wordsOf(node.CreateRangeStmt.typeName), 'r');
  else if ('CreateDomainStmt' in node) createDomain(draft, node.CreateDomainStmt);
  else if ('CreateFunctionStmt' in node) createFunction(draft, node.CreateFunctionStmt);
  else if ('CreateTrigStmt' in node) createTrigger(draft, node.CreateTrigStmt);
  else if ('CreateSchemaStmt' in node && node.CreateSchemaStmt.schemaname !== undefined)
    createSchema(draft, node.CreateSchemaStmt.schemaname);
}

function fromQuery(draft: Draft, { into, objtype, query }: NodeOf<'CreateTableAsStmt'>): void {
  const isView = objtype === 'OBJECT_MATVIEW';
  const made = addNamed(draft, into?.rel, isView ? 'm' : 'r', into?.skipData === true ? {} : { bytes: null, rows: null });
  if (made !== null && isView) readsFrom(draft, made, query);
}

function createView(draft: Draft, { view, query }: NodeOf<'ViewStmt'>): void {
  const made = addNamed(draft, view, 'v', { bytes: null, rows: null });
  if (made !== null) readsFrom(draft, made, query);
}

function readsFrom(draft: Draft, view: CatalogRelation, query: Node | undefined): void {
  for (const name of relationsRead(query)) {
    const base = draft.catalog.relation(name);
    if (base === null || base.id === view.id) continue;
    draft.depends({ on: object('relation', base.id), by: object('relation', view.id), relation: view.id, automatic: false });
  }
}

function createSequence(draft: Draft, { sequence, options = [] }: NodeOf<'CreateSeqStmt'>): void {
  const made = addNamed(draft, sequence, 'S');
  const owner = options.find((node) => 'DefElem' in node && node.DefElem.defname === 'owned_by');
  const words = objectWords(owner !== undefined && 'DefElem' in owner ? owner.DefElem.arg : undefined);
  const table = draft.catalog.relation(qualified(words.slice(0, -1)));
  const column = table?.columns.find(({ name }) => name === words.at(-1));
  if (made === null || table === null || column === undefined) return;
  const on = { kind: 'relation', id: table.id, column: column.number } as const;
  draft.depends({ on, by: object('relation', made.id), relation: made.id, automatic: true });
}

function createIndex(draft: Draft, statement: NodeOf<'IndexStmt'>): void {
  const table = draft.catalog.relation(relationOf(statement.relation));
  if (table === null) return;
  const columns = (statement.indexParams ?? []).map((node) => ('IndexElem' in node ? (node.IndexElem.name ?? null) : null));
  const name = statement.idxname ?? `${table.name}_${columns.map((column) => column ?? 'expr').join('_')}_idx`;
  if (draft.catalog.at(table.schema, name) !== null) return;
  draft.addIndex(table, name, {
    unique: statement.unique === true,
    valid: true,
    method: statement.accessMethod ?? 'btree',
    columns,
    included: [],
    expressions: columns.includes(null) ? '?' : null,
    predicate: statement.whereClause === undefined ? null : conditionText(statement.whereClause),
  });
}

function addType(
  draft: Draft,
  words: readonly string[],
  kind: 'e' | 'd' | 'r',
  base: { type: string; typmod: number } | null = null,
  notNull = false,
): void {
  const place = placeOf(draft, words);
  const { types } = draft.state;
  if (types.some(({ schema, name }) => schema === place.schema && name === place.name)) return;
  const id = draft.id();
  draft.change({
    types: [...draft.state.types, { id, ...place, kind, base: base?.type ?? null, baseTypmod: base?.typmod ?? -1, notNull }],
  });
}

function createDomain(draft: Draft, { domainname, typeName, constraints = [] }: NodeOf<'CreateDomainStmt'>): void {
  const words = wordsOf(domainname);
  const place = placeOf(draft, words);
  const list = constraints.flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
  addType(
    draft,
    words,
    'd',
    sizedType(draft.catalog, typeName),
    list.some(({ contype }) => contype === 'CONSTR_NOTNULL'),
  );
  for (const { contype, conname } of list) {
    if (contype !== 'CONSTR_CHECK') continue;
    draft.addConstraint({ name: conname ?? `${place.name}_check`, kind: 'c', relation: 0, domain: `${place.schema}.${place.name}` });
  }
}

function createFunction(draft: Draft, statement: NodeOf<'CreateFunctionStmt'>): void {
  const place = placeOf(draft, wordsOf(statement.funcname));
  const options = (statement.options ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));
  const option = (name: string) => JSON.stringify(options.find(({ defname }) => defname === name)?.arg ?? '');
  const inputs = (statement.parameters ?? []).flatMap((node) => ('FunctionParameter' in node ? [node.FunctionParameter] : []));
  const given = inputs.filter(({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE');
  const language = /"sval":"(\w+)"/.exec(option('language'))?.[1] ?? 'sql';
  const body = /"sval":"((?:[^"\\]|\\.)*)"/.exec(option('as'))?.[1];
  const made: CatalogFunction = {
    id: draft.id(),
    ...place,
    arguments: given.length,
    defaults: given.filter(({ defexpr }) => defexpr !== undefined).length,
    volatility: option('volatility').includes('"immutable"') ? 'i' : option('volatility').includes('"stable"') ? 's' : 'v',
    language,
    inlineable:
      language === 'sql' && body !== undefined && option('security') === '""' && option('strict') === '""'
        ? (JSON.parse(`"${body}"`) as string)
        : null,
  };
  const others = draft.state.functions.filter(
    (each) => !(each.schema === made.schema && each.name === made.name && each.arguments === made.arguments),
  );
  draft.change({ functions: [...others, made] });
}

function createTrigger(draft: Draft, statement: NodeOf<'CreateTrigStmt'>): void {
  const table = draft.catalog.relation(relationOf(statement.relation));
  if (table === null) return;
  const id = draft.id();
  const [called] = draft.catalog.functions(wordsOf(statement.funcname).map(quoted).join('.'));
  draft.change({
    triggers: [
      ...draft.state.triggers,
      { id, relation: table.id, name: statement.trigname ?? '', function: called === undefined ? '' : `${called.schema}.${called.name}` },
    ],
  });
  const by = object('trigger', id);
  draft.depends({ on: object('relation', table.id), by, relation: table.id, automatic: true });
  if (called !== undefined) draft.depends({ on: object('function', called.id), by, relation: table.id, automatic: false });
}

function createSchema(draft: Draft, name: string): void {
  if (draft.state.schemas.some((each) => each.name === name)) return;
  const id = draft.id();
  draft.change({ schemas: [...draft.state.schemas, { id, name }] });
}
