import type { UnitOutcome } from '../ports.ts';
import { codeOf, isConnectionLoss, TargetError } from './errors.ts';
import { beginFenced, checkFence } from './fence.ts';
import { recordApplied } from './history.ts';
import { dropOwnIndex, indexState, leftoversOf } from './lone-effect.ts';
import { isLockFailure } from './lock-tries.ts';
import { DONE, NOTHING_DONE, readMarker, writeMarker } from './marker.ts';
import { execute } from './session.ts';
import { loneEffect, type LoneEffect } from './sql-shape.ts';
import { rowsOf } from './transaction-unit.ts';
import { historyRow, isCancel, judgeStatementError, markerKey, passGate, StatementFailed, type UnitContext } from './unit-context.ts';

/** A deadlock or another build on the table is worth another try; more would only repeat the work. */
const TRIES = 3;
const TIMEOUTS = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };
/** CONCURRENTLY waits for old transactions by design and blocks nobody meanwhile: only the statement's own limit ends it. */
const DISARM = `SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', $1, false)`;

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
  if (begunBefore && effect.kind === 'create_index') {
    // An earlier try of this run was cut off; the name was free when it began, so what stands there is ours.
    await dropOwnIndex(work.client, effect);
    if ((await indexState(work.client, effect)) === 'valid') {
      await proveAndRecord(context, effect);
      return { result: 'applied', statements: [], ms: 0, longestWaitMs: 0, tries: 1 };
    }
  }
  await refuseForeign(context, effect);
  await inTransaction(context, () => writeMarker(work.client, markerKey(context), NOTHING_DONE));
  const before = await leftoversOf(work.client, effect);

  for (let tries = 1; ; tries += 1) {
    if (request.signal.aborted) return { result: 'cancelled' };
    await checkFence(work.client, context.actor);
    await work.client.query(DISARM, [`${tuning.longStatementMs}ms`]);
    const begun = performance.now();
    try {
      const result = await observer.during(request.signal, () => execute(work.client, statement.sql), 0);
      const ms = Math.round(performance.now() - begun);
      await proveAndRecord(context, effect);
      const applied = { index: statement.index, ms, rows: rowsOf(result), locks: observer.locks };
      return { result: 'applied', statements: [applied], ms, longestWaitMs: observer.longestWaitMs, tries };
    } catch (error) {
      if (!work.alive() || isConnectionLoss(error)) throw error;
      const left = await cleanUp(context, effect, before);
      if (isLockFailure(error) && tries < TRIES && left === '') continue;
      if (isCancel(error) && performance.now() - begun < tuning.longStatementMs * 0.98) return { result: 'cancelled' };
      const place = { path: request.migration.up.path, sql: statement.sql, line: statement.line };
      const judged = judgeStatementError({ error, ...place, ms: performance.now() - begun, limitMs: tuning.longStatementMs });
      if (judged instanceof StatementFailed) return { result: 'failed', message: `${judged.message}${left}` };
      if (isLockFailure(judged)) return { result: 'lock_budget', detail: `${codeOf(judged) ?? ''} in ${tries} tries.${left}` };
      throw judged;
    }
  }
}

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

async function inTransaction({ work, actor }: UnitContext, effect: () => Promise<void>): Promise<void> {
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
async function cleanUp(context: UnitContext, effect: LoneEffect, before: readonly string[]): Promise<string> {
  const { client } = context.work;
  try {
    await client.query(DISARM, [`${TIMEOUTS.statementTimeoutMs}ms`]);
    if (effect.kind === 'create_index') await dropOwnIndex(client, effect);
    const left = (await leftoversOf(client, effect)).filter((name) => !before.includes(name));
    for (const name of left) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    return '';
  } catch {
    const what = effect.kind === 'create_index' ? `the invalid index ${effect.index ?? ''}` : 'an invalid index';
    return `\n  It left ${what} behind, and dropping it failed too: drop it CONCURRENTLY by hand, or roll back.`;
  }
}
