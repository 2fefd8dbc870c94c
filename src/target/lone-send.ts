import type { QueryResult } from 'pg';
import type { Statement } from '../domain/plan.ts';
import { checkFence } from './fence.ts';
import { withLockTries } from './lock-tries.ts';
import { execute } from './session.ts';
import type { LoneEffect } from './sql-shape.ts';
import { StatementFailed, type UnitContext } from './unit-context.ts';

/** How a statement that stands alone comes to its locks. */
export type Manner =
  /** CONCURRENTLY waits for old transactions by design and blocks nobody meanwhile: only the statement's own limit ends it. */
  | 'patient'
  /** Others queue behind it, and it is all or nothing: short tries, like a transaction. */
  | 'tries'
  /** It commits in the middle, so it cannot be tried again: one go, that makes way as soon as somebody waits behind it. */
  | 'once';

/** A wait inside a statement that commits by itself, in milliseconds; who waits behind it waits no longer than a try. */
const ONCE_WAIT_MS = 2_000;
const TIMEOUTS = `SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`;

export type Sent = { readonly result: QueryResult; readonly ms: number; readonly tries: number };

/** The locks did not come within the budget; nothing was executed. */
export class LockBudgetSpent extends Error {}

/** Pure: the class of a lone statement. What is not known to be harmless is treated as if it blocked everybody. */
function mannerOf({ blocks }: Pick<Statement, 'blocks'>, effect: LoneEffect): Manner {
  if (effect.kind === 'in_parts') return 'once';
  if (effect.kind === 'repeatable' || effect.kind === 'unknown') return blocks === 'ddl' || blocks === 'nothing' ? 'patient' : 'tries';
  return 'patient';
}

/** Sends the statement in the manner of its class. Throws what PostgreSQL answered, or LockBudgetSpent. */
export async function sendLone(context: UnitContext, statement: Statement, effect: LoneEffect): Promise<Sent> {
  const { request, observer, tuning } = context;
  observer.reset();
  switch (mannerOf(statement, effect)) {
    case 'patient':
      return { ...(await go(context, statement, { lockTimeoutMs: 0 })), tries: 1 };
    case 'once': {
      const yieldAfterMs = tuning.lockTryMs[1];
      try {
        return { ...(await go(context, statement, { lockTimeoutMs: ONCE_WAIT_MS, yieldAfterMs })), tries: 1 };
      } catch (error) {
        if (!observer.yielded) throw error;
        throw new StatementFailed('It waited for a lock while the application waited behind it, so it was taken out of the queue.');
      }
    }
    case 'tries': {
      const tried = await withLockTries({
        observer,
        tuning,
        signal: request.signal,
        wanted: statement.locks,
        tryMs: null,
        ours: context.ours,
        attempt: (lockTimeoutMs) => go(context, statement, { lockTimeoutMs, yieldAfterMs: lockTimeoutMs }),
      });
      if (tried.kind === 'lock_budget') throw new LockBudgetSpent(tried.detail);
      if (tried.kind === 'cancelled') throw request.signal.reason;
      return { ...tried.value, tries: tried.tries };
    }
  }
}

type Waits = { readonly lockTimeoutMs: number; readonly yieldAfterMs?: number };

async function go(
  { request, actor, work, observer, tuning }: UnitContext,
  statement: Statement,
  { lockTimeoutMs, ...watching }: Waits,
): Promise<Omit<Sent, 'tries'>> {
  await checkFence(work.client, actor);
  await work.client.query(TIMEOUTS, [`${lockTimeoutMs}ms`, `${tuning.longStatementMs}ms`]);
  const begun = performance.now();
  const result = await observer.during(request.signal, () => execute(work.client, statement.sql, tuning.longStatementMs), {
    firstLookMs: 0,
    ...watching,
  });
  return { result, ms: Math.round(performance.now() - begun) };
}
