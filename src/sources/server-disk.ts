import { stat, statfs } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Client, type Pool } from 'pg';
import type { DiskFree } from '../domain/disk-space.ts';
import { codeOf } from './database-failure.ts';
import { DATA_DIRECTORY } from './database-queries.ts';
import { Unreadable } from './reading.ts';

const PROBE_HINT = 'Name a source for it under readings.disk of this target: free bytes and size, from Prometheus or any JSON.';

/**
 * Free share and bytes of the disk with the data directory, as df reckons, where the server is on this machine (R33); and whether backups
 * are written to another one. Throws `Unreadable` with the reason where it cannot be seen from here.
 */
export async function serverDisk(
  pool: Pool,
  { connectionString, backupDirectory }: { readonly connectionString: string; readonly backupDirectory?: string },
): Promise<DiskFree> {
  const { host } = new Client({ connectionString });
  if (!isLocal(host)) throw new Unreadable(`The server is on another machine, whose disk cannot be seen from here. ${PROBE_HINT}`);
  const { rows } = await pool.query<{ directory: string }>(DATA_DIRECTORY);
  const directory = rows[0]?.directory ?? '';
  try {
    const { bavail, bfree, blocks, bsize } = await statfs(directory);
    const usable = blocks - bfree + bavail;
    if (!(usable > 0)) throw new Unreadable(`The file system of ${directory} does not say how large it is. ${PROBE_HINT}`);
    const free = { share: bavail / usable, bytes: bavail * bsize };
    return backupDirectory !== undefined && (await onTwoDisks(directory, backupDirectory)) ? { ...free, backupsElsewhere: true } : free;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    // A tunnel or a container: the address is ours, the disk is not.
    throw new Unreadable(`The data directory ${directory} is not on this machine (${codeOf(error)}). ${PROBE_HINT}`);
  }
}

/** Whether two directories are known to share no room. One that cannot be looked at is not known to, and neither are parts of one pool: they have one size. */
async function onTwoDisks(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([one, other].map(async (path) => ({ device: (await stat(path)).dev, size: await sizeOf(path) })));
    return a?.device !== b?.device && a?.size !== b?.size;
  } catch {
    return false;
  }
}

async function sizeOf(path: string): Promise<number> {
  const { blocks, bsize } = await statfs(path);
  return blocks * bsize;
}

function isLocal(host: string): boolean {
  if (host.startsWith('/') || host === 'localhost') return true;
  return isIP(host) !== 0 && (host === '::1' || host.startsWith('127.'));
}
