import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Layout } from '../../../src/domain/backup-form.ts';
import { plus } from '../../../src/domain/instant.ts';
import { markProved } from '../../../src/target/backup/manifest.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { layBackup } from './a-dump.ts';

const NOW = '2026-11-22T20:00:00.000Z';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offpeak-prune-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

type Laid = { readonly target?: string; readonly proved?: boolean; readonly layout?: Layout };

/** A backup that is so many days old, with all its files. */
async function lay(id: string, days: number, { proved = true, ...laid }: Laid = {}): Promise<void> {
  const startedAt = plus(NOW, -days * 86_400_000);
  const manifestSha256 = await layBackup(directory, id, { startedAt, ...laid });
  if (proved) await markProved(directory, id, { manifestSha256, provedAt: startedAt });
}

const backups = (overrides = {}) =>
  postgresBackups({
    connectionString: 'postgresql://nobody@127.0.0.1:1/acme',
    scratchUrl: 'postgresql://nobody@127.0.0.1:1/postgres',
    directory,
    target: 'production',
    keep: { days: 14, count: 1 },
    now: () => NOW,
    ...overrides,
  });
const ids = (gone: readonly { id: string }[] | null) => gone?.map(({ id }) => id);

it('R42 retention removes dump, directory, manifest and mark of what is past it, and no file besides', async () => {
  await lay('new', 1);
  await lay('old', 20);
  await lay('older', 40, { layout: 'directory' });
  await writeFile(join(directory, 'notes.txt'), 'ours');
  expect(ids(await backups().prune({ needed: [], dryRun: true }))).toEqual(['older', 'old']);
  expect(await readdir(directory)).toHaveLength(10);
  expect(ids(await backups().prune({ needed: [], dryRun: false }))).toEqual(['older', 'old']);
  expect((await readdir(directory)).toSorted()).toEqual(['new.dump', 'new.json', 'new.proved', 'notes.txt']);
});

it('R42 retention leaves what an open run needs, what was not proved, and the backups of other targets', async () => {
  await lay('new', 1);
  await lay('needed', 20);
  await lay('unproved', 30, { proved: false });
  await lay('foreign', 40, { target: 'staging' });
  expect(await backups().prune({ needed: ['needed'], dryRun: false })).toEqual([]);
  expect(await readdir(directory)).toHaveLength(11);
});

it('R42 retention counts no mark that belongs to another manifest: the newest proved one stays', async () => {
  await lay('forged', 1, { proved: false });
  await markProved(directory, 'forged', { manifestSha256: 'b'.repeat(64), provedAt: NOW });
  await lay('proved', 40);
  expect(await backups().prune({ needed: [], dryRun: false })).toEqual([]);
});

it('removes nothing where the settings do not say what to keep', async () => {
  await lay('new', 1);
  await lay('old', 400);
  expect(await backups({ keep: undefined }).prune({ needed: [], dryRun: false })).toBeNull();
  expect(await readdir(directory)).toHaveLength(6);
});
