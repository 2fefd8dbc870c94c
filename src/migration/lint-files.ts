import { readFileSync } from 'node:fs';
import type { CatalogState } from '../domain/catalog.ts';
import type { LintAnswer, LintedStatement } from '../domain/lint.ts';
import type { Hazard, Statement } from '../domain/plan.ts';
import { readDirectives } from './directives.ts';
import { textOf } from './file-text.ts';
import { danger } from './lint/effect.ts';
import { judge, withSize } from './migration.ts';
import type { AdmittedStatement, Part } from './parse.ts';
import { loadParser } from './parser.ts';
import type { Parser } from './parser.ts';
import { problemAt, problemOf } from './problem.ts';
import { refusalOf } from './refusals.ts';
import { splitStatements } from './split.ts';
import type { ParsedStatement } from './split.ts';
import { transactionRule } from './transaction-rule.ts';

type On = { readonly serverMajor: number; readonly catalog?: CatalogState };
type Linted = {
  readonly statements: readonly LintedStatement[];
  readonly problems: readonly string[];
  readonly catalog: CatalogState | undefined;
};

/**
 * The verdict on every statement of these files, in the order given: each file sees what those before it left behind.
 * Nothing is refused that can be read; what a plan would refuse is a hazard of its statement. Connects nowhere.
 */
export async function lintFiles(files: readonly string[], on: On): Promise<LintAnswer> {
  const parser = await loadParser();
  const statements: LintedStatement[] = [];
  const problems: string[] = [];
  let { catalog } = on;
  for (const path of files) {
    const read = readText(path);
    if (read.problems.length > 0) {
      problems.push(...read.problems);
      continue;
    }
    const linted = lintText(
      parser,
      { path, text: read.text },
      { serverMajor: on.serverMajor, ...(catalog === undefined ? {} : { catalog }) },
    );
    statements.push(...linted.statements);
    problems.push(...linted.problems);
    catalog = linted.catalog;
  }
  return { statements, problems, serverMajor: on.serverMajor, live: on.catalog !== undefined };
}

/** Synchronously: a thousand small files are read in a twentieth of the time the event loop would take. */
function readText(path: string): { readonly text: string; readonly problems: readonly string[] } {
  try {
    const { text, problems } = textOf(path, readFileSync(path));
    return { text, problems: problems.map(({ message }) => message) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const advice = code === 'EISDIR' ? 'it is a folder; name its files, e.g. folder/*.up.sql' : `it cannot be read (${code})`;
    return { text: '', problems: [problemOf(path, advice).message] };
  }
}

function lintText(parser: Parser, file: { readonly path: string; readonly text: string }, on: On): Linted {
  const split = splitStatements(parser, file);
  if (!split.ok) return { statements: [], problems: [split.problem.message], catalog: on.catalog };
  const part = partOf(file.path);
  const directives = readDirectives(parser, { ...file, part }, split.statements);
  const judged = judge(admitted(parser, split.statements, directives), on);
  const unmet = judged.unmet.map(({ offset, message }) => problemAt(file, offset, message));
  return {
    statements: withSize(judged.statements, file.text).map((statement, index) =>
      shown(file.path, statement, refused(split.statements, index)),
    ),
    problems: [...directives.problems, ...unmet].map(({ message }) => message),
    catalog: judged.catalog,
  };
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
