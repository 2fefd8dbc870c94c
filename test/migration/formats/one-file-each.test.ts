import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { arranged, order, problems } from './arrange.ts';

describe('golang-migrate', () => {
  test('numbers order the files, and the name of a down may differ', () => {
    expect(
      order('golang-migrate', ['000010_c.up.sql', '000009_b.down.sql', '9_other.up.sql', '000001_a.up.sql', '000001_a.down.sql']),
    ).toEqual(['000001 a 000001_a.up.sql 000001_a.down.sql', '9 other 9_other.up.sql 000009_b.down.sql', '000010 c 000010_c.up.sql -']);
  });

  test('a number given twice is refused, and both changes are kept apart for a history that has them', () => {
    const { changes, problems: wrong } = arranged('golang-migrate', ['7_b.up.sql', '7_b.down.sql', '007_a.up.sql', '8_c.up.sql']);
    expect(changes.map(({ version, down }) => [version, down?.path ?? null])).toEqual([
      ['007_a', null],
      ['7_b', '7_b.down.sql'],
      ['8', null],
    ]);
    expect(wrong).toEqual([expect.objectContaining({ path: '7_b.up.sql', version: '7_b' })]);
    expect(wrong[0]?.message).toMatch(/version 7 is already taken by 007_a\.up\.sql/);
  });

  test('a down without its up and a name that says nothing are refused', () => {
    expect(problems('golang-migrate', ['3_a.down.sql', 'notes.sql', '4_b.sql'])).toEqual([
      expect.stringMatching(/^notes\.sql: cannot tell what this file is; expected <version>_<title>\.up\.sql/),
      expect.stringMatching(/^4_b\.sql: cannot tell/),
      expect.stringMatching(/^3_a\.down\.sql: there is no up script of version 3/),
    ]);
  });

  test('a migration in Go is refused where it is pending, and keeps its place for the history; other Go files are not looked at', () => {
    const { changes, problems: wrong } = arranged('golang-migrate', ['1_a.up.go', '1_a.down.go', '2_b.up.sql', '2_b.down.go', 'embed.go']);
    expect(changes.map(({ version, program, down }) => [version, program ?? false, down])).toEqual([
      ['1', true, null],
      ['2', false, null],
    ]);
    expect(wrong.map(({ path, version }) => [path, version])).toEqual([
      ['1_a.up.go', '1'],
      ['1_a.down.go', '1'],
      ['2_b.down.go', '2'],
    ]);
  });
});

describe('supabase', () => {
  test('the way back lies in a folder where its CLI does not look', () => {
    expect(order('supabase', ['20240102000000_b.sql', '20240101000000_a.sql', 'down/20240102000000_b.sql'])).toEqual([
      '20240101000000 a 20240101000000_a.sql -',
      '20240102000000 b 20240102000000_b.sql down/20240102000000_b.sql',
    ]);
    expect(problems('supabase', ['down/1_a.sql', 'seed.sql'])).toEqual([
      expect.stringMatching(/^seed\.sql: cannot tell/),
      expect.stringMatching(/^down\/1_a\.sql: there is no up script/),
    ]);
  });
});

describe('prisma', () => {
  test('a folder is a migration; the history calls it by the whole name', () => {
    const files = {
      '20240101000000_init/migration.sql': 'create table a ()',
      '20240101000000_init/down.sql': 'drop table a',
      'migration_lock.toml': 'provider = "postgresql"',
    };
    expect(order('prisma', files)).toEqual(['20240101000000 init 20240101000000_init/migration.sql 20240101000000_init/down.sql']);
    expect(arranged('prisma', files).changes[0]?.key).toBe('20240101000000_init');
  });

  test('another database, and a file that is no part of a migration, are refused', () => {
    expect(problems('prisma', { 'migration_lock.toml': '# by hand\nprovider = "mysql"' })).toEqual([
      expect.stringMatching(/are for mysql/),
    ]);
    expect(problems('prisma', ['1_a/steps.sql', '2_b.sql'])).toHaveLength(2);
  });
});

describe('sqlx', () => {
  test('simple and reversible files, each its own way', () => {
    expect(order('sqlx', ['1_a.sql', 'down/1_a.sql', '2_b.up.sql', '2_b.down.sql'])).toEqual([
      '1 a 1_a.sql down/1_a.sql',
      '2 b 2_b.up.sql 2_b.down.sql',
    ]);
  });

  test('both kinds under one number are refused', () => {
    expect(problems('sqlx', ['1_a.sql', '1_a.up.sql'])[0]).toMatch(/both as a simple and as a reversible migration/);
  });

  test('-- no-transaction counts on the first line only', () => {
    const each = (text: string) => arranged('sqlx', { '1_a.sql': text }).changes[0]?.eachCommits ?? false;
    expect([each('-- no-transaction\nselect 1'), each('select 1;\n-- no-transaction')]).toEqual([true, false]);
  });
});

describe('diesel', () => {
  test('dashes in a version are only spelling, and metadata.toml may want no transaction', () => {
    const files = {
      '2024-01-02-030405_b/up.sql': '',
      '2024-01-02-030405_b/down.sql': '',
      '2024-01-02-030405_b/metadata.toml': 'run_in_transaction = false\n',
      '20240101000000_a/up.sql': '',
      '20240101000000_a/down.sql': '',
      'seed.sql': 'not looked at: it lies in no folder',
    };
    expect(order('diesel', files)).toEqual([
      '20240101000000 a 20240101000000_a/up.sql 20240101000000_a/down.sql',
      '20240102030405 b 2024-01-02-030405_b/up.sql 2024-01-02-030405_b/down.sql',
    ]);
    expect(arranged('diesel', files).changes.map(({ eachCommits }) => eachCommits ?? false)).toEqual([false, true]);
  });

  test('diesel: versions of more digits have their place among the others', () => {
    const files = { '2024-01-02-000000_b/up.sql': '', '2024-01-01-000000-0000_a/up.sql': '', '2024-01-03-000000-0000_c/up.sql': '' };
    expect(arranged('diesel', files).changes.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});

describe('checksums of other tools', () => {
  const bytes = new TextEncoder().encode('create table a (id int);\n');
  test.each([
    ['prisma', 'sha256'],
    ['sqlx', 'sha384'],
    ['sqitch', 'sha1'],
  ] as const)('%s keeps %s of the bytes', async (format, algorithm) => {
    const { formatOf } = await import('../../../src/migration/formats/index.ts');
    expect(formatOf(format).checksums?.(bytes)[0]).toBe(createHash(algorithm).update(bytes).digest('hex'));
  });

  test('prisma takes either kind of line ends, and digests without their zeros', async () => {
    const { formatOf } = await import('../../../src/migration/formats/index.ts');
    const taken = formatOf('prisma').checksums?.(new TextEncoder().encode('select 1;\r\nselect 2;\n')) ?? [];
    const digest = (text: string) => createHash('sha256').update(text).digest();
    for (const text of ['select 1;\r\nselect 2;\n', 'select 1;\nselect 2;\n']) {
      expect(taken).toContain(digest(text).toString('hex'));
      expect(taken).toContain(Array.from(digest(text), (byte) => byte.toString(16)).join(''));
    }
    expect(taken).not.toContain(digest('select 1;').toString('hex'));
  });
});
