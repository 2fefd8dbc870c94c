import { statfs } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { compressionText, DEFAULT_FORM } from '../../domain/backup-form.ts';
import { expectedBackup, spaceRefused, spaceSentence, type SpaceQuestion } from '../../domain/backup-space.ts';
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

const KEEP_FREE = 0.2;

/** What is known about the size of the next dump: the last one that was packed alike, and the database. Writes nothing. */
async function knownSizes(client: ClientBase, options: BackupOptions): Promise<Pick<SpaceQuestion, 'last' | 'database' | 'compression'>> {
  const { rows } = await client.query<{ bytes: string; identifier: string; database: string }>(
    'select pg_database_size(current_database()) as bytes, system_identifier::text as identifier, current_database() as database from pg_control_system()',
  );
  const [size] = rows;
  const { compression, layout } = options.form ?? DEFAULT_FORM;
  const manifests = await readManifests(options.directory);
  // Only one that was packed alike says how much the next one takes.
  const last = manifests.find(({ manifest: { source, backup } }) => {
    const alike = (backup.compression ?? compressionText(DEFAULT_FORM.compression)) === compressionText(compression);
    return (
      alike && source.systemIdentifier === size?.identifier && source.database === size.database && (backup.layout ?? 'custom') === layout
    );
  });
  return { last: last?.manifest.backup.bytes ?? null, database: Number(size?.bytes), compression };
}

/** Bytes the next dump is expected to take. Throws what PostgreSQL or the file system says. */
export async function nextDumpBytes(client: ClientBase, options: BackupOptions): Promise<number> {
  return expectedBackup(await knownSizes(client, options)).bytes;
}

/** Null when the directory's disk takes the next dump and enough stays free; otherwise the sentence with every number (R33, F15). */
export async function tooLittleSpace(client: ClientBase, options: BackupOptions): Promise<string | null> {
  const refusal = spaceRefused({
    ...(await (options.disk ?? diskOf)(options.directory)),
    ...(await knownSizes(client, options)),
    keepFree: options.keepFree ?? KEEP_FREE,
  });
  return refusal && spaceSentence(refusal, options.directory);
}

async function diskOf(directory: string): Promise<{ free: number; total: number }> {
  const { bavail, bfree, blocks, bsize } = await statfs(directory);
  // As df reckons: what is reserved for root is not part of it.
  return { free: bavail * bsize, total: (blocks - bfree + bavail) * bsize };
}
