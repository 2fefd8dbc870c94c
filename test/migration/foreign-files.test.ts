import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/domain/formats.ts';
import { unitsOf, type Migration } from '../../src/domain/plan.ts';
import type { ReadMigrations } from '../../src/ports.ts';
import { migrationSource, readDirectory } from '../../src/migration/source.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'foreign-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const write = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
};
const options = (format: FormatName) => ({ directory, format, serverMajor: () => Promise.resolve(17) });
const read = (format: FormatName, ...applied: readonly string[]) =>
  migrationSource(options(format)).read({ applied: applied.map((version) => ({ version, name: 'x' })) });

function migrationsOf(answer: ReadMigrations): readonly Migration[] {
  if (!answer.ok) throw new Error(answer.problems.map(({ message }) => message).join('\n'));
  return answer.migrations;
}
function problemsOf(answer: ReadMigrations): readonly string[] {
  return answer.ok ? [] : answer.problems.map(({ message }) => message);
}
const shape = (migration: Migration | undefined) =>
  migration === undefined
    ? []
    : unitsOf({ migrations: [migration] }).map(({ kind, statements }) => [kind, ...statements.map(({ sql }) => sql)]);

describe('transactions of other tools become units', () => {
  test('goose: NO TRANSACTION makes every statement its own unit; a dollar-quoted body stays whole', async () => {
    const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; /* ; */ $x$';
    await write({
      '1_a.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n${body};\nCREATE INDEX CONCURRENTLY i ON t (a);\nANALYZE t;\nSELECT 1;\n`,
    });
    expect(shape(migrationsOf(await read('goose'))[0])).toEqual([
      ['transaction', body],
      ['alone', 'CREATE INDEX CONCURRENTLY i ON t (a)'],
      ['transaction', 'ANALYZE t'],
      ['transaction', 'SELECT 1'],
    ]);
  });

  test('golang-migrate: each BEGIN … COMMIT is a unit, CRLF and a byte order mark do not matter', async () => {
    const text = 'BEGIN;\r\nSELECT 1; -- a ; here\r\nSELECT 2;\r\nCOMMIT;\r\nSELECT 3;\r\n';
    await write({ '1_a.up.sql': new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(text)]) });
    const [migration] = migrationsOf(await read('golang-migrate'));
    expect(shape(migration)).toEqual([
      ['transaction', 'SELECT 1', 'SELECT 2'],
      ['transaction', 'SELECT 3'],
    ]);
    expect(migration?.statements.map(({ line }) => line)).toEqual([2, 3, 5]);
  });

  test('a file of megabytes is read, and what follows it', async () => {
    await write({ '1_a.up.sql': `INSERT INTO t VALUES ('${'é;'.repeat(1_200_000)}');\nSELECT 2;`, '2_b.up.sql': 'SELECT 3' });
    const migrations = migrationsOf(await read('golang-migrate'));
    expect(migrations.map(({ statements }) => statements.length)).toEqual([2, 1]);
    expect(migrations[0]?.statements[1]).toMatchObject({ sql: 'SELECT 2', line: 2 });
  });
});

describe('the guards of the engine in files of other tools', () => {
  test('a SET of a timeout is set aside and said, not executed and not refused', async () => {
    await write({ '1.sql': "-- +migrate Up\nSET lock_timeout = '2s';\nSET statement_timeout = 0;\nCREATE TABLE a ();\n" });
    const [migration] = migrationsOf(await read('sql-migrate'));
    expect(migration?.statements.map(({ sql, line }) => [sql, line])).toEqual([['CREATE TABLE a ()', 4]]);
    expect(migration?.statements[0]?.hazards[0]).toMatchObject({
      code: 'guard_set_aside',
      severity: 'note',
      message: expect.stringMatching(/sets lock_timeout \(line 2\), statement_timeout \(line 3\)\. That is not executed/) as string,
    });
  });

  test.each(['SET ROLE app', 'RESET ALL', 'DO $$ BEGIN SET lock_timeout = 0; END $$', 'COPY t FROM stdin;\n1\n\\.', '\\i other.sql'])(
    '%j is refused with file and line all the same',
    async (sql) => {
      await write({ '1.sql': `-- +migrate Up\nSELECT 1;\n${sql}\n` });
      expect(problemsOf(await read('sql-migrate'))).toEqual([expect.stringMatching(/^1\.sql line 3: /)]);
    },
  );
});

describe('what is applied', () => {
  test('is not read any more: a rollback that never parsed does not stop what is new', async () => {
    await write({ '1_a.up.sql': 'CREATE TABLE a ()', '1_a.down.sql': 'DROP TABEL a', '2_b.up.sql': 'CREATE TABLE b ()' });
    expect(problemsOf(await read('golang-migrate'))).toEqual([expect.stringMatching(/^1_a\.down\.sql line 1: syntax error/)]);
    const migrations = migrationsOf(await read('golang-migrate', '1'));
    expect(migrations.map(({ version, statements, down }) => [version, statements.length, down?.path ?? null])).toEqual([
      ['1', 0, '1_a.down.sql'],
      ['2', 1, null],
    ]);
    expect(migrations[0]?.up.text).toBe('CREATE TABLE a ()');
  });

  test('its characters do not stop anybody either, those of a pending file do', async () => {
    await write({ '1_a.up.sql': 'SELECT 1; -- \u200b', '2_b.up.sql': new Uint8Array([0xff]) });
    expect(problemsOf(await read('golang-migrate'))).toEqual([
      expect.stringMatching(/^1_a\.up\.sql line 1: the invisible character U\+200B/),
      expect.stringMatching(/^2_b\.up\.sql line 1: bytes that are not valid UTF-8/),
    ]);
    expect(problemsOf(await read('golang-migrate', '1'))).toHaveLength(1);
    expect(problemsOf(await read('golang-migrate', '1', '2'))).toEqual([]);
  });

  test('its mistakes of layout stop nobody either: a number given twice, a program', async () => {
    await write({ '1_a.up.sql': '', '1_b.up.sql': '', '2_c.up.go': 'package x', '3_d.up.sql': 'SELECT 1' });
    expect(problemsOf(await read('golang-migrate'))).toHaveLength(2);
    expect(migrationsOf(await read('golang-migrate', '1_a', '1_b', '2')).map(({ version }) => version)).toEqual(['1_a', '1_b', '2', '3']);
  });

  test.each([
    ['native', { '1_a.up.sql': '', '2_b.up.sql': '', '3_c.up.sql': '' }],
    ['golang-migrate', { '0001_a.up.sql': '', '0002_b.up.sql': '', '0003_c.up.sql': '' }],
    ['prisma', { '1_a/migration.sql': '', '2_b/migration.sql': '', '3_c/migration.sql': '' }],
  ] as const)('%s: a pending file that is older is refused by name', async (format, files) => {
    await write(files);
    const [older, newer] = [Object.keys(files)[1], Object.keys(files)[2]];
    expect(problemsOf(await read(format, '1', '3'))).toEqual([
      `${older}: is older than ${newer}, which is applied already: in this order nobody has tried them. Give it a version after that one, or remove it.`,
    ]);
    expect(problemsOf(await read(format, '1', '2'))).toEqual([]);
  });

  test('a pending file is older too when the newer file is gone', async () => {
    await write({ '1_a.up.sql': '', '2_b.up.sql': '' });
    expect(problemsOf(await read('native', '1', '10'))).toEqual([
      expect.stringMatching(/^2_b\.up\.sql: is older than 10_x, which is applied/),
    ]);
  });

  test('flyway: a repeatable has no place in the order', async () => {
    await write({ 'V1__a.sql': '', 'V2__b.sql': '', 'R__v.sql': 'CREATE VIEW v AS SELECT 1' });
    const migrations = migrationsOf(await read('flyway'));
    const repeatable = migrations.at(-1)?.version ?? '';
    expect(problemsOf(await read('flyway', '1', repeatable))).toEqual([]);
  });

  test('sourcegraph: only an ancestor must come first', async () => {
    const folder = (id: string, parents: string) => ({ [`${id}/up.sql`]: '', [`${id}/metadata.yaml`]: `parents: ${parents}` });
    await write({ ...folder('1_a', '[]'), ...folder('2_b', '[1]'), ...folder('3_c', '[1]'), ...folder('4_d', '[2]') });
    expect(problemsOf(await read('sourcegraph', '1', '3'))).toEqual([]);
    expect(problemsOf(await read('sourcegraph', '1', '4'))).toEqual([expect.stringMatching(/^2_b\/up\.sql: is older than 4_d\/up\.sql/)]);
  });
});

test('a number that is missing before a pending migration is noted, timestamps are not counted', async () => {
  await write({ '0001_a.up.sql': '', '0003_b.up.sql': 'SELECT 1', '20240101000000_c.up.sql': 'SELECT 1' });
  const codes = (answer: ReadMigrations) =>
    migrationsOf(answer).map(({ statements }) => statements[0]?.hazards.map(({ code }) => code) ?? []);
  expect(codes(await read('native'))).toEqual([[], ['version_gap'], []]);
  expect(codes(await read('native', '0001', '0003'))).toEqual([[], [], []]);
});

test('sqitch: a verify passes when it raises nothing, so its rows are computed and not answered', async () => {
  await write({
    'sqitch.plan': 'a 2024-01-01T10:00:00Z Ann <a@example.com>\n',
    'deploy/a.sql': 'BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;',
    'verify/a.sql': 'BEGIN;\nSELECT id FROM a WHERE false;\nDO $$ BEGIN ASSERT true; END $$;\nROLLBACK;',
  });
  const [migration] = migrationsOf(await read('sqitch'));
  expect(migration?.validations.map(({ sql, line }) => [sql, line])).toEqual([
    ['SELECT verify FROM (SELECT id FROM a WHERE false\n) AS verify OFFSET 9223372036854775807', 2],
    ['DO $$ BEGIN ASSERT true; END $$', 3],
  ]);
});

test('a rehearsal reads every change with its own problems, and none stops another', async () => {
  await write({
    '1_a.up.sql': 'SELECT 1',
    '1_a.down.sql': 'SELEC 1',
    '2_b.up.go': '',
    '3_c.up.sql': 'SELEC 1',
    '4_d.up.sql': 'SELECT 4',
    '9_lost.down.sql': '',
  });
  const { changes, problems } = await readDirectory(options('golang-migrate'));
  expect(
    changes.map(({ migration, problems: own }) => [migration.version, migration.statements.length, own.map(({ path }) => path)]),
  ).toEqual([
    ['1', 1, ['1_a.down.sql']],
    ['3', 0, ['3_c.up.sql']],
    ['4', 1, []],
  ]);
  expect(problems.map(({ path }) => path)).toEqual(['2_b.up.go', '9_lost.down.sql']);
});
