import type { Node, RangeVar } from 'libpg-query';
import type { LossQuestion, LossQuestions } from '../../domain/price.ts';
import type { Migration, PlainStatement } from '../../domain/plan.ts';
import { foreignFunctions } from '../lint/volatility.ts';
import { objectWords, quoted } from '../names.ts';
import { typeText } from '../lint/type-name.ts';
import type { Parser } from '../parser.ts';
import { clausesOf } from './clauses.ts';
import { recomputed, type Recomputed } from './recomputed.ts';

/**
 * What the down of a migration would take away, from its text: dropped columns and tables, deleted and overwritten rows, narrowed types.
 * Values that the up itself computes are left out, because the next up computes them again. Pure; counting is somebody else's.
 */
export function lossQuestions(parser: Parser, migration: Migration): LossQuestions {
  const { version, name, down, downStatements, statements } = migration;
  const known = recomputed(parser, statements);
  const names = new Map<string, string>();
  const questions = downStatements.flatMap((statement) => ofStatement({ parser, known, names }, statement));
  return { version, name, irreversible: down === null || (downStatements.length === 0 && statements.length > 0), questions };
}

/** `names`: what the down calls a table or makes → what it is called now; the empty name for what it makes itself. */
type On = { readonly parser: Parser; readonly known: Recomputed; readonly names: Map<string, string> };

function ofStatement(on: On, { sql, line }: PlainStatement): readonly LossQuestion[] {
  const [entry] = on.parser.parse(sql).stmts ?? [];
  if (entry?.stmt === undefined) return [];
  const asked = ofNode(on, entry.stmt, sql);
  remember(on, entry.stmt);
  return asked.map((question) => ({ line, ...question }));
}

type Question = Pick<LossQuestion, 'what' | 'sql'>;

function ofNode(on: On, node: Node, sql: string): readonly Question[] {
  if ('AlterTableStmt' in node) {
    const { relation, cmds = [] } = node.AlterTableStmt;
    const table = tableOf(on, relation);
    return table === null ? [] : cmds.flatMap((cmd) => ('AlterTableCmd' in cmd ? ofCommand(on, table, cmd.AlterTableCmd) : []));
  }
  if ('DropStmt' in node) return ofDrop(on, node.DropStmt);
  if ('TruncateStmt' in node)
    return (node.TruncateStmt.relations ?? []).flatMap((each) => rowsOf(on, 'RangeVar' in each ? each.RangeVar : undefined));
  if ('DeleteStmt' in node) return [changedRows(on, sql, { ...node.DeleteStmt, first: 'FROM', others: 'USING', verb: 'deleted rows' })];
  if ('UpdateStmt' in node)
    return [changedRows(on, sql, { ...node.UpdateStmt, first: 'UPDATE', others: 'FROM', verb: 'overwritten rows' })];
  if ('MergeStmt' in node) return [{ what: 'rows that MERGE changes', sql: null }];
  if ('DropOwnedStmt' in node) return [{ what: 'everything that DROP OWNED drops', sql: null }];
  if ('DoStmt' in node || 'CallStmt' in node)
    return [{ what: `whatever its ${'DoStmt' in node ? 'DO block' : 'procedure'} changes`, sql: null }];
  if ('SelectStmt' in node && foreignFunctions(node).length > 0)
    return [{ what: `whatever ${foreignFunctions(node).join(', ')} changes`, sql: null }];
  return [];
}

type Command = Extract<Node, { AlterTableCmd: unknown }>['AlterTableCmd'];

function ofCommand({ known }: On, table: Table, { subtype, name, def }: Command): readonly Question[] {
  const column = quoted(name ?? '');
  const what = `${table.shown}.${column}`;
  if (subtype === 'AT_DropColumn') {
    const again = known(table.name, name ?? '');
    if (again === 'always') return [];
    const conditions = [`${column} IS NOT NULL`, ...again.map((expression) => `${column} IS DISTINCT FROM (${expression})`)];
    return [{ what: `values of ${what}`, sql: `SELECT FROM ${table.sql} WHERE ${conditions.join(' AND ')}` }];
  }
  if (subtype !== 'AT_AlterColumnType' || def === undefined || !('ColumnDef' in def)) return [];
  const { typeName, raw_default: using } = def.ColumnDef;
  if (using !== undefined)
    return [{ what: `values of ${what} that USING computes anew`, sql: `SELECT FROM ${table.sql} WHERE ${column} IS NOT NULL` }];
  const type = typeText(typeName);
  if (type.includes('…')) return [{ what: `values of ${what} that do not fit its old type`, sql: null }];
  // 1.20 and 1.2 are one number and two texts.
  const differs = /^(?:numeric|real|double|smallint|integer|bigint)/.test(type)
    ? `${column}::${type} IS DISTINCT FROM ${column}`
    : `${column}::${type}::text IS DISTINCT FROM ${column}::text`;
  return [{ what: `values of ${what} that do not fit ${type}`, sql: `SELECT FROM ${table.sql} WHERE ${differs}` }];
}

function ofDrop(on: On, { removeType, objects = [], behavior }: Extract<Node, { DropStmt: unknown }>['DropStmt']): readonly Question[] {
  const named = objects.map((object) => objectWords(object));
  const cascade = behavior === 'DROP_CASCADE';
  if (removeType === 'OBJECT_TABLE' || removeType === 'OBJECT_FOREIGN_TABLE')
    return [
      ...named.flatMap((words) =>
        rowsOf(on, { relname: words.at(-1) ?? '', ...(words.length > 1 ? { schemaname: words.at(-2) ?? '' } : {}) }),
      ),
      ...(cascade ? [{ what: `what depends on ${named.map((words) => words.join('.')).join(', ')}`, sql: null }] : []),
    ];
  if (removeType === 'OBJECT_INDEX' || removeType === 'OBJECT_TRIGGER' || removeType === 'OBJECT_POLICY' || removeType === 'OBJECT_RULE')
    return [];
  return cascade || removeType === 'OBJECT_EXTENSION'
    ? [{ what: `what depends on ${named.map((words) => words.join('.')).join(', ')}`, sql: null }]
    : [];
}

type Table = { readonly name: string; readonly shown: string; readonly sql: string };

/** A table as it is called now; null for one the down makes itself. */
function tableOf({ names }: On, range: Pick<RangeVar, 'relname' | 'schemaname'> | undefined): Table | null {
  const parts = [range?.schemaname, range?.relname].filter((part) => part !== undefined).map(quoted);
  const written = parts.join('.');
  const now = names.get(written) ?? written;
  return now === '' ? null : { name: now.replace(/^public\./, ''), shown: now.replace(/^public\./, ''), sql: now };
}

function rowsOf(on: On, range: Pick<RangeVar, 'relname' | 'schemaname'> | undefined): readonly Question[] {
  const table = tableOf(on, range);
  return table === null ? [] : [{ what: `rows of ${table.shown}`, sql: `SELECT FROM ${table.sql}` }];
}

type Changing = {
  readonly relation?: RangeVar;
  readonly withClause?: unknown;
  readonly first: 'FROM' | 'UPDATE';
  readonly others: 'FROM' | 'USING';
  readonly verb: string;
};

/** The rows an UPDATE or DELETE finds, each once, by the words of the statement itself. */
function changedRows({ parser, names }: On, sql: string, { relation, withClause, first, others, verb }: Changing): Question {
  const what = `${verb} of ${relation?.relname === undefined ? 'a table' : quoted(relation.relname)}`;
  const clauses = clausesOf(parser, sql, [first, 'SET', others, 'WHERE', 'RETURNING']);
  const target = clauses.get(first);
  if (withClause !== undefined || names.size > 0 || target === undefined) return { what, sql: null };
  const alias = quoted(relation?.alias?.aliasname ?? relation?.relname ?? '');
  const [from, where] = [clauses.get(others), clauses.get('WHERE')];
  const rows = `${from === undefined ? 'SELECT' : `SELECT DISTINCT ${alias}.tableoid, ${alias}.ctid`} FROM ${target}`;
  return { what, sql: `${rows}${from === undefined ? '' : `, ${from}`}${where === undefined ? '' : ` WHERE ${where}`}` };
}

/** What a statement of the down renames or makes, for those after it. */
function remember({ names }: On, node: Node): void {
  const key = (range: Pick<RangeVar, 'relname' | 'schemaname'> | undefined) =>
    [range?.schemaname, range?.relname]
      .filter((part) => part !== undefined)
      .map(quoted)
      .join('.');
  if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_TABLE') {
    const { relation, newname } = node.RenameStmt;
    const old = key(relation);
    names.set(key({ ...relation, relname: newname ?? '' }), names.get(old) ?? old);
  }
  if ('CreateStmt' in node) names.set(key(node.CreateStmt.relation), '');
  if ('CreateTableAsStmt' in node) names.set(key(node.CreateTableAsStmt.into?.rel), '');
}
