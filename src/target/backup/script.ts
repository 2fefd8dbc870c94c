import { DatabaseError, type Client } from 'pg';
import { unitsOf, type Migration } from '../../domain/plan.ts';
import { codeOf } from '../errors.ts';
import { sqlErrorMessage } from '../sql-error.ts';
import { readRelations, traceAlone, traceInTransaction, type Trace, type Watch } from './trace.ts';

/** Statements that commit together, or one that refuses a transaction. */
export type Group = { readonly alone: boolean; readonly statements: readonly { readonly sql: string; readonly line: number }[] };
export type RunScript = { readonly path: string; readonly groups: readonly Group[] };

/** What became of a script: everything it traced, and where it failed. A failed group was rolled back. */
export type ScriptRun = {
  readonly traces: readonly Trace[];
  readonly ms: number;
  readonly error: { readonly message: string; readonly code: string } | null;
};

/** The up script in the very units the run will have; a backfill is executed whole. */
export function upOf(migration: Migration): RunScript {
  return {
    path: migration.up.path,
    groups: unitsOf({ migrations: [migration] }).map((unit) => ({ alone: unit.kind === 'alone', statements: unit.statements })),
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

/** Runs a script on `client` with every statement traced; `watch` sees the locks of statements that stand alone. Stops at the first error. */
export async function runScript(client: Client, watch: Watch, script: RunScript): Promise<ScriptRun> {
  const traces: Trace[] = [];
  const started = performance.now();
  let watching = 0;
  for (const group of script.groups) {
    const preparing = performance.now();
    const relations = await readRelations(watch.sampler);
    watching += performance.now() - preparing;
    try {
      if (!group.alone) await client.query('begin');
      for (const statement of group.statements) {
        const begun = performance.now();
        const trace = await located(script.path, statement, () =>
          group.alone ? traceAlone({ client, sql: statement.sql, relations, watch }) : traceInTransaction(client, statement.sql, relations),
        );
        watching += performance.now() - begun - trace.ms;
        traces.push(trace);
      }
      if (!group.alone) await located(script.path, group.statements.at(-1), () => client.query('commit'));
    } catch (error) {
      await client.query('rollback').catch(() => {});
      return { traces, ms: performance.now() - started - watching, error: failureOf(error) };
    }
  }
  return { traces, ms: performance.now() - started - watching, error: null };
}

class ScriptFailure extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
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
    throw new ScriptFailure(sqlErrorMessage(error, place), error.code ?? '');
  }
}

function failureOf(error: unknown): { readonly message: string; readonly code: string } {
  if (error instanceof ScriptFailure) return { message: error.message, code: error.code };
  return { message: error instanceof Error ? error.message : String(error), code: codeOf(error) ?? '' };
}
