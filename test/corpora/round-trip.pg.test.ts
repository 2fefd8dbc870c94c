import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDirectory } from '../../src/migration/source.ts';
import { onDatabase, superuserUrl } from '../support/postgres.ts';
import { roundTrips, type RoundTrip } from './round-trip.ts';

const FILES: Readonly<Record<string, string>> = {
  '1_exact.up.sql': "CREATE TABLE a (id int, v text); INSERT INTO a VALUES (1, 'x')",
  '1_exact.down.sql': 'DROP TABLE a',
  '2_order.up.sql': 'ALTER TABLE a DROP COLUMN id',
  '2_order.down.sql': 'ALTER TABLE a ADD COLUMN id int',
  '3_differs.up.sql': 'CREATE TABLE b (); CREATE INDEX CONCURRENTLY a_v ON a (v)',
  '3_differs.down.sql': 'DROP TABLE b',
  '4_fails.up.sql': 'ALTER TABLE b ADD COLUMN n int',
  '4_fails.down.sql': 'ALTER TABLE b DROP COLUMN m',
  '5_unreadable.up.sql': 'CREATE TABLE e ()',
  '5_unreadable.down.sql': 'DROP TABEL e',
  '6_missing.up.sql': 'CREATE TABLE f ()',
  '7_broken.up.sql': 'CREATE TABLE g (); SELECT nonsense',
  '8_open.up.sql': 'CREATE TABLE o ()',
  '8_open.down.sql': 'BEGIN; DROP TABLE o',
  '9_after.up.sql': 'CREATE TABLE h ()',
  '9_after.down.sql': 'DROP TABLE h',
};

test('each migration has its own verdict, from the state that the ups before it left', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'corpus-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(directory, name), text);
  const { changes, problems } = await readDirectory({ directory, format: 'golang-migrate', serverMajor: () => Promise.resolve(15) });
  expect(problems).toEqual([]);
  const trips: RoundTrip[] = [];
  const url = (name: string) => onDatabase(superuserUrl(), name);
  for await (const trip of roundTrips({ url }, changes, null)) trips.push(trip);
  expect(trips.map(({ name, up, down, again }) => [name, up, down, again])).toEqual([
    ['exact', 'ok', 'exact', 'ok'],
    ['order', 'ok', 'order', 'ok'],
    ['differs', 'ok', 'differs', 'error'],
    ['fails', 'ok', 'fails', ''],
    ['unreadable', 'ok', 'fails', ''],
    ['missing', 'ok', 'missing', ''],
    ['broken', 'error', '', ''],
    ['open', 'ok', 'differs', ''],
    ['after', 'ok', 'exact', 'ok'],
  ]);
  expect(trips[2]?.detail).toMatch(/index a_v left/);
  await rm(directory, { recursive: true });
});
