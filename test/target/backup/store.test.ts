import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupOptions } from '../../../src/target/backup/options.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { KEYS, testStore, type TestStore } from '../../support/object-store.ts';
import { layBackup } from './a-dump.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const signal = new AbortController().signal;
const contents = randomBytes(25_000);
let store: TestStore;
let here: string;
let there: string;

beforeEach(async () => {
  store = await testStore();
  [here, there] = await Promise.all([mkdtemp(join(tmpdir(), 'offpeak-here-')), mkdtemp(join(tmpdir(), 'offpeak-there-'))]);
});
afterEach(async () => {
  await store.close();
  for (const directory of [here, there]) await rm(directory, { recursive: true });
});

function backups(directory: string, overrides: Partial<BackupOptions['store']> = {}) {
  return postgresBackups({
    connectionString: 'postgresql://nobody@127.0.0.1:1/acme',
    scratchUrl: 'postgresql://nobody@127.0.0.1:1/postgres',
    directory,
    store: { endpoint: store.endpoint, prefix: 'production/', partBytes: 10_000, ...KEYS, ...overrides },
    now: () => NOW,
  });
}

describe('M18 a backup in an S3-compatible store', () => {
  it.each([
    ['custom', ['production/one.dump', 'production/one.json']],
    ['directory', ['production/one.json', 'production/one/3001.dat.gz', 'production/one/toc.dat']],
  ] as const)('%s: goes there in parts, the manifest last, and comes back the same on another machine', async (layout, keys) => {
    await layBackup(here, 'one', { startedAt: NOW, layout, contents });
    const stored = await backups(here).store({ id: 'one', signal });
    expect(stored).toMatchObject({ id: 'one', storedAt: NOW });
    expect([...store.objects.keys()].toSorted()).toEqual(keys);
    expect([...store.objects.keys()].at(-1)).toBe('production/one.json');
    expect([...store.open.keys()]).toEqual([]);
    expect((await backups(here).list())[0]).toEqual(stored);

    const fetched = await backups(there).fetch({ id: 'one', signal });
    expect(fetched).toMatchObject({ id: 'one', bytes: stored?.bytes, sha256: stored?.sha256, manifestSha256: stored?.manifestSha256 });
    expect(await backups(there).list()).toEqual([fetched]);
    const path = layout === 'custom' ? join(there, 'one.dump') : join(there, 'one', 'toc.dat');
    expect((await readFile(path)).equals(contents)).toBe(true);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await readdir(there)).some((name) => /partial|fetched/.test(name))).toBe(false);
  });

  it('is not called stored when another byte lies there than was sent', async () => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    store.meddle = (_key, body) => Buffer.concat([body.subarray(0, -1), Buffer.from('x')]);
    await expect(backups(here).store({ id: 'one', signal })).rejects.toThrow('one.dump in the store has 25000 bytes and another SHA-256');
    expect((await backups(here).list())[0]).not.toHaveProperty('storedAt');
    expect([...store.objects.keys()]).not.toContain('production/one.json');
  });

  it('is not sent when the file is not the one that was written', async () => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    await writeFile(join(here, 'one.dump'), randomBytes(25_000));
    await expect(backups(here).store({ id: 'one', signal })).rejects.toThrow('SHA-256 differs');
    expect(store.requests).toEqual([]);
  });

  it('takes back the parts of an upload that failed', async () => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    let parts = 0;
    store.meddle = (_key, body) => {
      parts += 1;
      if (parts === 2) throw new Error('the disk of the store is full');
      return body;
    };
    await expect(backups(here).store({ id: 'one', signal })).rejects.toThrow(
      /The store http.*\/backups failed: .*The backup in .* is as it was\./,
    );
    expect([store.open.size, store.objects.size]).toEqual([0, 0]);
  });

  it.each(['one.dump', 'one.json'])('that was damaged there (%s) does not come back, and leaves nothing behind', async (name) => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    await backups(here).store({ id: 'one', signal });
    store.objects.set(`production/${name}`, (store.objects.get(`production/${name}`) ?? Buffer.alloc(0)).subarray(0, -5));
    await expect(backups(there).fetch({ id: 'one', signal })).rejects.toThrow(/another SHA-256|is damaged/);
    expect(await readdir(there)).toEqual([]);
  });

  it('a wrong key is refused by the store, and no key is said (invariant 9)', async () => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    const secretKey = 'wrong-secret-key';
    const failed = backups(here, { secretKey }).store({ id: 'one', signal });
    await expect(failed).rejects.toThrow(/SignatureDoesNotMatch|403/);
    await expect(failed).rejects.not.toThrow(new RegExp(`${secretKey}|${KEYS.accessKey}`));
    expect(store.requests.join(' ')).not.toContain(secretKey);
  });

  it('that is here already is not fetched over it', async () => {
    await layBackup(here, 'one', { startedAt: NOW, contents });
    await backups(here).store({ id: 'one', signal });
    await expect(backups(here).fetch({ id: 'one', signal })).rejects.toThrow('is in');
    expect((await readFile(join(here, 'one.dump'))).equals(contents)).toBe(true);
  });

  it.each(['custom', 'directory'] as const)('%s: whose manifest is damaged here stays until a whole copy has come', async (layout) => {
    await layBackup(here, 'one', { startedAt: NOW, layout, contents });
    await backups(here).store({ id: 'one', signal });
    await writeFile(join(here, 'one.json'), '{');
    const path = layout === 'custom' ? join(here, 'one.dump') : join(here, 'one', 'toc.dat');
    const kept = [...store.objects.entries()];
    store.objects.clear();
    await expect(backups(here).fetch({ id: 'one', signal })).rejects.toThrow('is as it was');
    expect((await readFile(path)).equals(contents)).toBe(true);
    expect((await readdir(here)).some((name) => /partial|fetched/.test(name))).toBe(false);
    for (const [key, body] of kept) store.objects.set(key, body);
    await backups(here).fetch({ id: 'one', signal });
    expect((await readFile(path)).equals(contents)).toBe(true);
    expect(await backups(here).list()).toHaveLength(1);
  });

  it('is nowhere when no store is configured', async () => {
    const without = postgresBackups({ connectionString: '', scratchUrl: '', directory: here, now: () => NOW });
    expect([await without.store({ id: 'one', signal }), await without.fetch({ id: 'one', signal })]).toEqual([null, null]);
  });
});
