import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { TargetError } from './errors.ts';
import { openSession, type OpenRequest, type Session } from './session.ts';

const PID = `SELECT pg_backend_pid() AS pid`;
const SIGN = `SELECT set_config('offpeak.probe', $1, false)`;
const READ_SIGN = `SELECT current_setting('offpeak.probe', true) AS sign`;
const STATE = `
  SELECT pg_is_in_recovery() AS replica, current_setting('transaction_read_only')::boolean AS read_only,
         current_setting('server_version_num')::int / 10000 AS major, current_user AS role, current_database() AS database,
         CASE WHEN to_regnamespace('offpeak') IS NULL THEN has_database_privilege(current_database(), 'CREATE')
              ELSE has_schema_privilege('offpeak', 'CREATE, USAGE') END AS may_create`;

const OLDEST_MAJOR = 14;
const POOLER =
  'This connection goes through a transaction pooler: locks and timeouts of ours would end up in sessions of the application. ' +
  'Use the direct or session address of the database (Supabase: port 5432, not 6543; PgBouncer: pool_mode = session).';

/** Null when this database may be migrated through this connection, otherwise the sentence that says what to do (X13, F9, F10). */
export async function whyUnusable(open: (what: string) => OpenRequest): Promise<string | null> {
  const sessions: Session[] = [];
  try {
    for (const what of ['probe 1', 'probe 2']) sessions.push(await openSession(open(what)));
    const [one, other] = sessions;
    if (one === undefined || other === undefined) return POOLER;
    if (await isPooled(one.client, other.client)) return POOLER;
    return await unfit(one.client);
  } catch (error) {
    if (error instanceof TargetError) return error.message;
    throw error;
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

/**
 * Two clients that ever meet on one backend, or one client that meets two, share a pool. Asked in the order one, other,
 * other, one, so that a pool that deals its servers out in turn is caught as well.
 */
export async function isPooled(one: Client, other: Client): Promise<boolean> {
  const signs = new Map([one, other].map((client) => [client, randomUUID()]));
  for (const [client, sign] of signs) await client.query(SIGN, [sign]);
  const pids = new Map<Client, Set<number>>([
    [one, new Set()],
    [other, new Set()],
  ]);
  for (const client of [one, other, other, one, one, other]) {
    const { rows } = await client.query<{ pid: number }>(PID);
    if (rows[0] !== undefined) pids.get(client)?.add(rows[0].pid);
    const { rows: read } = await client.query<{ sign: string | null }>(READ_SIGN);
    if (read[0]?.sign !== signs.get(client)) return true;
  }
  const [mine, theirs] = [pids.get(one) ?? new Set(), pids.get(other) ?? new Set()];
  return mine.size !== 1 || theirs.size !== 1 || !mine.isDisjointFrom(theirs);
}

type State = { replica: boolean; read_only: boolean; major: number; role: string; database: string; may_create: boolean };

async function unfit(client: Client): Promise<string | null> {
  const { rows } = await client.query<State>(STATE);
  const state = rows[0];
  if (state === undefined) return 'The database did not say what it is. Look at its log, then try again.';
  if (state.replica) return 'This is a replica: it can only be read. Put the address of the primary into the settings of this target.';
  if (state.read_only)
    return 'This database is read-only (default_transaction_read_only). Switch that off for our role, or use the primary.';
  if (state.major < OLDEST_MAJOR) return `PostgreSQL ${state.major} is too old: Offpeak needs ${OLDEST_MAJOR} or newer.`;
  if (!state.may_create)
    return `Role ${state.role} may not create the schema offpeak for our own tables. As the owner: GRANT CREATE ON DATABASE "${state.database}" TO "${state.role}".`;
  return null;
}
