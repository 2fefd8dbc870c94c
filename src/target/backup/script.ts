import { DatabaseError, type Client } from 'pg';
import { unitsOf, type Migration } from '../../domain/plan.ts';
import { codeOf } from '../errors.ts';
import { sqlErrorMessage } from '../sql-error.ts';
import {
  pointIn,
  traceAlone,
  traceInTransaction,
  traceLike,
  tracing,
  type Trace,
  type Traceable,
  type Tracing,
  type Watch,
} from './trace.ts';

/** Statements that commit together, or one that refuses a transaction. */
export type Group = { readonly alone: boolean; readonly statements: readonly (Traceable & { readonly line: number })[] };
export type RunScript = { readonly path: string; readonly groups: readonly Group[] };

/** What became of a script: everything it traced, and where it failed. A failed group was rolled back. */
export type ScriptRun = {
  readonly traces: readonly Trace[];
  readonly ms: number;
  readonly error: ScriptError | null;
};

/** `message` is for a person, with file, line and caret; `sentence` is the server's own, `line` 1-based in the file. */
export type ScriptError = { readonly message: string; readonly code: string; readonly sentence: string; readonly line: number | null };

/** The up script in the very units the run will have; a backfill is executed whole. */
export function upOf(migration: Migration): RunScript {
  return {
    path: migration.up.path,
    groups: unitsOf({ migrations: [migration] }).map((unit) => ({
      alone: unit.kind === 'alone',
      statements: unit.statements.map(({ sql, line, locks, rewrites }) => ({
        sql,
        line,
        names: [...locks.map(({ relation }) => relation), ...rewrites],
      })),
    })),
  };
}

/** The down script: consecutive statements share a transaction. */
export function downOf(migration: Migration): RunScript {
  const groups: { alone: boolean; statements: { sql: string; line: number }[] }[] = [];
  for (const statement of migration.downStatements) {
    const last = groups.at(-1);
    if (statement.inTransaction && last && !last.alone) last.statements.push(statement);
    else groups.push({ alone: !statement.inTransaction, statements: [statement] });
  }
  return { path: migration.down?.path ?? `${migration.version} down`, groups };
}

/**
 * Runs a script on `client` with every statement traced; `watch` sees its locks, and without it nothing is traced. `ms` is the
 * statements' own time. Stops at the first error.
 */
export async function runScript(client: Client, watch: Watch | null, script: RunScript): Promise<ScriptRun> {
  const traces: Trace[] = [];
  let commits = 0;
  const ms = () => traces.reduce((sum, trace) => sum + trace.ms, commits);
  const on = watch === null ? null : await tracing(client, watch);
  for (const group of script.groups) {
    try {
      if (on === null) await runPlainly(client, script.path, group);
      else if (group.alone) await runAlone(on, script.path, group, traces);
      else commits += await runTogether(on, script.path, group, traces);
    } catch (error) {
      await client.query('rollback').catch(() => {});
      return { traces, ms: ms(), error: failureOf(error) };
    }
  }
  return { traces, ms: ms(), error: null };
}

async function runPlainly(client: Client, path: string, { alone, statements }: Group): Promise<void> {
  if (!alone) await client.query('begin');
  for (const statement of statements) await located(path, statement, () => client.query(statement.sql));
  if (!alone) await located(path, statements.at(-1), () => client.query('commit'));
}

async function runAlone(on: Tracing, path: string, { statements }: Group, traces: Trace[]): Promise<void> {
  for (const statement of statements) traces.push(await located(path, statement, () => traceAlone(on, statement)));
}

/** Answers the milliseconds of its commit, in which deferred constraints are checked. */
async function runTogether(on: Tracing, path: string, { statements }: Group, traces: Trace[]): Promise<number> {
  await on.client.query('begin');
  let point = await pointIn(on);
  let before: Trace | null = null;
  for (const [index, statement] of statements.entries()) {
    const like = before !== null && isLike(statements[index - 1], statement) && isLike(statement, statements[index + 1]) ? before : null;
    if (like !== null) {
      traces.push(await located(path, statement, () => traceLike(on, statement, like)));
      continue;
    }
    const { trace, after } = await located(path, statement, () => traceInTransaction(on, statement, point));
    traces.push(trace);
    before = trace;
    point = after;
  }
  const started = performance.now();
  await located(path, statements.at(-1), () => on.client.query('commit'));
  return performance.now() - started;
}

/** Whether two statements add rows to the same columns of the same table, as the lines of a seed do. */
function isLike(a: Traceable | undefined, b: Traceable | undefined): boolean {
  const [head, other] = [a, b].map((statement) => /^insert\s+into\s+[^(]+(?:\([^)]*\)\s*)?\bvalues\b/i.exec(statement?.sql ?? '')?.[0]);
  return head !== undefined && head === other;
}

class ScriptFailure extends Error {
  readonly error: ScriptError;
  constructor(error: ScriptError) {
    super(error.message);
    this.error = error;
  }
}

type Place = { readonly sql: string; readonly line: number };

/** What the server says in the words of a failure on the target itself, with file, line and caret; deferred constraints speak at the commit. */
async function located<T>(path: string, statement: Place | undefined, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const place = { path, line: statement?.line ?? 1, sql: statement?.sql ?? '' };
    const line = place.line + linesBefore(place.sql, Number(error.position ?? 1));
    throw new ScriptFailure({ message: sqlErrorMessage(error, place), code: error.code ?? '', sentence: error.message, line });
  }
}

/** PostgreSQL counts characters from 1, JavaScript UTF-16 units from 0. */
function linesBefore(sql: string, position: number): number {
  return Array.from(sql)
    .slice(0, position - 1)
    .filter((character) => character === '\n').length;
}

function failureOf(error: unknown): ScriptError {
  if (error instanceof ScriptFailure) return error.error;
  const message = error instanceof Error ? error.message : String(error);
  return { message, code: codeOf(error) ?? '', sentence: message, line: null };
}
