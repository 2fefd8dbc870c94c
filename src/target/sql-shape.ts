import { parse, scan, type Node, type ReindexStmt } from 'libpg-query';

/** A name as a file writes it. */
export type QualifiedName = { readonly schema: string | null; readonly name: string };

/** What a statement that cannot run in a transaction brings about, as far as the catalog can tell afterwards. */
export type LoneEffect =
  | { readonly kind: 'create_index'; readonly table: QualifiedName; readonly index: string | null; readonly ifNotExists: boolean }
  | { readonly kind: 'drop_index'; readonly indexes: readonly QualifiedName[] }
  | { readonly kind: 'detach'; readonly parent: QualifiedName; readonly partition: QualifiedName }
  | { readonly kind: 'add_value'; readonly type: QualifiedName; readonly value: string }
  /** REINDEX CONCURRENTLY can be repeated, and leaves half-built copies when it is cut off. */
  | { readonly kind: 'reindex'; readonly of: 'index' | 'table' | 'schema' | 'database'; readonly name: QualifiedName }
  /** Running it twice does what running it once does: VACUUM, REINDEX, REFRESH, ANALYZE, CLUSTER, ALTER SYSTEM. */
  | { readonly kind: 'repeatable' }
  /** DO and CALL that commit by themselves: an error in the middle leaves what was committed before it. */
  | { readonly kind: 'in_parts' }
  /** All or nothing, but which of the two cannot be read afterwards. */
  | { readonly kind: 'unknown' };

/** Reads the effect of a lone statement from PostgreSQL's own parse tree. */
export async function loneEffect(sql: string): Promise<LoneEffect> {
  const node = await firstNode(sql);
  if (node === null) return { kind: 'unknown' };
  if ('IndexStmt' in node && node.IndexStmt.concurrent === true && node.IndexStmt.relation !== undefined) {
    const { relation, idxname, if_not_exists: ifNotExists } = node.IndexStmt;
    return { kind: 'create_index', table: nameOf(relation), index: idxname ?? null, ifNotExists: ifNotExists === true };
  }
  if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_INDEX') {
    return { kind: 'drop_index', indexes: (node.DropStmt.objects ?? []).map(droppedName) };
  }
  if ('AlterTableStmt' in node && node.AlterTableStmt.relation !== undefined) {
    const command = node.AlterTableStmt.cmds?.[0];
    const change = command !== undefined && 'AlterTableCmd' in command ? command.AlterTableCmd : undefined;
    const partition = change?.def !== undefined && 'PartitionCmd' in change.def ? change.def.PartitionCmd.name : undefined;
    if (change?.subtype === 'AT_DetachPartition' && partition !== undefined)
      return { kind: 'detach', parent: nameOf(node.AlterTableStmt.relation), partition: nameOf(partition) };
  }
  if ('AlterEnumStmt' in node && node.AlterEnumStmt.newVal !== undefined && node.AlterEnumStmt.oldVal === undefined)
    return { kind: 'add_value', type: nameFrom(node.AlterEnumStmt.typeName ?? []), value: node.AlterEnumStmt.newVal };
  if ('ReindexStmt' in node && (node.ReindexStmt.params ?? []).some(isConcurrently)) return reindexOf(node.ReindexStmt);
  if ('DoStmt' in node || 'CallStmt' in node) return { kind: 'in_parts' };
  const repeatable = ['VacuumStmt', 'ReindexStmt', 'RefreshMatViewStmt', 'ClusterStmt', 'CheckPointStmt', 'AlterSystemStmt'];
  return { kind: repeatable.some((type) => type in node) ? 'repeatable' : 'unknown' };
}

function reindexOf({ kind, relation, name }: ReindexStmt): LoneEffect {
  const of = { REINDEX_OBJECT_INDEX: 'index', REINDEX_OBJECT_TABLE: 'table', REINDEX_OBJECT_SCHEMA: 'schema' } as const;
  const whole = { schema: null, name: name ?? '' };
  const scope = kind === undefined || !(kind in of) ? 'database' : of[kind as keyof typeof of];
  return { kind: 'reindex', of: scope, name: relation === undefined ? whole : nameOf(relation) };
}

function isConcurrently(option: Node): boolean {
  return 'DefElem' in option && option.DefElem.defname === 'concurrently';
}

/**
 * Whether the statement is a session-wide SET or RESET: a file expects it to hold for the statements after it. So is
 * `SELECT set_config(…, false)` alone, as pg_dump writes it.
 */
export async function setsSession(sql: string): Promise<boolean> {
  if (!/\b(?:re)?set\b|\bset_config\b/i.test(sql)) return false;
  const node = await firstNode(sql);
  if (node === null) return false;
  if ('VariableSetStmt' in node) return node.VariableSetStmt.is_local !== true;
  if (!('SelectStmt' in node) || node.SelectStmt.fromClause !== undefined) return false;
  const targets = node.SelectStmt.targetList ?? [];
  return targets.length > 0 && targets.every(setsForSession);
}

/** `set_config(name, value, false)` with constants. */
function setsForSession(target: Node): boolean {
  const call = 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (call === undefined || !('FuncCall' in call)) return false;
  const [, , local] = call.FuncCall.args ?? [];
  const isFalse =
    local !== undefined && 'A_Const' in local && local.A_Const.boolval !== undefined && local.A_Const.boolval.boolval !== true;
  return isFalse && nameFrom(call.FuncCall.funcname ?? []).name === 'set_config';
}

/**
 * Whether the query only reads, so that it can be fetched in portions through a cursor. False for SELECT … INTO, SHOW and the like.
 */
export async function isQuery(sql: string): Promise<boolean> {
  const node = await firstNode(sql);
  return node !== null && 'SelectStmt' in node && node.SelectStmt.intoClause === undefined;
}

/**
 * An UPDATE or DELETE confined by one more condition, which `range` writes for the name the statement gives its table; everything else
 * stays byte for byte as it was approved. The text is cut at PostgreSQL's own tokens, whose positions are bytes (N25).
 * Null when it is neither of them.
 */
export async function confined(sql: string, range: (table: string) => string): Promise<string | null> {
  const node = await firstNode(sql);
  const change = node === null ? null : 'UpdateStmt' in node ? node.UpdateStmt : 'DeleteStmt' in node ? node.DeleteStmt : null;
  if (change?.relation === undefined) return null;
  const condition = range(quoted(change.relation.alias?.aliasname ?? change.relation.relname ?? ''));

  const bytes = Buffer.from(sql);
  const slice = (from: number, to?: number) => bytes.subarray(from, to).toString();
  let depth = 0;
  let where: { readonly start: number; readonly end: number } | null = null;
  let end = bytes.length;
  let last = 0;
  for (const token of (await scan(sql)).tokens) {
    const word = token.text.toLowerCase();
    if (token.tokenName.endsWith('COMMENT')) continue;
    if (word === '(' || word === '[') depth += 1;
    if (word === ')' || word === ']') depth -= 1;
    if (depth === 0 && token.keywordName === 'RESERVED_KEYWORD' && word === 'where') where = { start: token.start, end: token.end };
    if (word === ';' || (depth === 0 && token.keywordName === 'RESERVED_KEYWORD' && word === 'returning')) {
      end = token.start;
      break;
    }
    last = token.end;
  }
  // A line break before each bracket: a comment at the end of the text must not swallow it.
  if (where === null) return `${slice(0, last)}\nWHERE ${condition}\n${slice(end)}`;
  return `${slice(0, where.end)} (${slice(where.end, last)}\n) AND ${condition}\n${slice(end)}`;
}

/** An identifier, quoted. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A qualified name, quoted. */
export function quotedName({ schema, name }: QualifiedName): string {
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

/** The first statement of a text as PostgreSQL's own parser reads it; null for what it does not know. */
export async function firstNode(sql: string): Promise<Node | null> {
  try {
    const { stmts } = await parse(sql);
    return stmts?.[0]?.stmt ?? null;
  } catch {
    // The server has the word on what this parser does not know.
    return null;
  }
}

function nameOf(relation: { schemaname?: string; relname?: string }): QualifiedName {
  return { schema: relation.schemaname ?? null, name: relation.relname ?? '' };
}

function droppedName(node: Node): QualifiedName {
  return nameFrom('List' in node ? (node.List.items ?? []) : []);
}

/** A name from the parser's list of its parts. */
export function nameFrom(items: readonly Node[]): QualifiedName {
  const parts = items.map((item) => ('String' in item ? (item.String.sval ?? '') : ''));
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}
