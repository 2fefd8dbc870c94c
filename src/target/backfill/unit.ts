import type { UnitOutcome } from '../../ports.ts';
import type { Observer } from '../observer.ts';
import { beginFenced } from '../fence.ts';
import { recordApplied } from '../history.ts';
import { strongest } from '../lock-modes.ts';
import { writeMarker } from '../marker.ts';
import { historyRow, markerKey, passGate, type UnitContext } from '../unit-context.ts';
import { fill, type Filled, type Filling } from './fill.ts';
import { lanesOf, type Lane } from './lanes.ts';
import { fillPlan, type FillPlan } from './plan.ts';
import { rowsPerSecond, withPoint, type Point } from './rate.ts';
import { watchStrain } from './strain.ts';

const FINISH = { lockTimeoutMs: 2_000, statementTimeoutMs: 60_000 };

/**
 * Applies a declared UPDATE or DELETE in key ranges, each its own transaction with a marker at the exact key it reached: after a
 * crash or a stop it goes on behind that key, and no row is done twice.
 */
export async function applyBackfill(context: UnitContext): Promise<UnitOutcome> {
  const { request, work, observer, actor } = context;
  const started = performance.now();
  const key = markerKey(context);
  const plan = await fillPlan(work.client, request);
  const { lanes, total } = await lanesOf(work, { actor, plan, key });
  const tally = tallyOf(context, { done: lanes.reduce((sum, { marker }) => sum + marker.backfillDone, 0), total });
  // An empty table asks too: being recorded is forward work.
  if (lanes.length === 0) await passGate(request, 0);
  const { ended, observers } = await fillLanes(context, { plan, lanes, tally });
  const budget = ended.find((end) => end.kind === 'lock_budget');
  if (budget !== undefined) return { result: 'lock_budget', detail: budget.detail };
  await finish(context, tally.done());
  tally.finished();
  const ms = Math.round(performance.now() - started);
  const locks = strongest(observers.flatMap((each) => each.locks));
  const tries = 1 + ended.reduce((sum, end) => sum + (end.kind === 'done' ? end.again : 0), 0);
  const longestWaitMs = Math.max(observer.longestWaitMs, ...observers.map((each) => each.longestWaitMs));
  return { result: 'applied', statements: [{ index: plan.statement.index, ms, rows: tally.rows(), locks }], ms, longestWaitMs, tries };
}

type Work = { readonly plan: FillPlan; readonly lanes: readonly Lane[]; readonly tally: Tally };
type Ended = { readonly ended: readonly Filled[]; readonly observers: readonly Observer[] };

/** Fills the ranges side by side, the first on the run's own session. One that fails ends the others behind their running batch. */
async function fillLanes(context: UnitContext, { plan, lanes, tally }: Work): Promise<Ended> {
  const { tuning } = context;
  let stopped = false;
  const hands = await Promise.all(lanes.map(async (_, index) => (index === 0 ? context : await context.another(index + 1))));
  const strain = watchStrain(
    hands.map(({ observer }) => observer),
    { batchMs: plan.backfill.batchMs ?? tuning.batchMs, walBytesPerSecond: tuning.walBytesPerSecond },
  );
  const one = async (lane: Lane, index: number): Promise<Filled> => {
    const { work, observer } = hands[index] ?? context;
    const filling: Filling = {
      context,
      plan,
      lane,
      work,
      observer,
      strain: strain.now,
      onBatch: (batch) => tally.add(batch),
      onBraked: (why) => tally.note(why),
      stopped: () => stopped,
    };
    try {
      const ended = await fill(filling);
      if (ended.kind !== 'done') stopped = true;
      return ended;
    } catch (error) {
      stopped = true;
      throw error;
    }
  };
  try {
    const ended = await Promise.allSettled(lanes.map(one));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return {
      ended: ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
      observers: hands.map(({ observer }) => observer),
    };
  } finally {
    await strain.stop();
    await Promise.all(hands.slice(1).map(({ work }) => work.end()));
  }
}

/** Records that the whole is done; this COMMIT waits for the disk, and with it for every batch before. */
async function finish({ request, work, actor, ...context }: UnitContext, done: number): Promise<void> {
  const key = markerKey({ request, work, actor, ...context });
  try {
    await beginFenced(work.client, actor, FINISH);
    await writeMarker(work.client, key, { backfillKey: null, backfillDone: done, backfillTotal: done, finished: true });
    if (request.last) await recordApplied(work.client, historyRow(request.migration, request.runId));
    request.signal.throwIfAborted();
    await work.client.query('COMMIT');
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** What is told about the whole, whichever range it happened in. */
type Tally = {
  readonly add: (batch: { readonly size: number; readonly rows: number }) => void;
  readonly note: (why: string) => void;
  readonly finished: () => void;
  readonly done: () => number;
  readonly rows: () => number;
};

function tallyOf({ request }: UnitContext, from: { readonly done: number; readonly total: number }): Tally {
  let { done, total } = from;
  let rows = 0;
  let note = '';
  let points: readonly Point[] = [{ at: performance.now(), done }];
  const tell = () => {
    total = Math.max(total, done);
    request.onProgress(done, total, { rowsPerSecond: rowsPerSecond([...points, { at: performance.now(), done }]), note });
  };
  tell();
  return {
    add: (batch) => {
      done += batch.size;
      rows += batch.rows;
      points = withPoint(points, { at: performance.now(), done });
      tell();
    },
    note: (why) => {
      note = why;
      tell();
    },
    finished: () => {
      total = done;
      tell();
    },
    done: () => done,
    rows: () => rows,
  };
}
