import type { Client } from 'pg';
import { connected, onDatabase } from '../backup/connection.ts';
import { codeOf } from '../errors.ts';
import { judgeFence, type FenceRow } from '../fence.ts';
import { sessionName } from '../session.ts';
import { placeOf } from '../errors.ts';
import { RestoreRefused, type RestoreOptions, type RestoreWork } from './options.ts';

const KEY = `hashtextextended('offpeak restore ' || $1, 0)`;
const OLDER = `
select pg_terminate_backend(pid, 5000) from pg_stat_activity
where starts_with(application_name, $1) and pid <> pg_backend_pid()
  and split_part(substr(application_name, length($1) + 1), ':', 1) ~ '^[0-9]+$'
  and split_part(substr(application_name, length($1) + 1), ':', 1)::bigint < $2::bigint`;

/** A session in another database of the live one's server: from inside, a database can be neither made nor renamed. */
export async function maintenanceSession(options: RestoreOptions, name: string): Promise<Client> {
  const live = liveName(options);
  const places = options.maintenance === undefined ? ['postgres', 'template1'] : [options.maintenance];
  let last: unknown;
  for (const place of places.filter((database) => database !== live)) {
    try {
      return await connected(options.connectionString, name, place);
    } catch (error) {
      // Only that this database is not there, or not for us, is a reason to look for another.
      if (!['3D000', '42501', '28000'].includes(codeOf(error) ?? '')) throw error;
      last = error;
    }
  }
  const words = last instanceof Error ? `: ${last.message}` : '';
  throw new RestoreRefused(
    `No other database of ${placeOf(options.connectionString)} lets our role in${words}, and from inside itself a database cannot be renamed. Grant it CONNECT on postgres. The database was not touched.`,
  );
}

function liveName({ connectionString }: RestoreOptions): string {
  return decodeURIComponent(new URL(connectionString).pathname.slice(1));
}

/**
 * The right to make, drop and rename the databases of a restore: a lock that dies with its session. Ends first what older epochs of
 * this run left, on any database of the server; refuses while somebody else has it.
 */
export async function restoreLock(admin: Client, options: RestoreOptions, { runId, epoch }: RestoreWork): Promise<void> {
  await admin.query(OLDER, [`offpeak:${runId}:`, epoch]);
  const { rows } = await admin.query<{ taken: boolean }>(`select pg_try_advisory_lock(${KEY}) as taken`, [liveName(options)]);
  if (rows[0]?.taken !== true) throw new Error('Another process restores this database. Nothing was changed by this one.');
}

/** Stops a worker that was taken over: the fence stands in the live database (invariant 5). */
export async function checkLiveFence(options: RestoreOptions, { runId, epoch }: RestoreWork): Promise<void> {
  const client = await connected(options.connectionString, sessionName(runId, epoch, 'fence'));
  try {
    const { rows } = await client.query<FenceRow>('select run_id, epoch::float8 as epoch from offpeak.fence');
    judgeFence(rows[0], { runId, epoch });
  } finally {
    await client.end().catch(() => {});
  }
}

/** The connection string of the copy. */
export function besideUrl({ connectionString }: RestoreOptions, beside: string): string {
  return onDatabase(connectionString, beside);
}
