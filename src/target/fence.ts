import type { ClientBase } from 'pg';
import type { BundledCommand } from './bundle.ts';
import { codeOf, TargetError } from './errors.ts';

/** Who acts: only the newest epoch of the run that holds the target may write (invariant 5). */
export type Actor = { readonly runId: string; readonly epoch: number };

/** A newer worker, or another run, has the target. */
export class FencedOff extends TargetError {}

/** FOR SHARE keeps a newer epoch from being raised between this check and our COMMIT. */
const BEGIN_CHECKED = `
  SELECT run_id, epoch::float8 AS epoch, set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)
  FROM offpeak.fence FOR SHARE`;
/**
 * The same question with the server as the judge: what comes behind it in one message is not executed when somebody else may write.
 * The division is what fails. FOR SHARE gives the transaction its id, which is known so before anything can be lost.
 */
const checked = (when: string, more: string) => `
  WITH fence AS (SELECT run_id, epoch FROM offpeak.fence FOR SHARE)
  SELECT pg_current_xact_id()::text, extract(epoch FROM transaction_timestamp()) * 1000,
         1 / count(*) FILTER (WHERE run_id = $1 AND epoch <= $2::bigint${when}),
         set_config('lock_timeout', $3, true), set_config('statement_timeout', $4, true), set_config('application_name', $5, true)${more}
  FROM fence`;
/** Notes its moment in the session, for those that come behind it in one message. */
const CHECKED = checked('', `, set_config('offpeak.begun', extract(epoch FROM transaction_timestamp())::text, false)`);
/** Fails as well when it comes too late behind the first of its message. */
const CHECKED_BEHIND = checked(
  ` AND extract(epoch FROM clock_timestamp()) - current_setting('offpeak.begun')::float8 BETWEEN 0 AND $6::float8 / 1000`,
  '',
);
const RAISE = `
  UPDATE offpeak.fence
  SET epoch = CASE WHEN run_id = $1 THEN greatest(epoch, $2::bigint) ELSE $2::bigint END, run_id = $1
  RETURNING epoch::float8 AS epoch`;
const READ = `SELECT run_id, epoch::float8 AS epoch FROM offpeak.fence`;

/** The fence as it is read. */
export type FenceRow = { readonly run_id: string; readonly epoch: number };

export type Timeouts = { readonly lockTimeoutMs: number; readonly statementTimeoutMs: number };

/** Opens a transaction in which `actor` may write, with its timeouts. Throws FencedOff before anything was done. */
export async function beginFenced(client: ClientBase, actor: Actor, timeouts: Timeouts): Promise<void> {
  await client.query('BEGIN');
  const { rows } = await client.query<Actor & { run_id: string }>(BEGIN_CHECKED, [
    `${timeouts.lockTimeoutMs}ms`,
    `${timeouts.statementTimeoutMs}ms`,
  ]);
  judgeFence(rows[0], actor);
}

/**
 * Opens a transaction in which `actor` may write, as the head of a bundle that answers its id and when it began by the server's clock, in milliseconds. Its
 * settings are the transaction's alone. With `behindMs` it may begin only so soon after the first transaction of the same message.
 */
export function openFenced(
  actor: Actor,
  timeouts: Timeouts & { readonly applicationName: string },
  behindMs: number | null = null,
): readonly BundledCommand[] {
  const { lockTimeoutMs, statementTimeoutMs, applicationName } = timeouts;
  const values = [actor.runId, actor.epoch, `${lockTimeoutMs}ms`, `${statementTimeoutMs}ms`, applicationName];
  return [
    { name: 'offpeak_begin', text: 'BEGIN' },
    behindMs === null
      ? { name: 'offpeak_fence', text: CHECKED, values }
      : { name: 'offpeak_behind', text: CHECKED_BEHIND, values: [...values, behindMs] },
  ];
}

/** Why the head of a bundle failed: FencedOff in the fence's own words when it was the fence. The transaction must be over. */
export async function whyNotOpened(client: ClientBase, actor: Actor, error: unknown): Promise<unknown> {
  if (codeOf(error) !== '22012') return error;
  try {
    await checkFence(client, actor);
    return new FencedOff('The fence of this target was closed for a moment. Nothing was executed.');
  } catch (why) {
    return why;
  }
}

/** The same question outside a transaction, for statements that cannot run in one. */
export async function checkFence(client: ClientBase, actor: Actor): Promise<void> {
  const { rows } = await client.query<{ run_id: string; epoch: number }>(READ);
  judgeFence(rows[0], actor);
}

/** Makes `actor` the one that may write; epochs of one run only rise. Returns the epoch that is in force. */
export async function raiseFence(client: ClientBase, actor: Actor): Promise<number> {
  const { rows } = await client.query<{ epoch: number }>(RAISE, [actor.runId, actor.epoch]);
  return rows[0]?.epoch ?? Number.POSITIVE_INFINITY;
}

/** The epoch in force for this run; null when another run has the target. */
export async function fenceEpoch(client: ClientBase, runId: string): Promise<number | null> {
  const { rows } = await client.query<{ run_id: string; epoch: number }>(READ);
  return rows[0]?.run_id === runId ? rows[0].epoch : null;
}

/** Throws FencedOff when the fence says that somebody else may write; for those who read it in a message of their own. */
export function judgeFence(fence: FenceRow | undefined, actor: Actor): void {
  if (fence === undefined) throw new FencedOff('The fence of this target is missing, so nothing was executed. Take the lock again.');
  if (fence.run_id !== actor.runId) throw new FencedOff('Another run has taken this target over. Nothing was executed.');
  if (fence.epoch > actor.epoch) throw new FencedOff('Another worker took over this run. Nothing was executed.');
}
