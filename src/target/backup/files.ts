import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup } from '../../domain/proof.ts';
import { digestOf } from './durable.ts';

/** One file of a directory dump. */
export type DumpFile = { readonly name: string; readonly bytes: number; readonly sha256: string };

/** What was written: of a directory the SHA-256 is that of its list, as `sha256sum` would print it sorted by name. */
export type Inventory = { readonly bytes: number; readonly sha256: string; readonly files: readonly DumpFile[] | null };

/** Reads a dump whole, file or directory, as it lies there now. */
export async function inventory(path: string, signal: AbortSignal): Promise<Inventory> {
  if (!(await lstat(path)).isDirectory()) return { ...(await digestOf(path, signal)), files: null };
  const files: DumpFile[] = [];
  for (const name of (await readdir(path)).toSorted()) files.push({ name, ...(await digestOf(join(path, name), signal)) });
  return { bytes: files.reduce((sum, file) => sum + file.bytes, 0), sha256: listDigest(files), files };
}

export function listDigest(files: readonly DumpFile[]): string {
  const hash = createHash('sha256');
  for (const { name, sha256 } of files) hash.update(`${sha256}  ${name}\n`);
  return hash.digest('hex');
}

const AGAIN = 'Take a new backup.';

/** `sizes` is a glance: it costs nothing, and finds what was cut off or taken away. */
export type Depth = 'sizes' | 'every byte';

/** Null when the files are the ones that were written, byte for byte; otherwise what is wrong with which. Sizes first: they cost nothing. */
export async function fileMistake(
  backup: Backup,
  files: readonly DumpFile[] | null,
  signal: AbortSignal,
  depth: Depth = 'every byte',
): Promise<string | null> {
  const { path } = backup;
  const there = await lstat(path).catch(() => null);
  if (there === null) return `${path} is not there any more. ${AGAIN}`;
  if (there.isDirectory() !== (files !== null) || (files === null && !there.isFile()))
    return `${path} is not a ${files === null ? 'file' : 'directory'}, as it was written. ${AGAIN}`;
  if (files !== null) return await directoryMistake(backup, files, signal, depth);
  if (there.size !== backup.bytes)
    return `${path} has ${there.size} bytes where ${backup.bytes} were written. The file is damaged: take a new backup.`;
  if (depth === 'sizes') return null;
  const { sha256 } = await digestOf(path, signal);
  return sha256 === backup.sha256 ? null : `${path} is not the file that was written (its SHA-256 differs). ${AGAIN}`;
}

async function directoryMistake(backup: Backup, files: readonly DumpFile[], signal: AbortSignal, depth: Depth): Promise<string | null> {
  const { path } = backup;
  if (listDigest(files) !== backup.sha256)
    return `The manifest of ${path} lists other files than were written (its SHA-256 differs). ${AGAIN}`;
  const expected = new Set(files.map(({ name }) => name));
  const strange = (await readdir(path)).find((name) => !expected.has(name));
  if (strange !== undefined) return `${path} holds ${strange}, which was not written by the dump. ${AGAIN}`;
  for (const { name, bytes } of files) {
    const there = await lstat(join(path, name)).catch(() => null);
    if (!there?.isFile()) return `${join(path, name)} is not there any more. ${AGAIN}`;
    if (there.size !== bytes)
      return `${join(path, name)} has ${there.size} bytes where ${bytes} were written. The file is damaged: take a new backup.`;
  }
  if (depth === 'sizes') return null;
  for (const { name, sha256 } of files)
    if ((await digestOf(join(path, name), signal)).sha256 !== sha256)
      return `${join(path, name)} is not the file that was written (its SHA-256 differs). ${AGAIN}`;
  return null;
}
