import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restored, type Backup } from '../../../src/domain/proof.ts';
import type { Plan } from '../../../src/domain/plan.ts';
import { backupStage, never, type BackupStage } from './stage.ts';

let stage: BackupStage;
let backup: Backup;
let plan: Plan;
let whole: Buffer;

beforeAll(async () => {
  stage = await backupStage(
    "create table leads (id int primary key, email text); insert into leads select n, 'lead' || n from generate_series(1, 3000) n",
  );
  backup = await stage.backups.take({ id: 'sound', signal: never });
  whole = await readFile(backup.path);
  plan = await stage.plan([]);
});

afterAll(async () => {
  await stage.end();
});

/** Where to damage: the edges, and evenly over the file. */
const SHARES = [0, 0.0005, ...Array.from({ length: 10 }, (_, index) => (index + 1) / 11), 0.9999];

async function verdictOn(damage: (path: string) => Promise<void>): Promise<string> {
  await damage(backup.path);
  const proof = await stage.backups.prove({ backup, plan, signal: never });
  await writeFile(backup.path, whole);
  expect(restored(proof)).toBe(false);
  expect(await stage.scratchDatabases()).toEqual([]);
  return proof.restoreError;
}

describe('a damaged backup is refused with a sentence (F19, T6)', () => {
  it('sound, it is accepted: the other cases could fail', async () => {
    expect(restored(await stage.backups.prove({ backup, plan, signal: never }))).toBe(true);
  });

  it.each(SHARES)('cut off at %d of its length', async (share) => {
    const length = Math.floor(whole.length * share);
    expect(await verdictOn((path) => truncate(path, length))).toContain(`has ${length} bytes where ${whole.length} were written`);
  });

  it.each(SHARES)('one bit flipped at %d of its length', async (share) => {
    const flipped = Buffer.from(whole);
    const at = Math.floor(whole.length * share);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    expect(await verdictOn((path) => writeFile(path, flipped))).toContain('SHA-256 differs');
  });

  it('missing', async () => {
    expect(await verdictOn((path) => rm(path))).toContain('is not there any more');
  });

  it.each(SHARES.slice(0, -1))('cut off at %d by a tool that wrote the manifest afterwards: the restore fails', async (share) => {
    const cut = whole.subarray(0, Math.floor(whole.length * share));
    const proof = await proveRecorded('short', cut);
    expect(proof.restoreError).toMatch(/pg_restore ended with 1|restored copy is not the target|restored schema is not/);
  });

  it("another run's dump under this name: its rows are not the snapshot's", async () => {
    const other = await backupStage('create table leads (id int primary key, email text)');
    const foreign = await other.backups.take({ id: 'foreign', signal: never });
    const proof = await proveRecorded('swapped', await readFile(foreign.path));
    await other.end();
    expect(proof.restoreError).toContain('leads has 0 rows instead of 3000');
  });

  it('a manifest that is missing or not readable', async () => {
    await cp(backup.path, join(stage.directory, 'bare.dump'));
    const bare = { ...backup, id: 'bare', path: join(stage.directory, 'bare.dump') };
    const missing = await stage.backups.prove({ backup: bare, plan, signal: never });
    await writeFile(join(stage.directory, 'bare.json'), '{"format":1');
    const broken = await stage.backups.prove({ backup: bare, plan, signal: never });
    expect([missing.restoreError, broken.restoreError]).toEqual(
      Array(2).fill('The manifest of backup bare is missing or damaged. Take a new backup.'),
    );
    expect((await stage.backups.list()).map(({ id }) => id)).not.toContain('bare');
  });

  it('a backup of another server or database', async () => {
    const elsewhere = { ...plan, identity: { ...plan.identity, systemIdentifier: '7000000000000000000' } };
    expect((await stage.backups.prove({ backup, plan: elsewhere, signal: never })).restoreError).toContain('another server or database');
  });
});

/** Proves these bytes with a manifest and a record that fit them: only the restore itself can tell. */
async function proveRecorded(id: string, bytes: Buffer) {
  const path = join(stage.directory, `${id}.dump`);
  const record = { ...backup, id, path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  await writeFile(path, bytes);
  const manifest = JSON.parse(await readFile(join(stage.directory, 'sound.json'), 'utf8')) as object;
  await writeFile(join(stage.directory, `${id}.json`), JSON.stringify({ ...manifest, backup: record }));
  return await stage.backups.prove({ backup: record, plan, signal: never });
}
