import { basename } from 'node:path';
import type { Client } from 'pg';
import type { AppliedStatement } from '../domain/events.ts';
import type { Migration, RelationLock, Statement, Unit } from '../domain/plan.ts';
import type { UnitOutcome } from '../ports.ts';
import { isConnectionLoss } from './errors.ts';
import { beginFenced } from './fence.ts';
import { recordApplied } from './history.ts';
import { onlyRows, stronger } from './lock-modes.ts';
import { withLockTries } from './lock-tries.ts';
import { DONE, writeMarker } from './marker.ts';
import { CommitUnanswered } from './resolve.ts';
import { execute } from './session.ts';
import { setsSession } from './sql-shape.ts';
import { historyRow, judgeStatementError, markerKey, passGate, statementLimit, StatementFailed, type UnitContext } from './unit-context.ts';

/** A wait for a row makes nobody queue behind us, so it may take longer than a wait for a table. */
const ROW_WAIT_MS = 2_000;
/** A file's own SET must not disarm the next statement (N4). */
const REARM = `SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)`;

/** A statement with the locks our transaction held before and after it. */
type Executed = {
  readonly statement: Statement;
  readonly ms: number;
  readonly rows: number | null;
  readonly before: readonly RelationLock[];
  readonly after: Promise<readonly RelationLock[]>;
};
type Done = { readonly statements: readonly AppliedStatement[]; readonly ms: number };

/** Applies statements that commit together with their marker and, at the end of the file, the history row. */
export async function applyTransaction(context: UnitContext): Promise<UnitOutcome> {
  const { request, observer, tuning } = context;
  const { statements } = request.unit;
  const tried = await withLockTries({
    observer,
    tuning,
    signal: request.signal,
    wanted: statements.flatMap((statement) => statement.locks),
    tryMs: statements.every(onlyRows) && statements.length > 0 ? ROW_WAIT_MS : null,
    ours: context.ours,
    attempt: (lockTimeoutMs) => observer.during(request.signal, () => attempt(context, lockTimeoutMs), { yieldAfterMs: lockTimeoutMs }),
  });
  if (tried.kind === 'cancelled') return { result: 'cancelled' };
  if (tried.kind === 'lock_budget') return { result: 'lock_budget', detail: tried.detail };
  return { result: 'applied', ...tried.value, longestWaitMs: observer.longestWaitMs, tries: tried.tries };
}

/** One whole transaction; rolled back when it throws. */
async function attempt(context: UnitContext, lockTimeoutMs: number): Promise<Done> {
  const { request, actor, work } = context;
  const started = performance.now();
  const limitMs = statementLimit(request.unit.statements, context.tuning);
  const timeouts = { lockTimeoutMs, statementTimeoutMs: limitMs };
  try {
    await beginFenced(work.client, actor, timeouts);
    const executed: Executed[] = [];
    for (const statement of request.unit.statements) {
      const before = await executed.at(-1)?.after;
      if (before !== undefined) await work.client.query(REARM, [`${lockTimeoutMs}ms`, `${limitMs}ms`]);
      const { ms, rows } = await one(context, statement, limitMs);
      // The other session looks at our locks while this one writes its marker.
      const after = context.observer.look();
      after.catch(() => {});
      executed.push({ statement, ms, rows, before: before ?? [], after });
    }
    // An empty unit asks too: being recorded is forward work.
    if (executed.length === 0) await passGate(request, 0);
    const xid = await writeMarker(work.client, markerKey(context), DONE);
    if (request.last) await recordApplied(work.client, historyRow(request.migration, request.runId));
    const statements = await Promise.all(executed.map(appliedStatement));
    request.signal.throwIfAborted();
    await commit(context, { xid, limitMs });
    return { statements, ms: Math.round(performance.now() - started) };
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Deferred constraints speak at COMMIT; the last statement is named for them. */
async function commit({ request, work }: UnitContext, { xid, limitMs }: { xid: string; limitMs: number }): Promise<void> {
  const begun = performance.now();
  try {
    await work.client.query('COMMIT');
  } catch (error) {
    if (isConnectionLoss(error) || !work.alive()) throw new CommitUnanswered(xid);
    const last = request.unit.statements.at(-1);
    const place = { path: request.migration.up.path, sql: last?.sql ?? '', line: last?.line ?? 1 };
    throw judgeStatementError({ error, ...place, ms: performance.now() - begun, limitMs });
  }
}

async function one(context: UnitContext, statement: Statement, limitMs: number): Promise<Pick<Executed, 'ms' | 'rows'>> {
  const { request, work } = context;
  await passGate(request, 0);
  request.signal.throwIfAborted();
  const path = basename(request.migration.up.path);
  const begun = performance.now();
  try {
    const result = await execute(work.client, statement.sql, limitMs);
    if (work.client.getTransactionStatus() !== 'T')
      throw new StatementFailed(`${path} line ${statement.line} ends our transaction. Remove it: Offpeak commits by itself.`);
    return { ms: Math.round(performance.now() - begun), rows: rowsOf(result) };
  } catch (error) {
    const { sql, line } = statement;
    throw judgeStatementError({ error, path, sql, line, ms: performance.now() - begun, limitMs });
  }
}

async function appliedStatement({ statement, ms, rows, before, after }: Executed): Promise<AppliedStatement> {
  return { index: statement.index, ms, rows, locks: ownLocks(statement, before, await after) };
}

/** Rows that a statement changed; null for DDL, which counts none. */
export function rowsOf(result: { readonly command: string; readonly rowCount: number | null }): number | null {
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'SELECT'].includes(result.command) ? result.rowCount : null;
}

/** What this statement took: locks that are new or stronger since the one before, and those it was expected to take and holds. */
function ownLocks(statement: Statement, before: readonly RelationLock[], after: readonly RelationLock[]): readonly RelationLock[] {
  return after.filter(({ relation, mode }) => {
    const known = before.find((lock) => lock.relation === relation);
    return (
      known === undefined || stronger(mode, known.mode) || statement.locks.some((lock) => lock.relation === relation && lock.mode === mode)
    );
  });
}

/** Repeats the session-wide SETs that stand before this unit in its file: the session itself was cleaned. */
export async function repeatSettings(client: Client, migration: Migration, unit: Unit): Promise<void> {
  const first = unit.statements[0];
  if (first === undefined) return;
  for (const statement of migration.statements) {
    if (statement.index >= first.index) return;
    if (await setsSession(statement.sql)) await execute(client, statement.sql);
  }
}
