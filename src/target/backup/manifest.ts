import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { LAYOUTS, type Layout } from '../../domain/backup-form.ts';
import type { Backup } from '../../domain/proof.ts';
import { writeDurably } from './durable.ts';

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const Manifest = z.object({
  format: z.literal(1),
  backup: z.object({
    id: z.string(),
    path: z.string(),
    bytes: count,
    sha256,
    startedAt: z.string(),
    finishedAt: z.string(),
    durationMs: z.number(),
    serverVersion: z.string(),
    toolVersion: z.string(),
    lsn: z.string(),
    layout: z.enum(LAYOUTS).optional(),
    compression: z.string().optional(),
    snapshot: z.string().optional(),
    serverTime: z.string().optional(),
    restorePoint: z.union([z.object({ name: z.string(), lsn: z.string() }), z.object({ missing: z.string() })]).optional(),
  }),
  /** The configured target; older manifests do not name it. */
  target: z.string().optional(),
  /** What a directory dump consists of. */
  files: z.array(z.object({ name: z.string().regex(/^[^/\0.][^/\0]*$/), bytes: count, sha256 })).optional(),
  source: z.object({
    systemIdentifier: z.string(),
    timeline: z.number(),
    database: z.string(),
    owner: z.string(),
    serverMajor: z.number(),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    /** Whom we migrate as, and whether this role may create schemas. */
    role: z.string(),
    mayCreate: z.boolean(),
    /** What ALTER DATABASE and ALTER ROLE set for that role's sessions, as `name=value`. */
    settings: z.array(z.string()),
  }),
  roles: z.array(z.object({ name: z.string(), attributes: z.array(z.string()) })),
  memberships: z.array(z.object({ role: z.string(), member: z.string(), admin: z.boolean() })),
  extensions: z.array(z.string()),
  /** Rows of every table in the snapshot of the dump, and the checksum of one in so many of them. */
  tables: z.array(
    z.object({ table: z.string(), rows: count, oneIn: z.number().int().positive().optional(), checksum: z.string().optional() }),
  ),
  fingerprint: z.object({ hash: z.string(), lines: z.array(z.string()) }),
  /** What was ever written to each table by then: the difference to now is what a restore loses. Absent in older manifests. */
  counters: z
    .object({
      resetAt: z.string(),
      databaseBytes: z.number(),
      tables: z.array(z.object({ table: z.string(), inserted: z.number(), updated: z.number(), deleted: z.number() })),
    })
    .optional(),
});

/** What lies beside a dump: everything a proof must compare it with. No secrets; roles without their passwords. */
export type Manifest = z.infer<typeof Manifest>;
export type Source = Manifest['source'];

/** Where a dump lies: one file, or a directory of files. Being written, it has `.partial` after its name. */
export function dumpPath(directory: string, id: string, layout: Layout): string {
  return join(directory, layout === 'custom' ? `${id}.dump` : id);
}

export function manifestPath(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

/** Notes beside a manifest, which itself never changes. */
function notePath(directory: string, id: string, note: 'proved' | 'stored'): string {
  return join(directory, `${id}.${note}`);
}

/** Written last and renamed into place: a dump without a manifest does not count as a backup. Answers its SHA-256. */
export async function writeManifest(directory: string, manifest: Manifest): Promise<string> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  await writeInto(manifestPath(directory, manifest.backup.id), text);
  return textDigest(text);
}

async function writeInto(path: string, text: string): Promise<void> {
  await writeDurably(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}

function textDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A manifest as it was read, and the SHA-256 of its text. */
export type ReadManifest = { readonly manifest: Manifest; readonly sha256: string };

/** The manifest of this backup, or null when there is none or it is not ours or damaged. */
export async function readManifest(directory: string, id: string, path = manifestPath(directory, id)): Promise<ReadManifest | null> {
  try {
    const text = await readFile(path, 'utf8');
    const manifest = Manifest.parse(JSON.parse(text));
    return manifest.backup.id === id ? { manifest, sha256: textDigest(text) } : null;
  } catch {
    return null;
  }
}

/** Every readable manifest in the directory, newest first. */
export async function readManifests(directory: string): Promise<readonly ReadManifest[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const manifests = (await Promise.all(ids.map((id) => readManifest(directory, id)))).filter((read) => read !== null);
  return manifests.toSorted((a, b) => b.manifest.backup.startedAt.localeCompare(a.manifest.backup.startedAt));
}

const Proved = z.object({ manifestSha256: sha256, provedAt: z.string() });
const Stored = z.object({ manifestSha256: sha256, storedAt: z.string() });

/** Notes beside a backup that a restore proved it. */
export async function markProved(directory: string, id: string, mark: z.infer<typeof Proved>): Promise<void> {
  await writeInto(notePath(directory, id, 'proved'), `${JSON.stringify(mark)}\n`);
}

/** Notes beside a backup that a copy of it lies in the store, and was read back. */
export async function markStored(directory: string, id: string, mark: z.infer<typeof Stored>): Promise<void> {
  await writeInto(notePath(directory, id, 'stored'), `${JSON.stringify(mark)}\n`);
}

/** The backup of a manifest where it lies now, with what is noted of it: a note on another manifest counts for nothing. */
export async function backupOf(directory: string, { manifest, sha256: manifestSha256 }: ReadManifest): Promise<Backup> {
  const { id, layout } = manifest.backup;
  const [proved, stored] = await Promise.all([
    readNote(notePath(directory, id, 'proved'), Proved, manifestSha256),
    readNote(notePath(directory, id, 'stored'), Stored, manifestSha256),
  ]);
  return {
    ...manifest.backup,
    path: dumpPath(directory, id, layout ?? 'custom'),
    manifestSha256,
    ...(proved === null ? {} : { provedAt: proved.provedAt }),
    ...(stored === null ? {} : { storedAt: stored.storedAt }),
  } as Backup;
}

async function readNote<T extends { manifestSha256: string }>(path: string, note: z.ZodType<T>, manifest: string): Promise<T | null> {
  try {
    const read = note.parse(JSON.parse(await readFile(path, 'utf8')));
    return read.manifestSha256 === manifest ? read : null;
  } catch {
    return null;
  }
}

/** Removes a backup, and whatever was written of one. The manifest goes first: what is left half way is no backup any more. */
export async function discard(directory: string, id: string): Promise<void> {
  const dumps = LAYOUTS.map((layout) => dumpPath(directory, id, layout));
  const notes = (['proved', 'stored'] as const).map((note) => notePath(directory, id, note));
  for (const path of [manifestPath(directory, id), ...notes, ...dumps])
    for (const each of [path, `${path}.partial`]) await rm(each, { force: true, recursive: true });
}
