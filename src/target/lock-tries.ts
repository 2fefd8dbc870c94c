import { setTimeout as pause } from 'node:timers/promises';
import { inWords } from '../domain/refusal.ts';
import type { RelationLock } from '../domain/plan.ts';
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
  /** One long try that an ordinary autovacuum has to make way for. */
  | { readonly kind: 'outwait'; readonly autovacuum: readonly number[] };

export type TryRequest<T> = {
  readonly observer: Observer;
  readonly tuning: Tuning;
  readonly signal: AbortSignal;
  /** Locks that are known to be wanted; nobody is looked for when empty. */
  readonly wanted: readonly RelationLock[];
  /** Milliseconds of one try; the range of `tuning.lockTryMs` when null. */
  readonly tryMs: number | null;
  /** Pids of this run. */
  readonly ours: readonly number[];
  /** One whole transaction. Must have rolled back when it throws. */
  readonly attempt: (lockTimeoutMs: number) => Promise<T>;
};

/** A transaction of this age does not end within one try, so a try would only make others wait. */
const OLD_MS = 1_000;
/** deadlock_timeout (1 s) must pass before an autovacuum is told to go, and then it needs a moment (N2). */
const OUTWAIT_MS = 1_500;

/**
 * Looks at who holds conflicting locks, then tries with a very short lock_timeout, again and again with a pause outside
 * any transaction, until the locks came or the budget is spent. There is never a last try without a timeout (F25).
 */
export async function withLockTries<T>(request: TryRequest<T>): Promise<Tried<T>> {
  const { observer, tuning, signal } = request;
  const started = performance.now();
  const outwaited = new Set<number>();
  let inTheWay: readonly Blocker[] = [];
  for (let tries = 0; ;) {
    if (signal.aborted) return { kind: 'cancelled' };
    const seen = await lookAhead(request, inTheWay);
    if (seen.length > 0) inTheWay = seen;
    const plan = planTry(seen, outwaited);
    if (plan.kind !== 'wait') {
      tries += 1;
      if (plan.kind === 'outwait') for (const pid of plan.autovacuum) outwaited.add(pid);
      const lockTimeoutMs = plan.kind === 'outwait' ? OUTWAIT_MS : (request.tryMs ?? between(tuning.lockTryMs));
      observer.reset();
      try {
        return { kind: 'done', value: await request.attempt(lockTimeoutMs), tries };
      } catch (error) {
        if (!isLockFailure(error)) throw error;
        if (observer.blockers.length > 0) inTheWay = observer.blockers;
      }
    }
    const spent = performance.now() - started;
    if (spent >= tuning.lockBudgetMs) return { kind: 'lock_budget', detail: budgetSpent(spent, tries, inTheWay) };
    await pause(between(tuning.lockPauseMs), undefined, { signal }).catch(() => {});
  }
}

/** Pure: what to do about these holders. `outwaited` are autovacuums that had their long try already. */
export function planTry(holders: readonly Blocker[], outwaited: ReadonlySet<number>): TryPlan {
  if (holders.some((holder) => holder.autovacuum === 'wraparound')) return { kind: 'wait' };
  if (holders.some((holder) => holder.autovacuum === 'no' && holder.ageMs !== null && holder.ageMs > OLD_MS)) return { kind: 'wait' };
  const autovacuum = holders.filter((holder) => holder.autovacuum === 'ordinary').map((holder) => holder.pid);
  if (autovacuum.some((pid) => !outwaited.has(pid))) return { kind: 'outwait', autovacuum };
  return { kind: 'try' };
}

/** Whether the whole transaction may simply be tried again: no lock in time, or chosen to resolve a deadlock. */
export function isLockFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code === '55P03' || code === '40P01';
}

/** Holders of what the plan predicts, and those who blocked the last try and are still in the same transaction. */
async function lookAhead(request: TryRequest<unknown>, before: readonly Blocker[]): Promise<readonly Blocker[]> {
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
