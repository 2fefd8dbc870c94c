import type { Node } from 'libpg-query';
import type { Statement } from '../../domain/plan.ts';
import { foreignFunctions, volatility } from '../lint/volatility.ts';
import { relationOf } from '../names.ts';
import type { Parser } from '../parser.ts';
import { relationsRead } from '../walk.ts';
import { assignmentsOf, clausesOf } from './clauses.ts';

/** What the up gives a column, as expressions over its own row: a value equal to one of them is computed again by the next up. `always`: the server keeps it itself. */
export type Recomputed = (table: string, column: string) => readonly string[] | 'always';

/** Constant defaults, generated columns, and what UPDATEs without other tables compute, of all statements of an up. */
export function recomputed(parser: Parser, statements: readonly Pick<Statement, 'sql'>[]): Recomputed {
  const found = new Map<string, string[]>();
  const generated = new Set<string>();
  const add = (table: string, column: string, expression: string) => {
    const key = `${table} ${column}`;
    found.set(key, [...(found.get(key) ?? []), expression]);
  };
  for (const { sql } of statements) {
    const node = parser.parse(sql).stmts?.[0]?.stmt;
    if (node === undefined) continue;
    if ('UpdateStmt' in node)
      for (const [column, expression] of assignments(parser, node.UpdateStmt, sql))
        add(tableOf(node.UpdateStmt.relation), column, expression);
    if (!('AlterTableStmt' in node)) continue;
    const table = tableOf(node.AlterTableStmt.relation);
    for (const { name, constraint } of addedColumns(node.AlterTableStmt.cmds ?? [])) {
      if (constraint.contype === 'CONSTR_GENERATED') generated.add(`${table} ${name}`);
      const literal = constraint.contype === 'CONSTR_DEFAULT' ? literalOf(constraint.raw_expr) : null;
      if (literal !== null) add(table, name, literal);
    }
  }
  return (table, column) => (generated.has(`${table} ${column}`) ? 'always' : (found.get(`${table} ${column}`) ?? []));
}

function tableOf(range: Parameters<typeof relationOf>[0]): string {
  return relationOf(range);
}

type Update = Extract<Node, { UpdateStmt: unknown }>['UpdateStmt'];

function assignments(parser: Parser, statement: Update, sql: string): ReadonlyMap<string, string> {
  const { fromClause, withClause, relation, targetList } = statement;
  const pure =
    foreignFunctions(targetList).length === 0 &&
    volatility(targetList, undefined).volatile.length === 0 &&
    relationsRead(targetList).length === 0;
  if (fromClause !== undefined || withClause !== undefined || relation?.alias !== undefined || !pure) return new Map();
  return assignmentsOf(parser, clausesOf(parser, sql, ['UPDATE', 'SET', 'FROM', 'WHERE', 'RETURNING']).get('SET') ?? '');
}

function addedColumns(cmds: readonly Node[]) {
  return cmds.flatMap((cmd) => {
    const def = 'AlterTableCmd' in cmd && cmd.AlterTableCmd.subtype === 'AT_AddColumn' ? cmd.AlterTableCmd.def : undefined;
    if (def === undefined || !('ColumnDef' in def)) return [];
    const { colname = '', constraints = [] } = def.ColumnDef;
    return constraints.flatMap((node) => ('Constraint' in node ? [{ name: colname, constraint: node.Constraint }] : []));
  });
}

/** A constant as a literal whose type the column decides; null for anything that is computed. */
function literalOf(node: Node | undefined): string | null {
  if (node === undefined) return null;
  if ('TypeCast' in node) return literalOf(node.TypeCast.arg);
  if (!('A_Const' in node)) return null;
  const { sval, ival, fval, boolval } = node.A_Const;
  if (sval !== undefined) return `'${(sval.sval ?? '').replaceAll("'", "''")}'`;
  if (boolval !== undefined) return String(boolval.boolval ?? false);
  if (fval !== undefined) return fval.fval ?? null;
  return ival === undefined ? null : String(ival.ival ?? 0);
}
