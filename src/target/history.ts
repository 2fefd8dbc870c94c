import type { ClientBase } from 'pg';
import type { AppliedMigration } from '../ports.ts';
import type { BundledCommand } from './bundle.ts';
import { ensureSchema } from './schema.ts';
import { sessionName, withSession } from './session.ts';
import { DEFAULT_TUNING } from './tuning.ts';

/** A row of the history as it is written; the server stamps the time. */
export type NewlyApplied = Omit<AppliedMigration, 'appliedAt'>;

const EXISTS = `SELECT to_regclass('offpeak.history') IS NOT NULL AS exists`;
const READ = `
  SELECT version, name, up_sha256, run_id, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at
  FROM offpeak.history ORDER BY version`;
const RECORD = `INSERT INTO offpeak.history (version, name, up_sha256, run_id) VALUES ($1, $2, $3, $4)`;
const FORGET = `DELETE FROM offpeak.history WHERE version = $1`;
const HAS = `SELECT EXISTS (SELECT FROM offpeak.history WHERE version = $1) AS has`;

/** Every applied migration in version order; none when Offpeak was never here. */
export async function readHistory(client: ClientBase): Promise<readonly AppliedMigration[]> {
  const { rows: found } = await client.query<{ exists: boolean }>(EXISTS);
  if (found[0]?.exists !== true) return [];
  const { rows } = await client.query<{ version: string; name: string; up_sha256: string; run_id: string; applied_at: string }>(READ);
  return rows.map((row) => ({
    version: row.version,
    name: row.name,
    upSha256: row.up_sha256,
    appliedAt: row.applied_at,
    runId: row.run_id,
  }));
}

/** Writes one row in the transaction of the effect. A version that is already there is an error: it was applied by somebody else. */
export async function recordApplied(client: ClientBase, row: NewlyApplied): Promise<void> {
  await client.query(RECORD, [row.version, row.name, row.upSha256, row.runId]);
}

/** The same as part of a bundle. */
export function historyCommand(row: NewlyApplied): BundledCommand {
  return { name: 'offpeak_history', text: RECORD, values: [row.version, row.name, row.upSha256, row.runId] };
}

/** Removes the row in the transaction of the undoing. */
export async function forgetApplied(client: ClientBase, version: string): Promise<void> {
  await client.query(FORGET, [version]);
}

export async function isRecorded(client: ClientBase, version: string): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(HAS, [version]);
  return rows[0]?.has === true;
}

/** Takes migrations that another tool applied into the history without executing them. Rows that are there already stay as they are. */
export async function adoptHistory(connectionString: string, rows: readonly NewlyApplied[]): Promise<void> {
  const settings = { applicationName: sessionName('adopt', 0, 'history'), lockTimeoutMs: 2_000, statementTimeoutMs: 30_000 };
  await withSession({ connectionString, connectMs: DEFAULT_TUNING.connectMs, settings }, async ({ client }) => {
    await ensureSchema(client);
    await client.query('BEGIN');
    for (const row of rows) if (!(await isRecorded(client, row.version))) await recordApplied(client, row);
    await client.query('COMMIT');
  });
}
