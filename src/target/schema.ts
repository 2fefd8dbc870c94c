import type { ClientBase } from 'pg';

/** True when every table is there; asked first, because CREATE … IF NOT EXISTS wants the privilege even where nothing is created. */
const COMPLETE = `
  SELECT to_regclass('offpeak.history') IS NOT NULL AND to_regclass('offpeak.marker') IS NOT NULL
     AND to_regclass('offpeak.fence') IS NOT NULL AS complete`;

/**
 * history: what is applied. marker: how far a run is, committed with the effect itself, so that it proves it (F6, F7).
 * fence: which run and epoch may write. Markers at negative positions belong to a rollback.
 */
const CREATE = `
  CREATE SCHEMA IF NOT EXISTS offpeak;
  CREATE TABLE IF NOT EXISTS offpeak.history (
    version    text        PRIMARY KEY,
    name       text        NOT NULL,
    up_sha256  text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id     text        NOT NULL
  );
  CREATE TABLE IF NOT EXISTS offpeak.marker (
    run_id         text        NOT NULL,
    position       integer     NOT NULL,
    version        text        NOT NULL,
    epoch          bigint      NOT NULL,
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    backfill_key   text,
    backfill_done  bigint      NOT NULL DEFAULT 0,
    backfill_total bigint      NOT NULL DEFAULT 0,
    finished       boolean     NOT NULL,
    PRIMARY KEY (run_id, version, position)
  );
  CREATE TABLE IF NOT EXISTS offpeak.fence (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    bigint  NOT NULL,
    run_id   text    NOT NULL
  );
  INSERT INTO offpeak.fence (epoch, run_id) VALUES (0, '') ON CONFLICT DO NOTHING;
  COMMENT ON SCHEMA offpeak IS 'What Offpeak applied here, and its proofs. Do not edit.'`;

/** Creates our own tables where they are missing; safe when two processes do it at once. */
export async function ensureSchema(client: ClientBase): Promise<void> {
  if (await isComplete(client)) return;
  await client.query('BEGIN');
  try {
    // Two CREATE … IF NOT EXISTS at once still collide in the catalog, hence the lock.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('offpeak schema', 0))`);
    await client.query(CREATE);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function isComplete(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ complete: boolean }>(COMPLETE);
  return rows[0]?.complete === true;
}
