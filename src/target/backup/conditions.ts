import { statfs } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { readManifests } from './manifest.ts';
import type { BackupOptions } from './options.ts';

const RUNNING = `
select pid, application_name as name from pg_stat_activity
where datname = current_database() and application_name ~ 'pg_dump' and pid <> pg_backend_pid()
union all select pid, 'pg_basebackup' from pg_stat_progress_basebackup
order by pid`;

/** What our dumps are called on the server, followed by the id of the backup. */
export const DUMPING = 'offpeak:pg_dump:';

/**
 * Ends what a killed worker left of this very run: its pg_dump goes on without it, and would keep the next worker from dumping.
 * Only one worker holds a run, so an older dump of the same run belongs to nobody. Waits until it is gone.
 */
export async function endOwnOrphans(client: ClientBase, id: string): Promise<void> {
  const run = /^(.*-run\d+)-/.exec(id)?.[1];
  if (run === undefined) return;
  await client.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and starts_with(application_name, $1)',
    [`${DUMPING}${run}-`],
  );
}

/** Null when no other dump or base backup is running on the target; otherwise the sentence that names it (F22, R41). */
export async function otherBackup(client: ClientBase): Promise<string | null> {
  const { rows } = await client.query<{ pid: number; name: string }>(RUNNING);
  const [other] = rows;
  if (!other) return null;
  return (
    `${other.name} is already running on the target (backend ${other.pid}). Its locks and ours would stand in each other's way: ` +
    'wait until it has ended or stop it, then try again. The database was not touched.'
  );
}

/** A dump shrinks, but a disk that fills up leaves a partial file that looks whole (F15). */
const GROWTH = 1.5;
const FIRST_SHARE = 4;

/** Null when the directory has room for the next dump: 1.5 × the last one of this database, a quarter of the database for the first. */
export async function tooLittleSpace(client: ClientBase, options: BackupOptions): Promise<string | null> {
  const { rows } = await client.query<{ bytes: string; identifier: string; database: string }>(
    'select pg_database_size(current_database()) as bytes, system_identifier::text as identifier, current_database() as database from pg_control_system()',
  );
  const [size] = rows;
  const manifests = await readManifests(options.directory);
  const last = manifests.find(({ source }) => source.systemIdentifier === size?.identifier && source.database === size.database);
  const needed = last ? last.backup.bytes * GROWTH : Number(size?.bytes) / FIRST_SHARE;
  const free = await (options.freeBytes ?? freeBytes)(options.directory);
  if (free >= needed) return null;
  return (
    `${options.directory} has ${inBytes(free)} free and the next backup needs ${inBytes(needed)} ` +
    `(${last ? '1.5 × the last one' : 'a quarter of the database'}). Free some space or choose another directory. The database was not touched.`
  );
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Bytes as people read them: `812 B`, `3.4 MB`, `120 GB`. */
export function inBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
