import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FORMATS, compareVersions, sameVersion, wayBackOf } from '../../../src/domain/formats.ts';
import { formatOf } from '../../../src/migration/formats/index.ts';

const src = join(import.meta.dirname, '../../../src');
/** What the readers share. */
const SHARED = ['flyway-checksum', 'format', 'halves', 'index', 'paired', 'sqitch-plan'];

test('every reader of the folder is a format, and every format has a reader of its name', () => {
  const files = readdirSync(join(src, 'migration/formats')).map((file) => file.replace('.ts', ''));
  expect(files.filter((file) => !SHARED.includes(file)).sort()).toEqual([...FORMATS].sort());
  expect(FORMATS.map((name) => formatOf(name).name)).toEqual([...FORMATS]);
});

test('every format but our own has a reader of its history', () => {
  const files = readdirSync(join(src, 'target/history-of')).map((file) => file.replace('.ts', ''));
  expect(files.filter((file) => !['read', 'tool-history'].includes(file)).sort()).toEqual(
    FORMATS.filter((name) => name !== 'native').sort(),
  );
});

test.each([
  ['7', '0007', 0],
  ['2', '10', -1],
  ['1.10', '1.9', 1],
  ['1.0', '1', 0],
  ['1_2', '1.2', 0],
  ['20240101120000', '20240101120001', -1],
  ['users', '1', null],
])('versions are numbers, part by part: %s and %s', (a, b, expected) => {
  expect(compareVersions(a, b)).toBe(expected);
  expect(sameVersion(a, b)).toBe(expected === 0);
});

test.each([
  ['native', '0001_a.up.sql', '0001_a.down.sql'],
  ['prisma', '1_a/migration.sql', '1_a/down.sql'],
  ['diesel', '1_a/up.sql', '1_a/down.sql'],
  ['sqitch', 'deploy/a.sql', 'revert/a.sql'],
  ['supabase', '1_a.sql', 'down/1_a.sql'],
  ['goose', '1_a.sql', 'the down part of 1_a.sql'],
] as const)('%s: the way back of %s is expected at %s', (format, up, down) => {
  expect(wayBackOf(format, up)).toBe(down);
});
