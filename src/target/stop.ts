import type { ClientBase } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import type { Backend } from '../domain/events.ts';
import { BACKEND_START } from './settings.ts';

export type Stopped = { readonly gone: boolean; readonly how: 'already gone' | 'cancelled' | 'terminated' | 'still there' };

const STATE = `SELECT state FROM pg_stat_activity WHERE pid = $1 AND ${BACKEND_START} = $2`;
const CANCEL = `SELECT pg_cancel_backend(pid) AS done FROM pg_stat_activity WHERE pid = $1 AND ${BACKEND_START} = $2`;
const TERMINATE = `SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE pid = $1 AND ${BACKEND_START} = $2`;

const POLL_MS = 25;
const CANCEL_AGAIN_MS = 250;
/** A terminated backend is gone in milliseconds, unless it waits for the disk. */
const CONFIRM_MS = 5_000;

/** Asks a backend to give up its statement; a pid that was reused since is never touched (R74). */
export async function cancelBackend(client: ClientBase, backend: Backend): Promise<void> {
  await client.query(CANCEL, [backend.pid, backend.startedAt]);
}

/**
 * Cancels, after `graceMs` terminates, and confirms that the backend is gone (R74).
 * A session that is idle after the cancel is ended as well: it has nothing to lose, and could only do harm later.
 */
export async function stopBackend(client: ClientBase, backend: Backend, graceMs: number): Promise<Stopped> {
  if ((await stateOf(client, backend)) === null) return { gone: true, how: 'already gone' };
  const grace = performance.now() + graceMs;
  let cancelled = Number.NEGATIVE_INFINITY;
  let idle = false;
  while (performance.now() < grace) {
    const state = await stateOf(client, backend);
    if (state === null) return { gone: true, how: 'cancelled' };
    idle = state === 'idle';
    if (idle) break;
    // Again and again: a cancel that arrives between two statements has no effect.
    if (performance.now() - cancelled >= CANCEL_AGAIN_MS) {
      cancelled = performance.now();
      await cancelBackend(client, backend);
    }
    await pause(POLL_MS);
  }
  await client.query(TERMINATE, [backend.pid, backend.startedAt]);
  const confirm = performance.now() + CONFIRM_MS;
  while ((await stateOf(client, backend)) !== null) {
    if (performance.now() >= confirm) return { gone: false, how: 'still there' };
    await pause(POLL_MS);
  }
  return { gone: true, how: idle ? 'cancelled' : 'terminated' };
}

/** Null when no backend has this pid and this start time. A state we may not see counts as active. */
async function stateOf(client: ClientBase, backend: Backend): Promise<string | null> {
  const { rows } = await client.query<{ state: string | null }>(STATE, [backend.pid, backend.startedAt]);
  const row = rows[0];
  return row === undefined ? null : (row.state ?? 'active');
}
