import type { QueryResult } from 'pg';
import { codeOf, TargetError } from '../errors.ts';
import { judgeFence, type Actor, type FenceRow } from '../fence.ts';
import { isLockFailure } from '../lock-tries.ts';
import type { Marker, MarkerKey } from '../marker.ts';
import type { Session } from '../session.ts';
import { judgeStatementError } from '../unit-context.ts';
import { readKey, writeKey, type Key } from './key.ts';
import type { FillPlan } from './plan.ts';
import { edgeQuery } from './table.ts';

/** One batch as it is asked for. Milliseconds. */
export type BatchRequest = {
  readonly actor: Actor;
  readonly plan: FillPlan;
  readonly work: Session;
  readonly key: MarkerKey;
  readonly marker: Marker;
  /** The last key it may touch. */
  readonly until: Key;
  readonly size: number;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with all locks held, just before the end. */
  readonly onHolding: () => Promise<unknown>;
};

/** What became of it: the marker now, how many rows were passed and how many changed. `end`: there is nothing behind the marker. */
export type Batch = {
  readonly marker: Marker;
  readonly size: number;
  readonly rows: number;
  readonly ms: number;
  readonly end: boolean;
};

/** The batch would have to be smaller: a row of it stays locked, or it ran into its time limit. It was rolled back. */
export class TooMuch extends Error {
  readonly locked: boolean;

  constructor(locked: boolean) {
    super('The batch has to be smaller.');
    this.locked = locked;
  }
}

/**
 * One batch and its marker in one transaction, in three messages. It does not wait for the disk: a crash of the server loses the
 * marker together with the rows, and the fill goes on at the key before it; the unit is only recorded behind a COMMIT that waited.
 */
export async function fillBatch(request: BatchRequest): Promise<Batch> {
  const { plan, work, marker, signal } = request;
  const begun = performance.now();
  const after = marker.backfillKey === null ? null : readKey(marker.backfillKey, plan.table.columns);
  try {
    const edge = await judged(request, () => begin(request, after));
    if (edge === null) {
      await work.client.query('ROLLBACK');
      return { marker, size: 0, rows: 0, ms: performance.now() - begun, end: true };
    }
    const done = marker.backfillDone + edge.count;
    const next = { ...marker, backfillKey: writeKey(edge.key), backfillDone: done, backfillTotal: Math.max(marker.backfillTotal, done) };
    await moveMarker(request, next);
    const rows = await change(request, after, edge.key);
    await request.onHolding();
    signal.throwIfAborted();
    await commit(request);
    return { marker: next, size: edge.count, rows, ms: performance.now() - begun, end: false };
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw isLockFailure(error) ? new TooMuch(true) : error;
  }
}

type Edge = { readonly key: Key; readonly count: number };

/** Opens the transaction, asks the fence and finds the edge, all in one message: nothing is written before the fence was judged. */
async function begin(request: BatchRequest, after: Key | null): Promise<Edge | null> {
  const { actor, plan, work, until, size, lockTimeoutMs, statementTimeoutMs } = request;
  const answers = (await work.client.query(`
    BEGIN;
    SELECT run_id, epoch::float8 AS epoch, set_config('lock_timeout', '${Math.round(lockTimeoutMs)}ms', true),
           set_config('statement_timeout', '${Math.round(statementTimeoutMs)}ms', true), set_config('synchronous_commit', 'off', true)
    FROM offpeak.fence FOR SHARE;
    ${edgeQuery(plan.table, { after, until, size })}`)) as unknown as readonly QueryResult[];
  judgeFence(answers[1]?.rows[0] as FenceRow | undefined, actor);
  const found = answers[2]?.rows[0] as { edge: Key | null; count: number } | undefined;
  return found === undefined || found.edge === null ? null : { key: found.edge, count: found.count };
}

/** The expected key is the one this range was left at: of two sessions that fill the same rows only one can move it. */
const MOVE = `
  INSERT INTO offpeak.marker AS m (run_id, position, version, epoch, backfill_key, backfill_done, backfill_total, finished)
  VALUES ($1, $2, $3, $4, $5, $6, $7, false)
  ON CONFLICT (run_id, version, position) DO UPDATE
  SET epoch = excluded.epoch, at = clock_timestamp(), backfill_key = excluded.backfill_key,
      backfill_done = excluded.backfill_done, backfill_total = excluded.backfill_total
  WHERE m.backfill_key IS NOT DISTINCT FROM $8 AND NOT m.finished`;

/**
 * Moves the marker before the rows are changed, so that a batch of ours that is still under way on a lost connection is waited for,
 * and then nothing is done twice. Throws when somebody else moved it.
 */
async function moveMarker({ work, key, marker }: BatchRequest, next: Marker): Promise<void> {
  const { runId, position, version, epoch } = key;
  const values = [runId, position, version, epoch, next.backfillKey, next.backfillDone, next.backfillTotal, marker.backfillKey];
  const { rowCount } = await work.client.query(MOVE, values);
  if (rowCount === 1) return;
  throw new TargetError(
    'This backfill is further than was read: another session of this run finished a batch. Nothing was executed; it is read again.',
  );
}

async function change(request: BatchRequest, after: Key | null, upTo: Key): Promise<number> {
  const { client } = request.work;
  const values = [...upTo, ...(after ?? [])];
  return await judged(
    request,
    async () => (await client.query(after === null ? request.plan.first : request.plan.behind, values)).rowCount ?? 0,
  );
}

/** Deferred constraints speak at COMMIT. */
async function commit(request: BatchRequest): Promise<void> {
  await judged(request, () => request.work.client.query('COMMIT'));
}

async function judged<T>({ plan, statementTimeoutMs, size, signal }: BatchRequest, act: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await act();
  } catch (error) {
    const ms = performance.now() - begun;
    if (codeOf(error) === '57014' && size > 1 && !signal.aborted && ms >= statementTimeoutMs * 0.98) throw new TooMuch(false);
    throw judgeStatementError({
      error,
      path: plan.path,
      sql: plan.statement.sql,
      line: plan.statement.line,
      ms,
      limitMs: statementTimeoutMs,
    });
  }
}
