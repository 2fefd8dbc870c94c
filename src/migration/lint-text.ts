import type { CatalogState } from '../domain/catalog.ts';
import type { LintedStatement } from '../domain/lint.ts';
import type { Hazard, Statement } from '../domain/plan.ts';
import { readDirectives } from './directives.ts';
import { stateAfter } from './lint/after.ts';
import { danger } from './lint/effect.ts';
import { judge, withSize } from './migration.ts';
import type { AdmittedStatement, Part } from './parse.ts';
import type { Parser } from './parser.ts';
import { problemAt } from './problem.ts';
import { refusalOf } from './refusals.ts';
import { splitStatements } from './split.ts';
import type { ParsedStatement } from './split.ts';
import { transactionRule } from './transaction-rule.ts';

export type On = { readonly serverMajor: number; readonly catalog?: CatalogState };
/** The file as it was named, and its text. */
export type LintableFile = { readonly path: string; readonly text: string };
/** What there is to say about one file. */
export type LintedFile = { readonly statements: readonly LintedStatement[]; readonly problems: readonly string[] };

/** The verdict on every statement of one file, and the catalog as the file leaves it. */
export function lintText(parser: Parser, file: LintableFile, on: On): LintedFile & { readonly catalog: CatalogState | undefined } {
  const split = splitStatements(parser, file);
  if (!split.ok) return { statements: [], problems: [split.problem.message], catalog: on.catalog };
  const part = partOf(file.path);
  const directives = readDirectives(parser, { ...file, part }, split.statements);
  const judged = judge(admitted(parser, split.statements, directives), { ...on, parser });
  const unmet = judged.unmet.map(({ offset, message }) => problemAt(file, offset, message));
  return {
    statements: withSize(judged.statements, file.text).map((statement, index) =>
      shown(file.path, statement, refused(split.statements, index)),
    ),
    problems: [...directives.problems, ...unmet].map(({ message }) => message),
    catalog: judged.catalog,
  };
}

/** The catalog as a file leaves it whose verdicts are known. */
export function catalogAfter(parser: Parser, file: LintableFile, catalog: CatalogState): CatalogState {
  const split = splitStatements(parser, file);
  return split.ok ? split.statements.reduce((state, { node }) => stateAfter(state, node), catalog) : catalog;
}

function partOf(path: string): Part {
  if (/\.down\.sql$/i.test(path)) return 'down';
  return /\.validate\.sql$/i.test(path) ? 'validate' : 'up';
}

/** Every statement, also those a plan refuses. */
function admitted(
  parser: Parser,
  statements: readonly ParsedStatement[],
  directives: ReturnType<typeof readDirectives>,
): readonly AdmittedStatement[] {
  const rule = transactionRule(parser, statements);
  return statements.map((statement, index) => ({
    ...statement,
    inTransaction: rule[index] ?? true,
    backfill: directives.backfills.get(index) ?? null,
    commitsBefore: false,
    waivers: directives.waivers.get(index) ?? [],
    ignored: directives.ignored.get(index) ?? null,
  }));
}

function shown(file: string, statement: Statement, refusals: readonly Hazard[]): LintedStatement {
  const { line, sql, locks, rewrites, scans, blocks, inTransaction } = statement;
  const hazards = [...refusals, ...statement.hazards];
  const error = hazards.find(({ sqlstate }) => sqlstate !== undefined)?.sqlstate;
  return {
    file,
    line,
    sql,
    locks,
    rewrites,
    scans,
    blocks: blocks === 'unknown' ? 'reads+writes' : blocks,
    in_transaction: inTransaction,
    ...(error === undefined ? {} : { error }),
    hazards,
  };
}

/** What a plan refuses outright, as a danger with the same sentence. Plain BEGIN … COMMIT in pairs only says what the engine does anyway. */
function refused(statements: readonly ParsedStatement[], index: number): readonly Hazard[] {
  const statement = statements[index];
  const message = statement === undefined ? null : refusalOf(statement);
  if (statement === undefined || message === null || isPaired(statements, index)) return [];
  const { node } = statement;
  const code =
    'TransactionStmt' in node
      ? 'transaction_control'
      : 'CopyStmt' in node
        ? 'needs_client'
        : 'VariableSetStmt' in node && /^(?:role|session_authorization)$/.test(node.VariableSetStmt.name ?? '')
          ? 'changes_role'
          : 'disarms_guard';
  return [danger(code, `A plan refuses it: ${message}`)];
}

/** Whether a BEGIN has its COMMIT in the file, or a COMMIT its BEGIN. */
function isPaired(statements: readonly ParsedStatement[], index: number): boolean {
  let begun: number | null = null;
  for (const [at, { node }] of statements.entries()) {
    if (!('TransactionStmt' in node)) continue;
    const { kind, options, chain } = node.TransactionStmt;
    const isPlain = options === undefined && chain !== true;
    if (begun === null && isPlain && (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START')) begun = at;
    else if (begun !== null && isPlain && kind === 'TRANS_STMT_COMMIT') {
      if (begun === index || at === index) return true;
      begun = null;
    }
  }
  return false;
}
