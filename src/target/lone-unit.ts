import type { Statement } from '../domain/plan.ts';
import type { UnitOutcome } from '../ports.ts';
import { describeBlockers } from './blockers.ts';
import { codeOf, isConnectionLoss, TargetError } from './errors.ts';
import { beginFenced } from './fence.ts';
import { recordApplied } from './history.ts';
import { dropLeftovers } from './leftovers.ts';
import { dropOwnIndex, indexState } from './lone-effect.ts';
import { LockBudgetSpent, sendLone } from './lone-send.ts';
import { isLockFailure } from './lock-tries.ts';
import { DONE, NOTHING_DONE, readMarker, removeMarker, writeMarker } from './marker.ts';
import { loneEffect, type LoneEffect } from './sql-shape.ts';
import { historyRow, isCancel, judgeStatementError, markerKey, passGate, StatementFailed, type UnitContext } from './unit-context.ts';
import { rowsOf } from './unit-tail.ts';

/** A deadlock or another build on the table is worth another try; more would only repeat the work. */
const TRIES = 3;
const TIMEOUTS = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };
const REARM = `SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', $1, false)`;

/**
 * Applies one statement that cannot run in a transaction. A marker says that it was begun, after the catalog said that what it
 * creates is not there: so an invalid index of that name is ours, and only then it is dropped (F5, F23).
 */
export async function applyLone(context: UnitContext): Promise<UnitOutcome> {
  const { request, work, observer, tuning } = context;
  const statement = request.unit.statements[0];
  if (statement === undefined)
    throw new TargetError('A unit that stands alone has no statement. This is a mistake of ours; nothing was executed.');
  const effect = await loneEffect(statement.sql);
  await passGate(request, 0);
  const begunBefore = (await readMarker(work.client, markerKey(context))) !== null;
  if (begunBefore) {
    // An earlier try of this run was cut off; the name was free when it began, so what stands there is ours.
    await dropLeft(context, effect);
    if (effect.kind === 'create_index' && (await indexState(work.client, effect)) === 'valid') {
      await proveAndRecord(context, effect);
      return { result: 'applied', statements: [], ms: 0, longestWaitMs: 0, tries: 1 };
    }
  }
  await refuseForeign(context, effect);
  await inTransaction(context, () => writeMarker(work.client, markerKey(context), NOTHING_DONE));

  for (let tries = 1; ; tries += 1) {
    if (request.signal.aborted) return { result: 'cancelled' };
    const begun = performance.now();
    try {
      const sent = await sendLone(context, statement, effect);
      await proveAndRecord(context, effect);
      const applied = { index: statement.index, ms: sent.ms, rows: rowsOf(sent.result), locks: observer.locks };
      const all = { ms: sent.ms, longestWaitMs: observer.longestWaitMs, tries: tries + sent.tries - 1 };
      return { result: 'applied', statements: [applied], ...all };
    } catch (error) {
      if (!work.alive() || isConnectionLoss(error)) throw error;
      const ms = performance.now() - begun;
      const left = await cleanUp(context, effect);
      if (isLockFailure(error) && effect.kind !== 'in_parts' && tries < TRIES && left === '') continue;
      if (isCancel(error) && ms < tuning.longStatementMs * 0.98) return { result: 'cancelled' };
      return outcomeOf(context, { error, statement, effect, ms, tries, left });
    }
  }
}

type Failure = {
  readonly error: unknown;
  readonly statement: Statement;
  readonly effect: LoneEffect;
  readonly ms: number;
  readonly tries: number;
  readonly left: string;
};

/** What a failed statement means, with what it left and who was in its way. */
function outcomeOf({ request, observer, tuning }: UnitContext, { error, statement, effect, ms, tries, left }: Failure): UnitOutcome {
  if (error instanceof LockBudgetSpent) return { result: 'lock_budget', detail: `${error.message}${left}` };
  const place = { path: request.migration.up.path, sql: statement.sql, line: statement.line };
  const judged = error instanceof StatementFailed ? error : judgeStatementError({ error, ...place, ms, limitMs: tuning.longStatementMs });
  const inTheWay = observer.blockers.length === 0 ? '' : `\n  Last in its way: ${describeBlockers(observer.blockers)}.`;
  const parts = effect.kind === 'in_parts' ? `\n  ${IN_PARTS}` : '';
  if (judged instanceof StatementFailed)
    return { result: 'failed', message: `${judged.message}${ms > SLOW_MS ? inTheWay : ''}${parts}${left}` };
  if (!isLockFailure(judged)) throw judged;
  const message = `${codeOf(judged) ?? ''}: it did not get its locks in ${tries} ${tries === 1 ? 'try' : 'tries'}.${inTheWay}${parts}${left}`;
  return effect.kind === 'in_parts' ? { result: 'failed', message } : { result: 'lock_budget', detail: message };
}

/** A statement that failed sooner did not fail for waiting. */
const SLOW_MS = 1_000;
const IN_PARTS = 'It commits by itself: what it committed before the error stays. Look at the database before you go on.';

/** Something of that name stands there before we begin: whatever became of it later could not be told apart from ours. */
async function refuseForeign(context: UnitContext, effect: LoneEffect): Promise<void> {
  if (effect.kind !== 'create_index') return;
  if (effect.index === null)
    throw new StatementFailed('The index has no name, so a half-built one could not be found again. Give it one. Nothing was executed.');
  const state = await indexState(context.work.client, effect);
  if (state === 'absent') return;
  const how = state === 'valid' ? 'exists already' : 'exists already and is invalid: a build failed before this run. Drop it first';
  throw new StatementFailed(`Index ${effect.index} ${how}. Nothing was executed.`);
}

/** Success is what the catalog says, not what the statement answered: IF NOT EXISTS answers yes to an invalid index. */
async function proveAndRecord(context: UnitContext, effect: LoneEffect): Promise<void> {
  const { request, work } = context;
  if (effect.kind === 'create_index' && (await indexState(work.client, effect)) !== 'valid')
    throw new StatementFailed(`Index ${effect.index ?? ''} was built but is not valid.`);
  await inTransaction(context, async () => {
    await writeMarker(work.client, markerKey(context), DONE);
    if (request.last) await recordApplied(work.client, historyRow(request.migration, request.runId));
  });
}

async function inTransaction({ work, actor }: UnitContext, effect: () => Promise<unknown>): Promise<void> {
  try {
    await beginFenced(work.client, actor, TIMEOUTS);
    await effect();
    await work.client.query('COMMIT');
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Drops what our failed statement left. Empty when nothing is left, otherwise the sentence that says what. */
async function cleanUp(context: UnitContext, effect: LoneEffect): Promise<string> {
  const { client } = context.work;
  try {
    await client.query(REARM, [`${TIMEOUTS.statementTimeoutMs}ms`]);
    await dropLeft(context, effect);
    // The server answered with an error, so nothing of it happened: another try may begin as if there had been none.
    if (effect.kind === 'unknown' || effect.kind === 'add_value')
      await inTransaction(context, () => removeMarker(client, markerKey(context)));
    return '';
  } catch {
    if (effect.kind !== 'create_index' && effect.kind !== 'reindex') return '';
    const what = effect.kind === 'create_index' ? `the invalid index ${effect.index ?? ''}` : 'an invalid index';
    return `\n  It left ${what} behind, and dropping it failed too: drop it CONCURRENTLY by hand, or roll back.`;
  }
}

async function dropLeft(context: UnitContext, effect: LoneEffect): Promise<void> {
  const { client } = context.work;
  if (effect.kind === 'create_index') await dropOwnIndex(client, effect);
  await dropLeftovers(client, effect, markerKey(context));
}
