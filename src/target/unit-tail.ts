import type { RelationLock, Statement } from '../domain/plan.ts';
import type { BundledCommand } from './bundle.ts';
import { codeOf, isConnectionLoss } from './errors.ts';
import { historyCommand } from './history.ts';
import { stronger } from './lock-modes.ts';
import { proofCommand } from './marker.ts';
import { CommitUnanswered } from './resolve.ts';
import { historyRow, judgeStatementError, markerKey, StatementFailed, type UnitContext } from './unit-context.ts';

/** Our own head of the transaction failed: the reason is found out when it is rolled back. */
export class NotOpened extends Error {
  readonly why: unknown;

  constructor(why: unknown) {
    super('The transaction could not be opened.');
    this.why = why;
  }
}

const APPLIED_BEFORE = 'The marker of this unit is there already: it was applied before. Nothing was applied a second time.';

/** Marker, history row and COMMIT, as the end of a message. */
export function tailOf(context: UnitContext): readonly BundledCommand[] {
  const { request } = context;
  const history = request.last ? [historyCommand(historyRow(request.migration, request.runId))] : [];
  return [proofCommand(markerKey(context)), ...history, { text: 'COMMIT' }];
}

/** `at` counts from the marker on; `xid` is null when the server could not say it before the connection broke. */
export type TailFailure = {
  readonly error: unknown;
  readonly at: number;
  readonly of: number;
  readonly xid: string | null;
  readonly ms: number;
  readonly limitMs: number;
};

/** What an error of the tail means. Deferred constraints speak at COMMIT; the last statement is named for them. */
export function judgeTail({ request, work }: UnitContext, { error, at, of, xid, ms, limitMs }: TailFailure): unknown {
  if (isConnectionLoss(error) || !work.alive()) return new CommitUnanswered(xid);
  if (at === 0 && codeOf(error) === '23505') return new StatementFailed(APPLIED_BEFORE);
  if (at < of - 1) return error;
  const last = request.unit.statements.at(-1);
  return judgeStatementError({ error, path: request.migration.up.path, sql: last?.sql ?? '', line: last?.line ?? 1, ms, limitMs });
}

/** Rows that a statement changed; null for DDL, which counts none. */
export function rowsOf(result: { readonly command: string; readonly rowCount: number | null }): number | null {
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'SELECT'].includes(result.command) ? result.rowCount : null;
}

/** What this statement took: locks that are new or stronger since the one before, and those it was expected to take and holds. */
export function ownLocks(statement: Statement, before: readonly RelationLock[], after: readonly RelationLock[]): readonly RelationLock[] {
  return after.filter(({ relation, mode }) => {
    const known = before.find((lock) => lock.relation === relation);
    return (
      known === undefined || stronger(mode, known.mode) || statement.locks.some((lock) => lock.relation === relation && lock.mode === mode)
    );
  });
}

/** Whether the statement is known to lock nothing that others can see, so that nobody has to look. */
export function locksNothing({ known, locks }: Statement): boolean {
  return known && locks.length === 0;
}
