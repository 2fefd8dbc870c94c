import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Every dump of pg_dump but the plain one begins so; a directory has it in its table of contents. */
const MAGIC = 'PGDMP';
const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Null when pg_restore can read it, by what it is and not by its name (R85, M1); otherwise the sentence that says what it is. Plain SQL
 * is refused: psql would execute whatever stands in it (CVE-2025-8714), and errors in it change half a database.
 */
export async function archiveMistake(path: string): Promise<string | null> {
  const there = await lstat(path).catch(() => null);
  if (there === null) return `${path} is not there any more; "offpeak backup --fetch ID" may bring it back.`;
  const head = await firstBytes(there.isDirectory() ? join(path, 'toc.dat') : path).catch(() => Buffer.alloc(0));
  if (head.subarray(0, MAGIC.length).toString('latin1') === MAGIC) return null;
  const is = head.subarray(0, 2).equals(GZIP) ? 'a packed file, probably plain SQL' : 'no archive of pg_dump';
  return `${path} is ${is}, so pg_restore cannot read it.`;
}

async function firstBytes(path: string): Promise<Buffer> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(8), position: 0 });
  return buffer.subarray(0, bytesRead);
}
