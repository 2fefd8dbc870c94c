import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { compressionRefused, DEFAULT_FORM } from '../../domain/backup-form.ts';
import type { BackupTool } from '../../ports.ts';
import { nextDumpBytes, tooLittleSpace } from './conditions.ts';
import { connected, wordsOf } from './connection.ts';
import { backupOf, readManifests } from './manifest.ts';
import type { BackupOptions } from './options.ts';
import { proveBackup } from './prove.ts';
import { pruneBackups } from './prune.ts';
import { missingExtensions, scratchUnfit } from './scratch.ts';
import { readRoles, readSource, type KnownSource } from './source.ts';
import { fetchBackup, storeBackup } from './store.ts';
import { takeBackup } from './take.ts';
import { findTools } from './tools.ts';

/** Backups of one target with PostgreSQL's own pg_dump and pg_restore, proved on another server. Nothing is opened before it is asked. */
export function postgresBackups(options: BackupOptions): BackupTool {
  return {
    unusable: () => unusable(options),
    expectedBytes: () => expectedBytes(options),
    take: (request) => takeBackup(options, request),
    prove: (request) => proveBackup(options, request),
    store: (request) => storeBackup(options, request),
    fetch: (request) => fetchBackup(options, request),
    prune: (request) => pruneBackups(options, request),
    list: async () => {
      const manifests = await readManifests(options.directory);
      return await Promise.all(manifests.map((read) => backupOf(options.directory, read)));
    },
  };
}

/** The first thing that is missing, with what mends it; null when a backup could be taken and proved now. Writes nothing but the directory. */
async function unusable(options: BackupOptions): Promise<string | null> {
  const about = await onTarget(options);
  if (typeof about === 'string') return about;
  const { source, extensions } = about;
  const found = await findTools({ serverMajor: source.serverMajor, binDir: options.binDir, roots: options.toolRoots });
  if (!found.ok) return found.why;
  const { compression } = options.form ?? DEFAULT_FORM;
  return compressionRefused(compression, found.tools) ?? (await onScratch(options, source, extensions));
}

async function expectedBytes(options: BackupOptions): Promise<number> {
  try {
    const client = await connected(options.connectionString, 'offpeak:backup');
    try {
      return await nextDumpBytes(client, options);
    } finally {
      await client.end();
    }
  } catch (error) {
    throw unread(wordsOf(error, options.connectionString));
  }
}

/** Without the error as its cause, which may hold the password. */
function unread(why: string): Error {
  return new Error(`the target cannot be read for it: ${why}`);
}

async function onTarget(options: BackupOptions): Promise<KnownSource | string> {
  try {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    await access(options.directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return `The backup directory ${options.directory} cannot be written: ${wordsOf(error)}. Create it or choose another. The database was not touched.`;
  }
  try {
    const client = await connected(options.connectionString, 'offpeak:backup');
    try {
      const space = await tooLittleSpace(client, options);
      return space ?? { source: await readSource(client), ...(await readRoles(client)) };
    } finally {
      await client.end();
    }
  } catch (error) {
    return `The target cannot be read for a backup: ${wordsOf(error, options.connectionString)}. The database was not touched.`;
  }
}

async function onScratch(options: BackupOptions, source: KnownSource['source'], extensions: readonly string[]): Promise<string | null> {
  try {
    const admin = await connected(options.scratchUrl, 'offpeak:proof');
    try {
      return (await scratchUnfit(admin, source)) ?? (await missingExtensions(admin, extensions));
    } finally {
      await admin.end();
    }
  } catch (error) {
    return `The scratch server cannot be reached: ${wordsOf(error, options.scratchUrl)}. Start it or correct its address. The database was not touched.`;
  }
}
