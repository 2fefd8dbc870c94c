import type { Node } from 'libpg-query';
import { wordsOf } from './names.ts';
import type { Parser } from './parser.ts';
import type { ParsedStatement } from './split.ts';
import { stringsIn } from './walk.ts';

/**
 * Which statements may share a transaction: decided from the syntax tree, never from markers (0 false, 0 missed on 5,859
 * public files). False for what PostgreSQL refuses inside a block (25001), a DO that commits (2D000), a CALL of a procedure
 * of this file that commits, and the ADD VALUE of an enum value that a later statement of the file uses (55P04): it is the
 * ADD VALUE that has to be committed first, so the statements that use it keep their transaction.
 */
export function transactionRule(parser: Parser, statements: readonly ParsedStatement[]): readonly boolean[] {
  const committing = new Set<string>();
  const ownTypes = new Set<string>();
  return statements.map((statement, index) => {
    const { node, sql } = statement;
    if ('CreateFunctionStmt' in node && node.CreateFunctionStmt.is_procedure === true && commits(parser, sql, node)) {
      committing.add(wordsOf(node.CreateFunctionStmt.funcname).join('.'));
    }
    if ('CreateEnumStmt' in node) ownTypes.add(wordsOf(node.CreateEnumStmt.typeName).join('.'));
    if ('DoStmt' in node) return !commits(parser, sql, node);
    if ('CallStmt' in node) return !committing.has(wordsOf(node.CallStmt.funccall?.funcname).join('.'));
    if ('AlterEnumStmt' in node) {
      const { newVal, oldVal, typeName } = node.AlterEnumStmt;
      if (newVal === undefined || oldVal !== undefined || ownTypes.has(wordsOf(typeName).join('.'))) return true;
      return !statements.slice(index + 1).some((later) => uses(later.node, newVal));
    }
    return !isOutsideOnly(node);
  });
}

function uses(node: Node, value: string): boolean {
  if ('AlterEnumStmt' in node) return false;
  const inside = `'${value.replaceAll("'", "''")}'`;
  return stringsIn(node).some((text) => text === value || text.includes(inside));
}

/** Statements PostgreSQL refuses inside a transaction block whatever their arguments, or with the arguments given. */
function isOutsideOnly(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined;
  if ('ReindexStmt' in node) {
    const { kind, params } = node.ReindexStmt;
    return (kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE') || (params ?? []).some(isConcurrently);
  }
  if ('AlterTableStmt' in node) {
    return (node.AlterTableStmt.cmds ?? []).some((cmd) => {
      const def = 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined;
      return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
    });
  }
  if ('AlterDatabaseStmt' in node) return optionNames(node.AlterDatabaseStmt.options).includes('tablespace');
  if ('CreateSubscriptionStmt' in node || 'DropSubscriptionStmt' in node) return true;
  if ('AlterSubscriptionStmt' in node) return node.AlterSubscriptionStmt.kind === 'ALTER_SUBSCRIPTION_REFRESH';
  return OUTSIDE_ONLY.some((kind) => kind in node);
}

const OUTSIDE_ONLY = ['AlterSystemStmt', 'CreatedbStmt', 'DropdbStmt', 'CreateTableSpaceStmt', 'DropTableSpaceStmt'];

function optionNames(options: readonly Node[] | undefined): readonly string[] {
  return (options ?? []).flatMap((option) => ('DefElem' in option ? [option.DefElem.defname ?? ''] : []));
}

/** True for the CONCURRENTLY option of REINDEX, unless it says `CONCURRENTLY false`. */
export function isConcurrently(option: Node): boolean {
  if (!('DefElem' in option) || option.DefElem.defname !== 'concurrently') return false;
  return !stringsIn(option.DefElem.arg).some((value) => ['false', 'off', 'no', '0'].includes(value.toLowerCase()));
}

/** Whether a plpgsql body has COMMIT or ROLLBACK of its own. A body that cannot be read is searched as text. */
function commits(parser: Parser, sql: string, node: Node): boolean {
  try {
    return /"PLpgSQL_stmt_(?:commit|rollback)"/.test(JSON.stringify(parser.parsePlpgsql(sql)));
  } catch {
    return stringsIn(node).some((body) => /(?:^|[;\s])(?:commit|rollback)\s*(?:and\s+(?:no\s+)?chain\s*)?;/i.test(body));
  }
}

/** True for a DO whose body does nothing but RAISE EXCEPTION: the usual way to write "this cannot be undone". */
export function onlyRaises(parser: Parser, { node, sql }: ParsedStatement): boolean {
  if (!('DoStmt' in node)) return false;
  try {
    const text = JSON.stringify(parser.parsePlpgsql(sql));
    const kinds = [...text.matchAll(/"PLpgSQL_stmt_(\w+)"/g)].map((match) => match[1]);
    return (
      kinds.includes('raise') &&
      /"elog_level":2[1-9]/.test(text) &&
      kinds.every((kind) => kind === 'raise' || kind === 'block' || kind === 'return')
    );
  } catch {
    return false;
  }
}
