import { expect, it } from 'vitest';
import { compressionArgument, compressionOf, compressionRefused, compressionText } from '../../src/domain/backup-form.ts';

it.each([
  ['none', 'none', '0'],
  ['gzip', 'gzip', '6'],
  ['gzip:1', 'gzip:1', '1'],
  ['zstd:3', 'zstd:3', 'zstd:3'],
  ['lz4', 'lz4', 'lz4'],
])('R40 reads compression %s and gives pg_dump what every version understands', (text, again, argument) => {
  const compression = compressionOf(text);
  expect(compression && compressionText(compression)).toBe(again);
  expect(compression && compressionArgument(compression)).toBe(argument);
});

it.each(['', 'gzip:0', 'gzip:10', 'zstd:23', 'none:1', 'brotli', 'gzip:', 'gzip:1 --file=/etc/passwd'])(
  'reads no compression from "%s"',
  (text) => {
    expect(compressionOf(text)).toBeNull();
  },
);

it.each([
  ['zstd:3', 15, true],
  ['lz4', 15, true],
  ['zstd:3', 16, false],
  ['gzip:1', 15, false],
  ['none', 14, false],
])('R40 %s with tools of %d is refused before the dump: %s', (text, major, refused) => {
  const compression = compressionOf(text);
  const why = compression && compressionRefused(compression, { major, version: `pg_dump (PostgreSQL) ${major}.1` });
  expect(why !== null).toBe(refused);
  if (refused) expect(why).toContain('came with PostgreSQL 16. Write compression: gzip:1');
});
