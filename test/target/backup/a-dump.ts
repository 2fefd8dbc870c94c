import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layout } from '../../../src/domain/backup-form.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { inventory } from '../../../src/target/backup/files.ts';
import { dumpPath, writeManifest, type Manifest } from '../../../src/target/backup/manifest.ts';

type Laid = {
  readonly startedAt: Instant;
  readonly target?: string;
  readonly layout?: Layout;
  /** What lies in the file, or in each of two files of a directory. */
  readonly contents?: Buffer;
};

/** Lays a backup with its manifest into the directory, without a server; answers the SHA-256 of the manifest. */
export async function layBackup(directory: string, id: string, laid: Laid): Promise<string> {
  const { startedAt, target = 'production', layout = 'custom', contents = Buffer.from('PGDMP') } = laid;
  const path = dumpPath(directory, id, layout);
  if (layout === 'directory') {
    await mkdir(path, { mode: 0o700 });
    for (const name of ['toc.dat', '3001.dat.gz']) await writeFile(join(path, name), contents);
  } else await writeFile(path, contents);
  const { bytes, sha256, files } = await inventory(path, new AbortController().signal);
  const manifest: Manifest = {
    format: 1,
    backup: {
      id,
      path,
      bytes,
      sha256,
      startedAt,
      finishedAt: startedAt,
      durationMs: 1,
      serverVersion: '15.18',
      toolVersion: 'pg_dump (PostgreSQL) 15.18',
      lsn: '0/1',
      layout,
    },
    target,
    ...(files === null ? {} : { files: [...files] }),
    source: {
      systemIdentifier: '7',
      timeline: 1,
      database: 'acme',
      owner: 'acme',
      serverMajor: 15,
      encoding: 'UTF8',
      collate: 'C',
      ctype: 'C',
      role: 'acme',
      mayCreate: true,
      settings: [],
    },
    roles: [],
    memberships: [],
    extensions: [],
    tables: [],
    fingerprint: { hash: '', lines: [] },
  };
  return await writeManifest(directory, manifest);
}
