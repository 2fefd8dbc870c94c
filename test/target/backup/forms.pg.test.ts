import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compressionOf, DEFAULT_FORM, type BackupForm } from '../../../src/domain/backup-form.ts';
import { restored } from '../../../src/domain/proof.ts';
import { listDigest, type DumpFile } from '../../../src/target/backup/files.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { serverTools, sql } from '../../support/postgres.ts';
import { backupStage, never, type BackupStage } from './stage.ts';

const DIRECTORY: BackupForm = { layout: 'directory', jobs: 2, compression: { method: 'gzip', level: 1 } };
let stage: BackupStage;

beforeAll(async () => {
  stage = await backupStage(`
    create table leads (id int, email text); insert into leads select n, 'lead' || n from generate_series(1, 5000) n;
    create table readings (at timestamptz primary key, value float8, noted date, price money, raw bytea, twice float8 generated always as (value * 2) stored);
    insert into readings select timestamptz '2026-03-01 00:00+01' + n * interval '1 minute', n / 3.0, date '2026-03-01' + n % 30, n::numeric::money,
      int4send(n) from generate_series(1, 500) n;`);
});

beforeEach(async () => {
  await rm(stage.directory, { recursive: true, force: true });
  await mkdir(stage.directory);
});

afterAll(async () => {
  await stage.end();
});

const taking = (form: BackupForm, overrides = {}) => postgresBackups({ ...stage.options, form, target: 'production', ...overrides });

describe('R40 a directory dump', () => {
  it('is written by several sessions, renamed as a whole, listed file by file, and for nobody else to read', async () => {
    const backup = await taking(DIRECTORY).take({ id: 'wide', signal: never });
    expect(await readdir(stage.directory)).toEqual(['wide', 'wide.json']);
    expect((await stat(backup.path)).mode & 0o077).toBe(0);
    const manifest = JSON.parse(await readFile(join(stage.directory, 'wide.json'), 'utf8')) as { target: string; files: DumpFile[] };
    expect(manifest.target).toBe('production');
    expect(manifest.files.map(({ name }) => name)).toEqual(await readdir(backup.path));
    expect(manifest.files.length).toBeGreaterThanOrEqual(3);
    expect(backup).toMatchObject({ layout: 'directory', compression: 'gzip:1', sha256: listDigest(manifest.files) });
    expect(backup.bytes).toBe(manifest.files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(await taking(DIRECTORY).list()).toEqual([backup]);
  });

  it.each(['none', 'gzip:1', 'gzip:9'])('packed with %s is proved by a restore with its rows and values (R43)', async (packing) => {
    const compression = compressionOf(packing) ?? DEFAULT_FORM.compression;
    for (const layout of ['custom', 'directory'] as const) {
      const backups = taking({ layout, jobs: 2, compression });
      const backup = await backups.take({ id: layout, signal: never });
      const proof = await backups.prove({ backup, plan: await stage.plan([]), signal: never });
      expect(proof).toMatchObject({ restoreError: '', rows: 5500, tables: 2 });
    }
  });

  it('that fails half way leaves nothing behind (F15)', async () => {
    const { tools } = serverTools();
    const binDir = join(stage.directory, '..', `failing-${process.pid}`);
    await mkdir(binDir, { recursive: true });
    for (const [program, real, lines] of [
      [
        'pg_dump',
        tools?.pg_dump,
        'for a in "$@"; do case $a in --file=*) echo x > "${a#--file=}/toc.dat";; esac; done; echo "no space" >&2; exit 1',
      ],
      ['pg_restore', tools?.pg_restore, `exec '${tools?.pg_restore}' "$@"`],
    ] as const) {
      await writeFile(join(binDir, program), `#!/bin/sh\n[ "$1" = --version ] && exec '${real}' --version\n${lines}\n`);
      await chmod(join(binDir, program), 0o755);
    }
    await expect(taking(DIRECTORY, { binDir }).take({ id: 'half', signal: never })).rejects.toThrow('pg_dump ended with 1: no space');
    expect(await readdir(stage.directory)).toEqual([]);
    await rm(binDir, { recursive: true });
  });
});

it('R40 zstd is refused before the dump where the tools are older than PostgreSQL 16, with what to write instead', async () => {
  const binDir = join(stage.directory, 'old');
  await mkdir(binDir);
  const { major } = serverTools();
  for (const program of ['pg_dump', 'pg_restore']) {
    await writeFile(join(binDir, program), `#!/bin/sh\necho "${program} (PostgreSQL) 15.18"\n`);
    await chmod(join(binDir, program), 0o755);
  }
  // A server newer than these tools is refused for that already.
  if (major > 15) return;
  const backups = taking({ ...DIRECTORY, compression: { method: 'zstd', level: 3 } }, { binDir });
  const sentence = 'pg_dump (PostgreSQL) 15.18 cannot pack with zstd, which came with PostgreSQL 16. Write compression: gzip:1';
  expect(await backups.unusable()).toContain(sentence);
  await expect(backups.take({ id: 'new', signal: never })).rejects.toThrow(sentence);
});

describe('R42 and M28: what a recovery to the moment before needs', () => {
  it('is recorded: position, snapshot, the clock of the server, and a named restore point', async () => {
    const before = await sql<{ lsn: string; at: Date }>(
      stage.target.url,
      'select pg_current_wal_insert_lsn()::text as lsn, clock_timestamp() as at',
    );
    const backup = await stage.backups.take({ id: 'named', signal: never });
    expect(backup).toMatchObject({ snapshot: expect.stringMatching(/-/), restorePoint: { name: 'named' } });
    const ordered = await sql<{ later: boolean }>(
      stage.target.url,
      'select $1::pg_lsn <= $2::pg_lsn and $2::pg_lsn <= $3::pg_lsn as later',
      [before[0]?.lsn, backup.restorePoint && 'lsn' in backup.restorePoint ? backup.restorePoint.lsn : '', backup.lsn],
    );
    expect(ordered).toEqual([{ later: true }]);
    expect(Math.abs(Date.parse(backup.serverTime ?? '') - (before[0]?.at.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it('a role that may not name a restore point takes its backup all the same, and says what would let it', async () => {
    await sql(
      stage.target.url,
      'create role forms_owner login; alter table leads owner to forms_owner; alter table readings owner to forms_owner',
    );
    const url = new URL(stage.target.url);
    url.username = 'forms_owner';
    try {
      const backup = await taking(DEFAULT_FORM, { connectionString: url.href }).take({ id: 'modest', signal: never });
      expect(backup.restorePoint).toEqual({
        missing:
          'our role may not name a restore point; let it with GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO forms_owner',
      });
    } finally {
      await sql(stage.target.url, 'reassign owned by forms_owner to current_user; drop owned by forms_owner; drop role forms_owner');
    }
  });
});

it('R43 the values are compared whatever the roles and databases of both servers set', async () => {
  await sql(
    stage.target.url,
    `alter database "${stage.target.name}" set timezone = 'Asia/Tokyo'; alter database "${stage.target.name}" set datestyle = 'German'`,
  );
  await sql(stage.target.url, `alter database "${stage.target.name}" set extra_float_digits = -10`);
  const backup = await stage.backups.take({ id: 'spelled', signal: never });
  expect(restored(await stage.backups.prove({ backup, plan: await stage.plan([]), signal: never }))).toBe(true);
});

it('R42 a backup is known as proved once a restore proved it, and only with that manifest', async () => {
  const backup = await stage.backups.take({ id: 'marked', signal: never });
  await stage.backups.prove({ backup, plan: await stage.plan([]), signal: never });
  expect(await stage.backups.list()).toEqual([{ ...backup, provedAt: '2026-11-22T20:00:00.000Z' }]);
  const manifest = join(stage.directory, 'marked.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"rows": 5000', '"rows": 5001'));
  expect((await stage.backups.list())[0]).not.toHaveProperty('provedAt');
});
