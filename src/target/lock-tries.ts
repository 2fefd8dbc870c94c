import { setTimeout as pause } from 'node:timers/promises';
import { inWords } from '../domain/refusal.ts';
import type { ClientBase } from 'pg';
import type { RelationLock } from '../domain/plan.ts';
import { sendAway } from './autovacuum.ts';
import { describeBlockers, distinct, holdersOf, stillThere, type Blocker } from './blockers.ts';
import { codeOf } from './errors.ts';
import type { Observer } from './observer.ts';
import type { Tuning } from './tuning.ts';

/** What came of trying: the value, or why there is none. */
export type Tried<T> =
  | { readonly kind: 'done'; readonly value: T; readonly tries: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'lock_budget'; readonly detail: string };

export type TryPlan =
  | { readonly kind: 'wait' }
  | { readonly kind: 'try' }
  /** An ordinary autovacuum is asked to make way first. */
  | { readonly kind: 'send_away'; readonly autovacuum: readonly number[] };

export type TryRequest<T> = {
  readonly observer: Observer;
  readonly tuning: Tuning;
  readonly signal: AbortSignal;
  /** Locks that are known to be wanted; nobody is looked for when empty. */
  readonly wanted: readonly RelationLock[];
  /** Answers for the first look who holds them, a moment old; every later look asks anew. Absent: the first look asks too. */
  readonly outlook?: (client: ClientBase) => Promise<readonly Blocker[]>;
  /** Milliseconds of one try; growing through the range of `tuning.lockTryMs` when null. */
  readonly tryMs: number | null;
  /** Pids of this run. */
  readonly ours: readonly number[];
  /** One whole transaction. Must have rolled back when it throws. */
  readonly attempt: (lockTimeoutMs: number) => Promise<T>;
};

/** A transaction that is older than this will hardly end within one try, so a try would only make others wait. */
const OLD_MS = 250;
/** What counts as old when the budget is nearly spent: among transactions that are never young it is worth trying. */
const OLD_AT_LAST_MS = 1_000;

/**
 * Looks at who holds conflicting locks, then tries with a very short lock_timeout, again and again with a pause outside
 * any transaction, until the locks came or the budget is spent. Tries grow from the shortest to the longest while half the budget
 * goes, so that nobody waits longer for us than was needed. There is never a last try without a timeout (F25).
 */
export async function withLockTries<T>(request: TryRequest<T>): Promise<Tried<T>> {
  const { observer, tuning, signal } = request;
  const started = performance.now();
  const sentAway = new Set<number>();
  let inTheWay: readonly Blocker[] = [];
  let first = true;
  for (let tries = 0; ;) {
    if (signal.aborted) return { kind: 'cancelled' };
    const spentShare = Math.min(1, (performance.now() - started) / tuning.lockBudgetMs);
    const seen = await lookAhead(request, inTheWay, first);
    first = false;
    if (seen.length > 0) inTheWay = seen;
    const plan = planTry(seen, { sentAway, spentShare });
    if (plan.kind === 'send_away') {
      for (const pid of plan.autovacuum) sentAway.add(pid);
      await observer.ask((client) => sendAway(client, plan.autovacuum));
      continue;
    }
    if (plan.kind === 'try') {
      tries += 1;
      observer.reset();
      try {
        return { kind: 'done', value: await request.attempt(request.tryMs ?? tryMs(tuning.lockTryMs, spentShare)), tries };
      } catch (error) {
        if (!isLockFailure(error) && !observer.yielded) throw error;
        if (observer.blockers.length > 0) inTheWay = observer.blockers;
      }
    }
    const spent = performance.now() - started;
    if (spent >= tuning.lockBudgetMs) return { kind: 'lock_budget', detail: budgetSpent(spent, tries, inTheWay) };
    await pause(between(tuning.lockPauseMs), undefined, { signal }).catch(() => {});
  }
}

/** Pure: what to do about these holders. `sentAway` are autovacuums that were asked already; `spentShare` of the budget is gone. */
export function planTry(
  holders: readonly Blocker[],
  { sentAway, spentShare }: { readonly sentAway: ReadonlySet<number>; readonly spentShare: number },
): TryPlan {
  if (holders.some((holder) => holder.autovacuum === 'wraparound')) return { kind: 'wait' };
  const oldMs = OLD_MS + (OLD_AT_LAST_MS - OLD_MS) * spentShare;
  if (holders.some((holder) => holder.autovacuum === 'no' && holder.ageMs !== null && holder.ageMs > oldMs)) return { kind: 'wait' };
  const autovacuum = holders.filter((holder) => holder.autovacuum === 'ordinary').map((holder) => holder.pid);
  if (autovacuum.some((pid) => !sentAway.has(pid))) return { kind: 'send_away', autovacuum };
  return { kind: 'try' };
}

/** Pure: how long one try may wait, in milliseconds: the shortest at first, up to the longest when half the budget is gone. */
export function tryMs([shortest, longest]: readonly [number, number], spentShare: number): number {
  const most = shortest + (longest - shortest) * Math.min(1, spentShare * 2);
  return between([shortest, Math.max(shortest, most)]);
}

/** Whether the whole transaction may simply be tried again: no lock in time, or chosen to resolve a deadlock. */
export function isLockFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === '55P03' || code === '40P01';
}

/** Holders of what the plan predicts, and those who blocked the last try and are still in the same transaction. */
async function lookAhead(request: TryRequest<unknown>, before: readonly Blocker[], first: boolean): Promise<readonly Blocker[]> {
  if (first && request.wanted.length === 0) return [];
  if (first && request.outlook !== undefined) return await request.observer.ask(request.outlook);
  return await request.observer.ask(async (client) =>
    distinct([...(await holdersOf(client, request.wanted, request.ours)), ...(await stillThere(client, before))]),
  );
}

function budgetSpent(spentMs: number, tries: number, inTheWay: readonly Blocker[]): string {
  const wraparound = inTheWay.some((blocker) => blocker.autovacuum === 'wraparound')
    ? ' A vacuum to prevent wraparound never makes way and must not be ended: wait until it is done.'
    : '';
  return (
    `The locks did not come within ${inWords(spentMs)} (${tries} ${tries === 1 ? 'try' : 'tries'}). ` +
    `In the way: ${describeBlockers(inTheWay)}. Nothing of this unit was executed.${wraparound}`
  );
}

function between([from, to]: readonly [number, number]): number {
  return Math.round(from + Math.random() * (to - from));
}
