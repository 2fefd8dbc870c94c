import { parse, scan, type Node } from 'libpg-query';

/** A name as a file writes it. */
export type QualifiedName = { readonly schema: string | null; readonly name: string };

/** What a statement that cannot run in a transaction brings about, as far as the catalog can tell afterwards. */
export type LoneEffect =
  | { readonly kind: 'create_index'; readonly table: QualifiedName; readonly index: string | null; readonly ifNotExists: boolean }
  | { readonly kind: 'drop_index'; readonly indexes: readonly QualifiedName[] }
  | { readonly kind: 'detach'; readonly parent: QualifiedName; readonly partition: QualifiedName }
  /** Running it twice does what running it once does: VACUUM, REINDEX, REFRESH, ANALYZE, CLUSTER. */
  | { readonly kind: 'repeatable' }
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
  const repeatable = ['VacuumStmt', 'ReindexStmt', 'RefreshMatViewStmt', 'ClusterStmt', 'CheckPointStmt'];
  return { kind: repeatable.some((type) => type in node) ? 'repeatable' : 'unknown' };
}

/** Whether the statement is a session-wide SET: a file expects it to hold for the statements after it. */
export async function setsSession(sql: string): Promise<boolean> {
  if (!/\bset\b/i.test(sql)) return false;
  const node = await firstNode(sql);
  return node !== null && 'VariableSetStmt' in node && node.VariableSetStmt.is_local !== true;
}

/**
 * Whether the query only reads, so that it can be fetched in portions through a cursor. False for SELECT … INTO, SHOW and the like.
 */
export async function isQuery(sql: string): Promise<boolean> {
  const node = await firstNode(sql);
  return node !== null && 'SelectStmt' in node && node.SelectStmt.intoClause === undefined;
}

/**
 * An UPDATE confined to `key > $1 AND key <= $2` of the table it updates ($1 null: no lower edge); everything else stays byte for byte as it was approved.
 * The text is cut at PostgreSQL's own tokens, whose positions are bytes (N25). Null when it is not an UPDATE of a table.
 */
export async function confineUpdate(sql: string, key: string, type: string): Promise<string | null> {
  const node = await firstNode(sql);
  if (node === null || !('UpdateStmt' in node) || node.UpdateStmt.relation === undefined) return null;
  const { relation } = node.UpdateStmt;
  const column = `${quoted(relation.alias?.aliasname ?? relation.relname ?? '')}.${quoted(key)}`;
  // The first batch has no lower edge. The planner knows $1 when it plans, so the OR costs nothing.
  const range = `(($1::${type} IS NULL OR ${column} > $1::${type}) AND ${column} <= $2::${type})`;

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
  if (where === null) return `${slice(0, last)}\nWHERE ${range}\n${slice(end)}`;
  return `${slice(0, where.end)} (${slice(where.end, last)}\n) AND ${range}\n${slice(end)}`;
}

/** An identifier, quoted. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A qualified name, quoted. */
export function quotedName({ schema, name }: QualifiedName): string {
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

async function firstNode(sql: string): Promise<Node | null> {
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
  const items = 'List' in node ? (node.List.items ?? []) : [];
  const parts = items.map((item) => ('String' in item ? (item.String.sval ?? '') : ''));
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}
