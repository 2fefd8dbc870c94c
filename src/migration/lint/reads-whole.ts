import type { Node, RangeVar, SelectStmt } from 'libpg-query';
import type { CatalogRelation } from '../../domain/catalog.ts';
import { relationOf, wordsOf } from '../names.ts';
import { walk } from '../walk.ts';
import type { Catalog } from './catalog.ts';
import { basesOf, family } from './reach.ts';

/**
 * Tables that PostgreSQL reads row by row for a query, as its planner chooses when nothing is known of the values: those
 * whose rows no index helps to find. A join on top of a table that an index narrows uses the indexes of the others.
 */
export function readWholeBy(catalog: Catalog, select: SelectStmt, outer: ReadonlySet<string> = new Set()): readonly string[] {
  const own = new Set([...outer, ...commonTables(select)]);
  const common = (select.withClause?.ctes ?? []).flatMap((node) =>
    'CommonTableExpr' in node ? ofNode(catalog, node.CommonTableExpr.ctequery, own) : [],
  );
  if (select.larg !== undefined && select.rarg !== undefined)
    return [...common, ...readWholeBy(catalog, select.larg, own), ...readWholeBy(catalog, select.rarg, own)];
  const level = { items: [] as Item[], conditions: [] as Node[], inner: [] as string[] };
  gather(level, { catalog, select, own });
  const values = innerSelects([select.targetList, select.havingClause, select.valuesLists, select.limitCount]);
  return [
    ...new Set([
      ...common,
      ...values.flatMap((each) => readWholeBy(catalog, each, own)),
      ...level.inner,
      ...wholeOf(catalog, level, select),
    ]),
  ];
}

/** The same for rows that are changed: `target`, what it is joined to, and the condition. */
export function readWholeByChange(
  catalog: Catalog,
  change: {
    readonly target: RangeVar | undefined;
    readonly from?: readonly Node[] | undefined;
    readonly where?: Node | undefined;
    readonly values?: unknown;
    readonly with?: SelectStmt['withClause'];
  },
): readonly string[] {
  const target: readonly Node[] = change.target === undefined ? [] : [{ RangeVar: change.target }];
  return readWholeBy(catalog, {
    fromClause: [...target, ...(change.from ?? [])],
    ...(change.where === undefined ? {} : { whereClause: change.where }),
    ...(change.with === undefined ? {} : { withClause: change.with }),
    targetList: innerSelects(change.values).map((each) => ({ SubLink: { subLinkType: 'EXPR_SUBLINK', subselect: { SelectStmt: each } } })),
  });
}

type Item = { readonly alias: string; readonly relation: CatalogRelation; readonly only: boolean };
type Level = { readonly items: Item[]; readonly conditions: Node[]; readonly inner: string[] };
type From = { readonly catalog: Catalog; readonly select: SelectStmt; readonly own: ReadonlySet<string> };

const commonTables = ({ withClause }: SelectStmt) =>
  (withClause?.ctes ?? []).flatMap((node) => ('CommonTableExpr' in node ? (node.CommonTableExpr.ctename ?? []) : []));

function ofNode(catalog: Catalog, node: Node | undefined, own: ReadonlySet<string>): readonly string[] {
  if (node === undefined) return [];
  if ('SelectStmt' in node) return readWholeBy(catalog, node.SelectStmt, own);
  if ('UpdateStmt' in node)
    return readWholeByChange(catalog, {
      target: node.UpdateStmt.relation,
      from: node.UpdateStmt.fromClause,
      where: node.UpdateStmt.whereClause,
    });
  if ('DeleteStmt' in node)
    return readWholeByChange(catalog, {
      target: node.DeleteStmt.relation,
      from: node.DeleteStmt.usingClause,
      where: node.DeleteStmt.whereClause,
    });
  return 'InsertStmt' in node ? ofNode(catalog, node.InsertStmt.selectStmt, own) : [];
}

/** The tables and conditions of one level; sub-queries that are pulled up into it are part of it. */
function gather(level: Level, { catalog, select, own }: From): void {
  for (const node of select.fromClause ?? []) item(level, node, { catalog, select, own });
  if (select.whereClause !== undefined) condition(level, select.whereClause, { catalog, select, own });
}

function item(level: Level, node: Node, from: From, outerAlias?: string): void {
  const { catalog, own } = from;
  if ('RangeTableSample' in node && node.RangeTableSample.relation !== undefined) return item(level, node.RangeTableSample.relation, from);
  if ('JoinExpr' in node) {
    const { larg, rarg, quals, usingClause } = node.JoinExpr;
    for (const side of [larg, rarg]) if (side !== undefined) item(level, side, from);
    if (quals !== undefined) condition(level, quals, from);
    for (const name of wordsOf(usingClause)) level.conditions.push(joinedBy(name));
  }
  if ('RangeSubselect' in node && node.RangeSubselect.subquery !== undefined && 'SelectStmt' in node.RangeSubselect.subquery) {
    const inner = node.RangeSubselect.subquery.SelectStmt;
    if (!isPlain(inner)) return void level.inner.push(...readWholeBy(catalog, inner, own));
    const alias = node.RangeSubselect.alias?.aliasname;
    for (const each of inner.fromClause ?? []) item(level, each, from, alias);
    if (inner.whereClause !== undefined) condition(level, inner.whereClause, from);
  }
  if (!('RangeVar' in node)) return;
  const range = node.RangeVar;
  const name = relationOf(range);
  const relation = own.has(name) ? null : catalog.relation(name);
  if (relation === null) return;
  level.items.push({ alias: outerAlias ?? range.alias?.aliasname ?? range.relname ?? '', relation, only: range.inh !== true });
}

/** `a.x = b.x` of JOIN … USING (x): each side is compared with another table. */
const joinedBy = (name: string): Node => ({
  A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr: columnRef(name), rexpr: columnRef('*', name) },
});
const columnRef = (...words: readonly string[]): Node => ({ ColumnRef: { fields: words.map((sval) => ({ String: { sval } })) } });

function isPlain(select: SelectStmt): boolean {
  const { groupClause, limitCount, distinctClause, havingClause, withClause, larg, targetList } = select;
  const special = [groupClause, limitCount, distinctClause, havingClause, withClause, larg].some((part) => part !== undefined);
  return !special && !JSON.stringify(targetList ?? '').includes('"FuncCall"');
}

/** EXISTS and IN become joins; other sub-queries are read on their own. */
function condition(level: Level, node: Node, from: From): void {
  level.conditions.push(node);
  walk(node, (key, value) => {
    if (key !== 'SubLink') return true;
    const { subLinkType, subselect, testexpr } = value as { subLinkType?: string; subselect?: Node; testexpr?: Node };
    if (subselect === undefined || !('SelectStmt' in subselect)) return false;
    const inner = subselect.SelectStmt;
    const isJoin = (subLinkType === 'EXISTS_SUBLINK' || subLinkType === 'ANY_SUBLINK') && isPlain(inner);
    if (!isJoin) level.inner.push(...readWholeBy(from.catalog, inner, from.own));
    else gather(level, { ...from, select: inner });
    const target = inner.targetList?.[0];
    const compared = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
    if (isJoin && testexpr !== undefined && compared !== undefined)
      level.conditions.push({ A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: '=' } }], lexpr: testexpr, rexpr: compared } });
    return false;
  });
}

function innerSelects(tree: unknown): readonly SelectStmt[] {
  const found: SelectStmt[] = [];
  walk(tree, (key, value) => {
    if (key !== 'SelectStmt') return true;
    found.push(value);
    return false;
  });
  return found;
}

function wholeOf(catalog: Catalog, { items, conditions }: Level, select: SelectStmt): readonly string[] {
  const views = items.filter(({ relation }) => relation.kind === 'v');
  const tables = items.filter(({ relation }) => 'rmpf'.includes(relation.kind));
  if (tables.length === 1 && views.length === 0 && isServedByOrder(catalog, tables[0]!, select)) return [];
  const narrowed = tables.filter((each) => conditions.some((node) => narrows(catalog, node, each)));
  const whole = tables.filter((each) => {
    if (narrowed.includes(each)) return false;
    return narrowed.length === 0 || !conditions.some((node) => joins(catalog, node, each));
  });
  const seen =
    conditions.length > 0
      ? []
      : views.flatMap(({ relation }) => basesOf(catalog, relation).map((base) => ({ relation: base, only: false })));
  return [...whole, ...seen].flatMap(({ relation, only }) => family(catalog, catalog.show(relation), only));
}

/** The first rows in the order of an index, or its least or greatest value. */
function isServedByOrder(catalog: Catalog, { relation, alias }: Item, select: SelectStmt): boolean {
  const leading = (node: Node | undefined) => isLeading(catalog, relation, columnOf(node, alias));
  const [first] = select.sortClause ?? [];
  if (select.limitCount !== undefined && first !== undefined && 'SortBy' in first) return leading(first.SortBy.node);
  const targets = select.targetList ?? [];
  if (select.whereClause !== undefined || select.groupClause !== undefined || targets.length === 0) return false;
  return targets.every((target) => {
    const call =
      'ResTarget' in target && target.ResTarget.val !== undefined && 'FuncCall' in target.ResTarget.val
        ? target.ResTarget.val.FuncCall
        : null;
    return call !== null && /^(?:min|max)$/.test(wordsOf(call.funcname).at(-1) ?? '') && leading(call.args?.[0]);
  });
}

/** Whether an index finds the rows a condition lets through, compared with what is no column of another table. */
function narrows(catalog: Catalog, node: Node, on: Item): boolean {
  if ('BoolExpr' in node) {
    const args = node.BoolExpr.args ?? [];
    const each = (arg: Node) => narrows(catalog, arg, on);
    if (node.BoolExpr.boolop === 'AND_EXPR') return args.some(each);
    return node.BoolExpr.boolop === 'OR_EXPR' && args.every(each);
  }
  if ('NullTest' in node) return isLeading(catalog, on.relation, columnOf(node.NullTest.arg, on.alias));
  if (!('A_Expr' in node)) return false;
  const sides = [node.A_Expr.lexpr, node.A_Expr.rexpr];
  return sides.some((side, at) => {
    const other = sides[1 - at];
    if (namesColumn(other)) return false;
    const name = columnOf(side, on.alias);
    if (name === 'ctid') return true;
    if (name !== null) return isLeading(catalog, on.relation, name) && !/^(?:<>|!~)/.test(wordsOf(node.A_Expr.name).at(-1) ?? '');
    return namesColumn(side) && hasOtherIndex(catalog, on.relation);
  });
}

/** Whether a table is joined by a column an index of it begins with. */
function joins(catalog: Catalog, node: Node, on: Item): boolean {
  if ('BoolExpr' in node) return node.BoolExpr.boolop === 'AND_EXPR' && (node.BoolExpr.args ?? []).some((arg) => joins(catalog, arg, on));
  if (!('A_Expr' in node) || wordsOf(node.A_Expr.name).at(-1) !== '=') return false;
  const sides = [node.A_Expr.lexpr, node.A_Expr.rexpr];
  return sides.some((side, at) => namesColumn(sides[1 - at]) && isLeading(catalog, on.relation, columnOf(side, on.alias)));
}

/** The column of this table a node is; null for any other node. Without a table before it, it may be this one's. */
function columnOf(node: Node | undefined, alias: string): string | null {
  if (node === undefined || !('ColumnRef' in node)) return null;
  const words = wordsOf(node.ColumnRef.fields);
  const [qualifier, name] = words.length > 1 ? words.slice(-2) : [undefined, words[0]];
  return name === undefined || (qualifier !== undefined && qualifier !== alias && qualifier !== '*') ? null : name;
}

function namesColumn(node: Node | undefined): boolean {
  let found = false;
  walk(node, (key) => {
    if (key === 'SubLink') return false;
    if (key === 'ColumnRef') found = true;
    return true;
  });
  return found;
}

function isLeading(catalog: Catalog, relation: CatalogRelation, column: string | null): boolean {
  return (
    column !== null && catalog.indexesOn(relation.id).some(({ index }) => index !== null && index.valid && index.columns[0] === column)
  );
}

/** Indexes whose use cannot be told from a column: of an expression, or not in order. */
function hasOtherIndex(catalog: Catalog, relation: CatalogRelation): boolean {
  return catalog
    .indexesOn(relation.id)
    .some(({ index }) => index !== null && index.valid && (index.columns[0] === null || index.method !== 'btree'));
}
