import type { ClientBase } from 'pg';
import { codeOf, TargetError } from './errors.ts';

/** What every session of ours carries; 0 switches a timeout off. Milliseconds. */
export type SessionSettings = {
  readonly applicationName: string;
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
};

/** A session that idles inside a transaction holds its locks; ours may do so only while the gate is asked. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** How soon the server notices that our process died, and cancels its statement (F3, F4). */
const CLIENT_CHECK_MS = 1_000;

const ARM = `
  SELECT set_config('application_name', $1, false), set_config('lock_timeout', $2, false),
         set_config('statement_timeout', $3, false), set_config('idle_in_transaction_session_timeout', $4, false)`;
const ARM_WATCHED = `${ARM}, set_config('client_connection_check_interval', $5, false)`;

/** The start time as exact text in UTC: compared as text, so that no rounding makes two backends equal (R74). */
export const BACKEND_START = `to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const READ_BACK = `
  SELECT pg_backend_pid() AS pid, (SELECT ${BACKEND_START} FROM pg_stat_activity WHERE pid = pg_backend_pid()) AS started_at,
         current_setting('application_name') AS application_name,
         (extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::float8 AS lock_timeout,
         (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::float8 AS statement_timeout,
         (extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval) * 1000)::float8
           AS idle_in_transaction_session_timeout,
         (extract(epoch FROM current_setting('client_connection_check_interval', true)::interval) * 1000)::float8
           AS client_connection_check_interval`;

/** A session as it was read back; `startedAt` is null where the server does not show us our own session. */
export type Armed = { readonly pid: number; readonly startedAt: string | null };

/**
 * Arms a new session, with the check that a dead client is noticed. `watched` is false where the server does not know it (before 14,
 * some systems) or forbids it.
 */
export async function armFirst(client: ClientBase, settings: SessionSettings): Promise<Armed & { readonly watched: boolean }> {
  try {
    return { ...(await arm(client, settings, true)), watched: true };
  } catch (error) {
    // Undefined, not supported by the platform, or not ours to set: the next worker then ends the backend by its pid.
    if (!['42704', '22023', '42501', '0A000'].includes(codeOf(error) ?? '')) throw error;
    return { ...(await arm(client, settings, false)), watched: false };
  }
}

/**
 * Sets the timeouts and the name of a session and reads them back in another message.
 * Throws when a value did not stay: behind a transaction pooler it went to somebody else's session (F9).
 */
export async function arm(client: ClientBase, settings: SessionSettings, watched: boolean): Promise<Armed> {
  const timeouts = [settings.lockTimeoutMs, settings.statementTimeoutMs, IDLE_IN_TRANSACTION_MS].map((value) => `${value}ms`);
  const values = [settings.applicationName, ...timeouts];
  await (watched ? client.query(ARM_WATCHED, [...values, `${CLIENT_CHECK_MS}ms`]) : client.query(ARM, values));
  const wanted: Record<string, string | number> = {
    application_name: settings.applicationName,
    lock_timeout: settings.lockTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  if (watched) wanted['client_connection_check_interval'] = CLIENT_CHECK_MS;
  const { rows } = await client.query<Record<string, string | number | null>>(READ_BACK);
  for (const [name, value] of Object.entries(wanted)) {
    const got = rows[0]?.[name] ?? null;
    if (got !== value)
      throw new TargetError(
        `The setting ${name} does not stay: we set ${value} and read back ${got === null || got === '' ? 'nothing' : got}. A pooler or a role setting overrides it. ` +
          'Nothing was executed. Use the direct or session connection of this database.',
      );
  }
  return { pid: Number(rows[0]?.['pid']), startedAt: (rows[0]?.['started_at'] as string | null | undefined) ?? null };
}
