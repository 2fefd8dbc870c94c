import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { Backend } from '../domain/events.ts';
import type { TargetLock } from '../ports.ts';
import { placeOf, targetError, TargetError } from './errors.ts';
import { raiseFence, type Actor } from './fence.ts';
import { ensureSchema } from './schema.ts';
import { openSession, type OpenRequest, type Session } from './session.ts';
import { BACKEND_START } from './settings.ts';
import { stopBackend } from './stop.ts';

/** The advisory lock of every Offpeak on this database: the bytes of the name as a number. */
export const LOCK_KEY = BigInt(`0x${Buffer.from('offpeak').toString('hex')}`).toString();

const TRY = `SELECT pg_try_advisory_lock($1::bigint) AS taken`;
const HOLDER = `
  SELECT a.pid, a.application_name, ${BACKEND_START} AS started_at
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.classid::bigint << 32) | l.objid::bigint = $1::bigint`;
/** Sessions that a worker with an older epoch of this run left behind. */
const OLDER = `
  SELECT pid, ${BACKEND_START} AS started_at, application_name FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(application_name, $1)`;

const HEARTBEAT_MS = 3_000;
const WAIT_POLL_MS = 50;

type Found = { readonly pid: number; readonly started_at: string; readonly application_name: string };
export type LockAnswer = { readonly ok: true; readonly lock: TargetLock } | { readonly ok: false; readonly holder: string };

/**
 * Takes the lock on a session of its own, so that it dies with its holder (F24), ends what older epochs of this run left,
 * and raises the fence. Refuses with the holder when another run, or a newer worker of this one, has the target.
 */
export async function takeLock(open: (what: string) => OpenRequest, actor: Actor, onRelease: () => Promise<void>): Promise<LockAnswer> {
  const session = await openSession(open('lock'));
  try {
    await ensureSchema(session.client);
    const holder = await takeOrName(session.client, actor);
    if (holder === null) await endOlder(session.client, actor);
    const epoch = holder === null ? await raiseFence(session.client, actor) : 0;
    if (holder === null && epoch <= actor.epoch) return { ok: true, lock: holding(session, onRelease) };
    await session.end();
    return { ok: false, holder: holder ?? `a newer worker of this run (epoch ${epoch})` };
  } catch (error) {
    await session.end();
    throw targetError(error, placeOf(open('lock').connectionString));
  }
}

/**
 * Waits for the lock instead of refusing: for our own schema at the start of a process. Asks again and again, because a session that
 * waits inside a statement keeps a snapshot, and a CREATE INDEX CONCURRENTLY of the holder would wait for it: both for ever.
 */
export async function waitForLock(client: ClientBase, forMs: number): Promise<void> {
  const deadline = performance.now() + forMs;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(TRY, [LOCK_KEY]);
    if (rows[0]?.taken === true) return;
    if (performance.now() >= deadline)
      throw new TargetError('Another process has held the lock of our own schema for minutes. End it, then start again.');
    await pause(WAIT_POLL_MS);
  }
}

/** Null when we have the lock now, otherwise who has it. A holder that is an older epoch of our own run is ended first. */
async function takeOrName(client: ClientBase, actor: Actor): Promise<string | null> {
  // Twice at most: the holder may leave between the try and the look.
  for (let round = 0; round < 2; round += 1) {
    const { rows } = await client.query<{ taken: boolean }>(TRY, [LOCK_KEY]);
    if (rows[0]?.taken === true) return null;
    const { rows: holders } = await client.query<Found>(HOLDER, [LOCK_KEY]);
    const holder = holders[0];
    if (holder === undefined) continue;
    if (!isOlder(holder.application_name, actor)) return describe(holder);
    await endBackend(client, { pid: holder.pid, startedAt: holder.started_at });
  }
  return 'somebody who let go just now: try again';
}

async function endOlder(client: ClientBase, actor: Actor): Promise<void> {
  const { rows } = await client.query<Found>(OLDER, [sessionPrefix(actor.runId)]);
  for (const row of rows) if (isOlder(row.application_name, actor)) await endBackend(client, { pid: row.pid, startedAt: row.started_at });
}

async function endBackend(client: ClientBase, backend: Backend): Promise<void> {
  const { gone } = await stopBackend(client, backend, 0);
  if (!gone) throw new TargetError(`Backend ${backend.pid} of a dead worker could not be ended. Nothing was executed. End it by hand.`);
}

function sessionPrefix(runId: string): string {
  return `offpeak:${runId}:`;
}

function isOlder(applicationName: string, actor: Actor): boolean {
  const prefix = sessionPrefix(actor.runId);
  if (!applicationName.startsWith(prefix)) return false;
  const epoch = Number.parseInt(applicationName.slice(prefix.length), 10);
  return Number.isSafeInteger(epoch) && epoch < actor.epoch;
}

function describe(holder: Found): string {
  const run = /^offpeak:([^:]+):/.exec(holder.application_name)?.[1];
  return run === undefined ? `backend ${holder.pid} (${holder.application_name})` : `run ${run} (backend ${holder.pid})`;
}

/** A connection can be dead without telling us, so it is asked every few seconds. */
function holding(session: Session, onRelease: () => Promise<void>): TargetLock {
  let asked = false;
  let silent = false;
  const heartbeat = setInterval(() => {
    silent = asked;
    if (silent || !session.alive()) return clearInterval(heartbeat);
    asked = true;
    void session.client.query('SELECT 1').then(
      () => (asked = false),
      () => {},
    );
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    held: () => session.alive() && !silent,
    release: async () => {
      clearInterval(heartbeat);
      await onRelease();
      await session.end();
    },
  };
}
