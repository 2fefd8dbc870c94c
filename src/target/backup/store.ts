import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LAYOUTS } from '../../domain/backup-form.ts';
import type { Backup } from '../../domain/proof.ts';
import { wordsOf } from './connection.ts';
import { digestOf, sync } from './durable.ts';
import { fileMistake } from './files.ts';
import { backupOf, dumpPath, manifestPath, markStored, readManifest, type Manifest } from './manifest.ts';
import { objectStore, type ObjectStore, type StoreOptions } from './object-store.ts';
import { assertId, type BackupOptions } from './options.ts';

type Request = { readonly id: string; readonly signal: AbortSignal };
type Part = { readonly name: string; readonly path: string; readonly bytes: number; readonly sha256: string };

/**
 * Copies a backup to the bucket of the target and reads every file back: what was sent and what lies there have the same SHA-256, or it
 * throws. The manifest goes last, as on the disk: without it the copy is none. Null when no store is configured.
 */
export async function storeBackup(options: BackupOptions, { id, signal }: Request): Promise<Backup | null> {
  const { directory } = options;
  return await withStore(options, async (store) => {
    const read = await readManifest(directory, id);
    if (read === null) throw new Error(`there is no backup ${id} in ${directory}`);
    const backup = await backupOf(directory, read);
    const mistake = await fileMistake(backup, read.manifest.files ?? null, signal);
    if (mistake !== null) throw new Error(mistake);
    const manifest = manifestPath(directory, id);
    for (const part of [
      ...partsOf(read.manifest, backup.path),
      { name: basename(manifest), path: manifest, ...(await digestOf(manifest, signal)) },
    ]) {
      await store.put(part.name, part.path, signal);
      assertSame(part, await store.read(part.name, null, signal));
    }
    await markStored(directory, id, { manifestSha256: read.sha256, storedAt: options.now() });
    return await backupOf(directory, read);
  });
}

/** Brings a backup back from the bucket, under its name only when every file is what its manifest says. Null when no store is configured. */
export async function fetchBackup(options: BackupOptions, { id, signal }: Request): Promise<Backup | null> {
  assertId(id);
  const { directory } = options;
  return await withStore(options, async (store) => {
    if ((await readManifest(directory, id)) !== null) throw new Error(`backup ${id} is in ${directory} already`);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    try {
      const manifest = manifestPath(directory, id);
      await store.read(basename(manifest), `${manifest}.fetched`, signal);
      const read = await readManifest(directory, id, `${manifest}.fetched`);
      if (read === null) throw new Error(`the manifest of ${id} in the store is damaged`);
      const path = dumpPath(directory, id, read.manifest.backup.layout ?? 'custom');
      if (read.manifest.files !== undefined) await mkdir(`${path}.partial`, { mode: 0o700 });
      for (const part of partsOf(read.manifest, `${path}.partial`)) {
        assertSame(part, await store.read(part.name, part.path, signal));
        await sync(part.path);
      }
      // What lay there without a readable manifest was no backup; now there is a whole one to take its place.
      await rm(path, { recursive: true, force: true });
      await rename(`${path}.partial`, path);
      await rename(`${manifest}.fetched`, manifest);
      await sync(directory);
      return await backupOf(directory, read);
    } catch (error) {
      const written = LAYOUTS.map((layout) => `${dumpPath(directory, id, layout)}.partial`);
      for (const each of [...written, `${manifestPath(directory, id)}.fetched`]) await rm(each, { recursive: true, force: true });
      throw error;
    }
  });
}

/** The files of a dump that lies at `path`, with their names in the store. */
function partsOf({ backup, files }: Manifest, path: string): readonly Part[] {
  const own = basename(dumpPath('', backup.id, backup.layout ?? 'custom'));
  if (files === undefined) return [{ name: own, path, bytes: backup.bytes, sha256: backup.sha256 }];
  return files.map((file) => ({ ...file, name: `${own}/${file.name}`, path: join(path, file.name) }));
}

function assertSame(part: Part, found: { readonly sha256: string; readonly bytes: number }): void {
  if (found.sha256 === part.sha256 && found.bytes === part.bytes) return;
  throw new Error(`${part.name} in the store has ${found.bytes} bytes and another SHA-256 than the ${part.bytes} bytes that were written`);
}

/** Errors as sentences, without keys: a store may quote what it was given. */
async function withStore<T>(options: BackupOptions, work: (store: ObjectStore) => Promise<T>): Promise<T | null> {
  const { store } = options;
  if (store === undefined) return null;
  try {
    return await work(objectStore(store));
  } catch (error) {
    const words = [store.secretKey, store.accessKey].reduce((text, secret) => text.replaceAll(secret, '***'), wordsOf(error));
    throw failed(store, words, options.directory);
  }
}

/** Without the error as its cause: causes are logged, and it may hold a key. */
function failed({ endpoint, bucket }: StoreOptions, words: string, directory: string): Error {
  return new Error(`The store ${endpoint}/${bucket} failed: ${words}. The backup in ${directory} is as it was.`);
}
