import type { ClientBase } from 'pg';
import type { BundledCommand } from './bundle.ts';

/** How far a unit of a run is, as committed together with its effect. */
export type Marker = {
  readonly backfillKey: string | null;
  readonly backfillDone: number;
  readonly backfillTotal: number;
  readonly finished: boolean;
};

export type MarkerKey = { readonly runId: string; readonly position: number; readonly version: string; readonly epoch: number };

const READ = `
  SELECT backfill_key, backfill_done::float8 AS done, backfill_total::float8 AS total, finished
  FROM offpeak.marker WHERE run_id = $1 AND version = $2 AND position = $3`;
/** A unit whose marker commits with its effect has none before: a second time it is refused by the key, whatever the ledger says. */
const PROVE = `
  INSERT INTO offpeak.marker (run_id, position, version, epoch, backfill_key, backfill_done, backfill_total, finished)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const WRITE = `${PROVE}
  ON CONFLICT (run_id, version, position) DO UPDATE
  SET epoch = excluded.epoch, at = clock_timestamp(), backfill_key = excluded.backfill_key,
      backfill_done = excluded.backfill_done, backfill_total = excluded.backfill_total, finished = excluded.finished
  RETURNING pg_current_xact_id()::text AS xid`;
/** Positions below zero belong to the undoing. */
const ANY_FORWARD = `SELECT EXISTS (SELECT FROM offpeak.marker WHERE run_id = $1 AND version = $2 AND position >= 0) AS any`;
const ANY = `SELECT EXISTS (SELECT FROM offpeak.marker WHERE run_id = $1) AS any`;
const REMOVE = `DELETE FROM offpeak.marker WHERE run_id = $1 AND version = $2 AND position = $3`;
const REMOVE_VERSION = `DELETE FROM offpeak.marker WHERE run_id = $1 AND version = $2`;

export const NOTHING_DONE: Marker = { backfillKey: null, backfillDone: 0, backfillTotal: 0, finished: false };
export const DONE: Marker = { ...NOTHING_DONE, finished: true };

/** Null when the unit was never begun, or nothing of it was committed. */
export async function readMarker(client: ClientBase, { runId, version, position }: Omit<MarkerKey, 'epoch'>): Promise<Marker | null> {
  const { rows } = await client.query<{ backfill_key: string | null; done: number; total: number; finished: boolean }>(READ, [
    runId,
    version,
    position,
  ]);
  const row = rows[0];
  if (row === undefined) return null;
  return { backfillKey: row.backfill_key, backfillDone: row.done, backfillTotal: row.total, finished: row.finished };
}

/** Whether anything that this run committed is still there, of whatever version. */
export async function anyMarker(client: ClientBase, runId: string): Promise<boolean> {
  const { rows } = await client.query<{ any: boolean }>(ANY, [runId]);
  return rows[0]?.any === true;
}

/** Writes the marker; call it in the transaction of the effect it proves. Returns that transaction's id, for `pg_xact_status`. */
export async function writeMarker(client: ClientBase, key: MarkerKey, marker: Marker): Promise<string> {
  const { rows } = await client.query<{ xid: string }>(WRITE, [...valuesOf(key, marker)]);
  return rows[0]?.xid ?? '';
}

/** The proof of a unit that is one transaction, as part of a bundle. */
export function proofCommand(key: MarkerKey): BundledCommand {
  return { name: 'offpeak_marker', text: PROVE, values: valuesOf(key, DONE) };
}

function valuesOf({ runId, position, version, epoch }: MarkerKey, marker: Marker) {
  return [runId, position, version, epoch, marker.backfillKey, marker.backfillDone, marker.backfillTotal, marker.finished] as const;
}

/** Whether anything of this migration was committed by the run and not undone; every effect is committed with, or after, a marker. */
export async function leftAnything(client: ClientBase, runId: string, version: string): Promise<boolean> {
  const { rows } = await client.query<{ any: boolean }>(ANY_FORWARD, [runId, version]);
  return rows[0]?.any === true;
}

/** Forgets one unit: nothing of it happened. */
export async function removeMarker(client: ClientBase, { runId, version, position }: Omit<MarkerKey, 'epoch'>): Promise<void> {
  await client.query(REMOVE, [runId, version, position]);
}

/** Forgets every marker of one migration of the run, its undoing included. */
export async function removeMarkers(client: ClientBase, runId: string, version: string): Promise<void> {
  await client.query(REMOVE_VERSION, [runId, version]);
}
