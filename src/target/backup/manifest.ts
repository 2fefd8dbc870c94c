import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from './durable.ts';

const count = z.number().int().nonnegative();

const Manifest = z.object({
  format: z.literal(1),
  backup: z.object({
    id: z.string(),
    path: z.string(),
    bytes: count,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    startedAt: z.string(),
    finishedAt: z.string(),
    durationMs: z.number(),
    serverVersion: z.string(),
    toolVersion: z.string(),
    lsn: z.string(),
  }),
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
  /** Rows of every table in the snapshot of the dump. */
  tables: z.array(z.object({ table: z.string(), rows: count })),
  fingerprint: z.object({ hash: z.string(), lines: z.array(z.string()) }),
});

/** What lies beside a dump: everything a proof must compare it with. No secrets; roles without their passwords. */
export type Manifest = z.infer<typeof Manifest>;
export type Source = Manifest['source'];

export function dumpPath(directory: string, id: string): string {
  return join(directory, `${id}.dump`);
}

export function manifestPath(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

/** Written last and renamed into place: a dump without a manifest does not count as a backup. */
export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const path = manifestPath(directory, manifest.backup.id);
  await writeDurably(`${path}.partial`, `${JSON.stringify(manifest, null, 1)}\n`);
  await rename(`${path}.partial`, path);
}

/** The manifest of this backup, or null when there is none or it is not ours or damaged. */
export async function readManifest(directory: string, id: string): Promise<Manifest | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(manifestPath(directory, id), 'utf8')));
  } catch {
    return null;
  }
}

/** Every readable manifest in the directory, newest first. */
export async function readManifests(directory: string): Promise<readonly Manifest[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const manifests = (await Promise.all(ids.map((id) => readManifest(directory, id)))).filter((manifest) => manifest !== null);
  return manifests.toSorted((a, b) => b.backup.startedAt.localeCompare(a.backup.startedAt));
}
