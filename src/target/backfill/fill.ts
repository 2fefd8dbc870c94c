import { setTimeout as pause } from 'node:timers/promises';
import { inWords } from '../../domain/refusal.ts';
import { describeBlockers } from '../blockers.ts';
import type { Observer } from '../observer.ts';
import type { Session } from '../session.ts';
import type { UnitContext } from '../unit-context.ts';
import { fillBatch, TooMuch, type Batch } from './batch.ts';
import { conditionsOf } from './conditions.ts';
import type { Lane } from './lanes.ts';
import type { FillPlan } from './plan.ts';
import { FIRST_BATCH, nextSize, rowCost, smaller } from './size.ts';
import { restMs, wantedMs, type Strain } from './strain.ts';

/** A single row may be waited for so long: nobody waits for us meanwhile. */
const ROW_WAIT_MS = 2_000;
/** A batch of many rows holds those it has while it waits for the next, so it gives up at once. */
const BATCH_WAIT_MS = 50;
/** How many times the wanted length a batch may last before it is made smaller. */
const OVERLONG = 10;
/** A busy server is no reason to begin again. */
const LEAST_LIMIT_MS = 250;
const AGAIN_MS = [20, 60] as const;
/** An ordinary batch is over before anybody looks; one that waits for a row is looked at before it gives up. */
const WATCHING = { firstLookMs: 100, firstBlockersMs: 40 };
/** Besides the lock budget, the share of the whole time that may go into waiting for rows. */
const WAITING_SHARE = 0.1;

/** One range that is being filled. */
export type Filling = {
  readonly context: UnitContext;
  readonly plan: FillPlan;
  readonly lane: Lane;
  readonly work: Session;
  readonly observer: Observer;
  readonly strain: () => Strain;
  readonly onBatch: (batch: Batch) => void;
  readonly onBraked: (why: string) => void;
  /** True when another range failed: nothing more begins. */
  readonly stopped: () => boolean;
};

/** Filled to its end, or why not. `tries` counts the batches that had to be begun again. */
export type Filled = { readonly kind: 'done'; readonly again: number } | { readonly kind: 'lock_budget'; readonly detail: string };

/**
 * Fills one range batch by batch. The length of a batch is the lever: its size follows the time it should take; it rests only when
 * something asks for it. Throws what stops a unit: the gate, a failed statement, a cancel, a lost connection.
 */
export async function fill(filling: Filling): Promise<Filled> {
  const { context, plan, lane, work, strain } = filling;
  const { request, actor, tuning } = context;
  const batchMs = plan.backfill.batchMs ?? tuning.batchMs;
  const conditions = conditionsOf(request, filling.onBraked);
  const patience = patienceOf(filling);
  let { marker } = lane;
  let size = FIRST_BATCH;
  let cost: number | null = null;
  let predictedMs = batchMs;
  let looked = false;
  while (!filling.stopped()) {
    const pace = await conditions.admit(predictedMs);
    const wanted = wantedMs(batchMs, pace, strain());
    conditions.askAhead(predictedMs + wanted);
    const begun = performance.now();
    const onHolding = async () => {
      if (!looked) await filling.observer.look();
    };
    try {
      const asked = {
        actor,
        plan,
        work,
        marker,
        size,
        onHolding,
        key: lane.key,
        until: lane.until,
        signal: request.signal,
        lockTimeoutMs: size === 1 ? Math.min(ROW_WAIT_MS, tuning.lockBudgetMs) : Math.max(BATCH_WAIT_MS, wanted),
        statementTimeoutMs: size === 1 ? tuning.statementMs : Math.max(LEAST_LIMIT_MS, OVERLONG * wanted),
      };
      // Watched batch by batch: while it rests, the session is meant to be idle.
      const batch = await filling.observer.during(request.signal, () => fillBatch(asked), WATCHING);
      if (batch.end) return { kind: 'done', again: patience.again() };
      looked = true;
      ({ marker } = batch);
      patience.went();
      cost = rowCost(cost, batch);
      // The last batch of a range may be short; it says nothing about the size.
      if (batch.size === size) size = nextSize(size, batch.ms, wanted, cost ?? undefined);
      predictedMs = batch.ms;
      filling.onBatch(batch);
      await rest(restMs(batch.ms, pace, strain()), request.signal);
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      const spent = patience.spend(performance.now() - begun);
      if (spent !== null) return { kind: 'lock_budget', detail: spent };
      size = smaller(size);
      await rest(AGAIN_MS[0] + Math.random() * (AGAIN_MS[1] - AGAIN_MS[0]), request.signal);
    }
  }
  return { kind: 'done', again: patience.again() };
}

/**
 * What may be spent on rows that others keep locked: the budget for each batch, and over the whole backfill the budget and a tenth of
 * its time. Counted for the whole alone, hours of work would end at some hundred short waits; counted for each batch alone, it might
 * do nothing but wait.
 */
function patienceOf({ context: { tuning }, plan, observer }: Filling) {
  const started = performance.now();
  let since = started;
  let waitedMs = 0;
  let again = 0;
  return {
    again: () => again,
    went: () => {
      since = performance.now();
    },
    /** Null while there is some left; otherwise the sentence for the operator. */
    spend: (ms: number): string | null => {
      again += 1;
      waitedMs += ms;
      const now = performance.now();
      const inTheWay = `In the way: ${describeBlockers(observer.blockers)}. What was filled before is kept.`;
      if (now - since >= tuning.lockBudgetMs) return `Rows of ${plan.table.name} stayed locked for ${inWords(now - since)}. ${inTheWay}`;
      const allowed = tuning.lockBudgetMs + (now - started) * WAITING_SHARE;
      if (waitedMs < allowed) return null;
      return `${inWords(waitedMs)} of ${inWords(now - started)} went into waiting for rows of ${plan.table.name} that others keep locked. ${inTheWay}`;
    },
  };
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms >= 1) await pause(ms, undefined, { signal }).catch(() => {});
  signal.throwIfAborted();
}
