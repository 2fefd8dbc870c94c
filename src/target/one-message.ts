import { basename } from 'node:path';
import type { AppliedStatement } from '../domain/events.ts';
import type { Statement } from '../domain/plan.ts';
import { sendBundle } from './bundle.ts';
import { openFenced, whyNotOpened } from './fence.ts';
import { OWN_LOOK, seenIn } from './own-look.ts';
import { ANSWER_SLACK_MS, sessionName } from './session.ts';
import { judgeStatementError, passGate, statementLimit, type UnitContext } from './unit-context.ts';
import { judgeTail, locksNothing, ownLocks, rowsOf, tailOf } from './unit-tail.ts';

/**
 * A unit of one plain statement as one message with one Sync: BEGIN, the fence, the statement, a look at what it locked, marker, history
 * row, COMMIT. The server executes nothing behind the first of them that fails, so all of it commits or none. The time of the statement
 * includes that of its COMMIT. When the connection breaks, the marker says what became of it: the id of the transaction may not have arrived.
 */
export async function applyInOneMessage(
  context: UnitContext,
  statement: Statement,
  lockTimeoutMs: number,
): Promise<{ readonly statements: readonly AppliedStatement[]; readonly ms: number }> {
  const { request, actor, work, observer } = context;
  await passGate(request, 0);
  request.signal.throwIfAborted();
  const limitMs = statementLimit([statement], context.tuning);
  const applicationName = sessionName(actor.runId, actor.epoch, `apply:${request.unit.position}`);
  const head = openFenced(actor, { lockTimeoutMs, statementTimeoutMs: limitMs, applicationName });
  const look = locksNothing(statement) ? [] : [OWN_LOOK];
  const tail = tailOf(context);
  const begun = performance.now();
  const bundled = await sendBundle(work.client, [...head, { text: statement.sql }, ...look, ...tail], limitMs + ANSWER_SLACK_MS);
  const ms = performance.now() - begun;
  if (!bundled.ok) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    const { at, error, completed } = bundled;
    if (at < head.length && work.alive()) throw await whyNotOpened(work.client, actor, error);
    const place = { path: basename(request.migration.up.path), sql: statement.sql, line: statement.line };
    const xid = completed[head.length - 1]?.row[0] ?? null;
    const failed = { error, at: at - head.length - 1 - look.length, of: tail.length, xid, ms, limitMs };
    throw at === head.length && work.alive() ? judgeStatementError({ error, ...place, ms, limitMs }) : judgeTail(context, failed);
  }
  const done = bundled.completed[head.length];
  const seen = look.length === 0 ? [] : observer.saw(seenIn(bundled.completed[head.length + 1]?.row ?? []));
  const rows = done === undefined ? null : rowsOf({ command: done.tag, rowCount: done.rowCount });
  const locks = ownLocks(statement, [], seen);
  return { statements: [{ index: statement.index, ms: Math.round(ms), rows, locks }], ms: Math.round(ms) };
}
