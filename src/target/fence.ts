import type { ClientBase } from 'pg';
import { TargetError } from './errors.ts';

/** Who acts: only the newest epoch of the run that holds the target may write (invariant 5). */
export type Actor = { readonly runId: string; readonly epoch: number };

/** A newer worker, or another run, has the target. */
export class FencedOff extends TargetError {}

/** FOR SHARE keeps a newer epoch from being raised between this check and our COMMIT. */
const BEGIN_CHECKED = `
  SELECT run_id, epoch::float8 AS epoch, set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)
  FROM offpeak.fence FOR SHARE`;
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
