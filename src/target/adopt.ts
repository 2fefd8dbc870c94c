import type { ClientBase } from 'pg';
import type { FormatName } from '../domain/formats.ts';
import type { Adopted } from '../ports.ts';
import { TargetError } from './errors.ts';
import { waitForLock } from './lock.ts';
import { ensureSchema } from './schema.ts';

/** How long an adoption waits for a run on the same database. */
const WAIT_MS = 5_000;

const BUSY = 'A run, or another adoption, has this database. Nothing was recorded. Adopt again when it is over.';

/** What was taken over, and the way back as it was then: the other tool's files may be gone one day. */
const CREATE = `
  CREATE TABLE IF NOT EXISTS offpeak.adopted (
    version     text        PRIMARY KEY,
    format      text        NOT NULL,
    adopted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    down_path   text,
    down_sha256 text,
    down_text   text
  )`;
const RECORD = `
  INSERT INTO offpeak.history (version, name, up_sha256, run_id, applied_at)
  VALUES ($1, $2, $3, 'adopted', coalesce($4::timestamptz, clock_timestamp()))`;
const KEEP = `INSERT INTO offpeak.adopted (version, format, down_path, down_sha256, down_text) VALUES ($1, $2, $3, $4, $5)`;

/**
 * Records migrations that another tool applied, in one transaction, under the lock that runs hold: all or none. Their downs are
 * kept as text. Writes into our own schema only. Throws when a version is recorded already, or when a run holds the database.
 */
export async function adoptInto(
  client: ClientBase,
  { format, rows }: { readonly format: FormatName; readonly rows: readonly Adopted[] },
): Promise<void> {
  await waitForLock(client, WAIT_MS).catch((error: unknown) => {
    throw error instanceof TargetError && error.code === null ? new TargetError(BUSY) : error;
  });
  await ensureSchema(client);
  await client.query('BEGIN');
  try {
    await client.query(CREATE);
    for (const { version, name, upSha256, appliedAt, down } of rows) {
      await client.query(RECORD, [version, name, upSha256, appliedAt]);
      await client.query(KEEP, [version, format, down?.path ?? null, down?.sha256 ?? null, down?.text ?? null]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
