import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeChanges } from '../../src/domain/plan-changes.ts';
import { rollbackKind, unitsOf } from '../../src/domain/plan.ts';
import type { ReadMigrations } from '../../src/ports.ts';
import { migrationSource } from '../../src/migration/source.ts';

const ACME = new URL('../../playground/acme/migrations', import.meta.url).pathname;
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const write = async (name: string, content: string | Uint8Array) => {
  await writeFile(join(directory, name), content);
};
const source = (serverMajor = 17) => migrationSource({ directory, serverMajor: () => Promise.resolve(serverMajor) });

function migrationsOf(read: ReadMigrations) {
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.migrations;
}

describe('migrations of a directory', () => {
  test('the sample application is read whole, in order and judged', async () => {
    const migrations = migrationsOf(await migrationSource({ directory: ACME, serverMajor: () => Promise.resolve(15) }).read());
    expect(migrations.map(({ version }) => version)).toEqual(['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008', '0009']);
    expect(rollbackKind({ migrations })).toBe('down scripts');
    const units = unitsOf({ migrations: migrations.slice(6) });
    expect(units.map(({ version, kind }) => [version, kind])).toEqual([
      ['0007', 'alone'],
      ['0008', 'transaction'],
      ['0008', 'backfill'],
      ['0009', 'transaction'],
    ]);
    const last = migrations.at(-1)?.statements ?? [];
    expect(last.map(({ rewrites }) => rewrites)).toEqual([['leads'], []]);
    expect(last.map(({ hazards }) => hazards.filter(({ severity }) => severity === 'danger').map(({ code }) => code))).toEqual([
      ['rewrite_volatile_default'],
      ['lock_held_during_write'],
    ]);
    expect(
      migrations
        .slice(0, 8)
        .flatMap(({ statements }) => statements.flatMap(({ hazards }) => hazards))
        .filter(({ severity }) => severity !== 'note'),
    ).toEqual([]);
    expect(migrations.every(({ validations }) => validations.length > 0)).toBe(true);
  });

  test('an edited file is read afresh, and the digest is over its bytes', async () => {
    await write('1_a.up.sql', 'create table a (id int);');
    const files = source();
    const before = migrationsOf(await files.read());
    expect(migrationsOf(await files.read())).toEqual(before);
    await write('1_a.up.sql', new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode('create table a (id int);')]));
    const withMark = migrationsOf(await files.read());
    expect(withMark[0]?.up.sha256).not.toBe(before[0]?.up.sha256);
    await write('1_a.up.sql', 'create table a (id bigint);');
    await write('2_b.up.sql', '');
    const after = migrationsOf(await files.read());
    expect(describeChanges(before, after)).toEqual(['1_a.up.sql changed: 1 statement edited (line 1)', '2_b was added']);
    expect(after[1]?.statements).toEqual([]);
  });

  test('one reading judges for the server it is asked about', async () => {
    await write('1_a.up.sql', 'alter table t add column v int generated always as (a) virtual');
    let major = 17;
    const files = migrationSource({ directory, serverMajor: () => Promise.resolve(major) });
    expect(migrationsOf(await files.read())[0]?.statements[0]?.hazards.map(({ code }) => code)).toEqual(['too_new']);
    major = 18;
    expect(migrationsOf(await files.read())[0]?.statements[0]?.hazards).toEqual([]);
  });

  test('what is applied is judged for no server, so none is asked; and the files are read while the history is asked for', async () => {
    await write('0001_a.up.sql', 'CREATE TABLE a ();');
    await write('0001_a.down.sql', 'DROP TABLE a;');
    let asked = 0;
    const files = migrationSource({ directory, serverMajor: () => Promise.resolve((asked += 1)) });
    const applied = Promise.resolve([{ version: '0001', name: 'a' }]);
    expect(migrationsOf(await files.read({ applied }))).toMatchObject([{ version: '0001', statements: [] }]);
    expect(asked).toBe(0);
    await write('0002_b.up.sql', 'CREATE TABLE b ();');
    await write('0002_b.down.sql', 'DROP TABLE b;');
    expect(migrationsOf(await files.read({ applied }))).toMatchObject([
      { version: '0001' },
      { version: '0002', statements: [{ index: 0 }] },
    ]);
    expect(asked).toBe(1);
    await expect(files.read({ applied: Promise.reject(new Error('no answer')) })).rejects.toThrow('no answer');
  });

  test('every mistake of every file is answered together, each with its path', async () => {
    await write('1_a.up.sql', 'selec 1');
    await write('1_a.down.sql', 'commit');
    await write('2_b.down.sql', '');
    await write('3_c.up.sql', new Uint8Array([0xff]));
    await write('notes.sql', '');
    await mkdir(join(directory, '4_d'));
    await write('4_d/up.sql', 'select 1');
    await write('README.md', 'read me');
    const read = await source().read();
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.problems.map(({ path }) => path).sort()).toEqual([
      '1_a.down.sql',
      '1_a.up.sql',
      '2_b.down.sql',
      '3_c.up.sql',
      '4_d/up.sql',
      'notes.sql',
    ]);
  });

  test('a directory that is not there is a problem that says what to check; an empty one is fine', async () => {
    const read = await migrationSource({ directory: join(directory, 'nowhere'), serverMajor: () => Promise.resolve(17) }).read();
    expect(read).toMatchObject({ ok: false, problems: [{ message: expect.stringMatching(/ENOENT.*Nothing was planned/) as string }] });
    expect(await source().read()).toEqual({ ok: true, migrations: [] });
  });

  test('an irreversible down leaves no way back by SQL', async () => {
    await write('1_a.up.sql', 'drop table a');
    await write('1_a.down.sql', '-- The rows are gone.\n-- offpeak: irreversible\n');
    const migrations = migrationsOf(await source().read());
    expect(migrations[0]?.down).not.toBeNull();
    expect(rollbackKind({ migrations })).toBe('none');
  });

  test('a large file is read, and said to be large', async () => {
    await write('1_a.up.sql', 'select 1;\n'.repeat(201));
    await write('2_b.up.sql', `select '${'x'.repeat(300 * 1024)}'`);
    await write('3_c.up.sql', 'select 1;\n'.repeat(200));
    const migrations = migrationsOf(await source().read());
    expect(migrations.map(({ statements }) => statements[0]?.hazards.map(({ code }) => code))).toEqual([
      ['large_file'],
      ['large_file'],
      [],
    ]);
  });
});
