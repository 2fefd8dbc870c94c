import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fillTheirs } from '../../playground/theirs.ts';
import { onDatabase, sql, superuserUrl } from '../support/postgres.ts';

const server = { superuserUrl: superuserUrl(), url: (name: string) => onDatabase(superuserUrl(), name) };
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'theirs-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  for (const name of ['theirs', 'theirs_staging']) await sql(server.superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
});
const file = (name: string, text: string) => writeFile(join(directory, name), text);

test('all but the newest of their migrations are applied and in the history, on both databases', async () => {
  await file('1_a.sql', '-- +goose Up\nCREATE TABLE a (id int);\n-- +goose Down\nDROP TABEL a;\n');
  await file('2_b.go', 'package migrations');
  await file('3_c.sql', '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY a_id ON a (id);\n');
  await file('4_d.sql', '-- +goose Up\nDROP TABLE a;\n');
  const databases = await fillTheirs(server, { directory, format: 'goose', pending: 1 });
  for (const url of [databases.production, databases.staging]) {
    expect(await sql(url, "SELECT to_regclass('a_id') IS NOT NULL AS there")).toEqual([{ there: true }]);
    expect(
      (await sql<{ version: string }>(url, 'SELECT version FROM offpeak.history ORDER BY version')).map(({ version }) => version),
    ).toEqual(['1', '2', '3']);
  }
});

test('a migration that cannot be applied ends the demo with its file and PostgreSQL’s words', async () => {
  await file('1_a.sql', '-- +goose Up\nDROP TABLE nowhere;\n');
  await file('2_b.sql', '-- +goose Up\nSELECT 1;\n');
  await expect(fillTheirs(server, { directory, format: 'goose', pending: 1 })).rejects.toThrow(
    '1_a.sql cannot be applied: table "nowhere" does not exist',
  );
});
