import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectSite } from '../../src/app.ts';
import { runCli } from '../../src/cli/program.ts';
import { flywayChecksum } from '../../src/migration/formats/flyway-checksum.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { aTerminal } from './a-terminal.ts';
import { someDoors } from './a-world.ts';

let database: TestDatabase;
let directory = '';
beforeEach(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'adopt-'));
  await file('000001_a.up.sql', 'CREATE TABLE a ();');
  await file('000001_a.down.sql', 'DROP TABLE a;');
  await file('000002_b.up.sql', 'CREATE TABLE b ();');
  await file('000003_c.up.sql', 'CREATE TABLE c ();');
  await sql(
    database.url,
    'CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (2, false)',
  );
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

const file = (name: string, text: string) => writeFile(join(directory, name), text);

async function adopt(from = 'golang-migrate', ...more: readonly string[]) {
  const terminal = aTerminal();
  const doors = { ...someDoors(terminal), site: async (place: Parameters<typeof connectSite>[0]) => connectSite(place) };
  const code = await runCli(['adopt', '--from', from, '--database', database.url, '--dir', directory, ...more], doors);
  return { code, out: terminal.printed(), err: terminal.said() };
}

const history = () =>
  sql<{ version: string; name: string; run_id: string }>(
    database.url,
    'SELECT version, name, run_id FROM offpeak.history ORDER BY version',
  );
const theirs = () => sql(database.url, 'SELECT version::int, dirty, xmin::text FROM schema_migrations');

describe('offpeak adopt', () => {
  test('--dry-run shows what would be recorded and writes nothing', async () => {
    const { code, out } = await adopt('golang-migrate', '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Would be recorded: 2 migrations of public\.schema_migrations\.\n {2}000001 {2}a .*down kept: 000001_a\.down\.sql\n {2}000002 {2}b .*no way back/,
    );
    expect(out).toMatch(/Pending, to be planned next: 000003_c\.\nNothing was written\.$/);
    expect(await sql(database.url, "SELECT to_regnamespace('offpeak') AS ours")).toEqual([{ ours: null }]);
  });

  test('records what is applied, keeps the downs, leaves the other table alone, and may be repeated', async () => {
    const before = await theirs();
    expect((await adopt()).code).toBe(0);
    expect(await history()).toEqual([
      { version: '000001', name: 'a', run_id: 'adopted' },
      { version: '000002', name: 'b', run_id: 'adopted' },
    ]);
    expect(await sql(database.url, 'SELECT version, format, down_path, down_text FROM offpeak.adopted ORDER BY version')).toEqual([
      { version: '000001', format: 'golang-migrate', down_path: '000001_a.down.sql', down_text: 'DROP TABLE a;' },
      { version: '000002', format: 'golang-migrate', down_path: null, down_text: null },
    ]);
    expect(await theirs()).toEqual(before);
    await sql(database.url, 'UPDATE schema_migrations SET version = 3');
    expect((await adopt()).out).toMatch(
      /^Recorded: 1 migration of public\.schema_migrations, 2 more are recorded already\.[^]*Nothing is pending\./,
    );
    expect((await adopt()).out).toMatch(/^Recorded: 0 migrations/);
    expect((await history()).map(({ version }) => version)).toEqual(['000001', '000002', '000003']);
  });

  const refusals: readonly (readonly [what: string, prepare: () => Promise<unknown>, says: RegExp])[] = [
    [
      'a dirty history',
      () => sql(database.url, 'UPDATE schema_migrations SET dirty = true'),
      /version 2 is dirty: it broke off half way\. Mend that with its own tool first/,
    ],
    [
      'a version that no file has',
      () => sql(database.url, 'UPDATE schema_migrations SET version = 9'),
      /public\.schema_migrations has 9, and there is no such file/,
    ],
    ['files of another layout', () => file('V4__d.sql', ''), /V4__d\.sql: cannot tell what this file is/],
    ['no history at all', () => sql(database.url, 'DROP TABLE schema_migrations'), /There is no history of golang-migrate here/],
  ];
  test.each(refusals)('refuses %s, and records nothing', async (_what, prepare, says) => {
    await prepare();
    const { code, err } = await adopt();
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(says) as string });
    expect(err).toMatch(/Nothing was recorded\.$/);
    expect(await sql(database.url, "SELECT to_regclass('offpeak.history') AS ours")).toEqual([{ ours: null }]);
  });

  test('a second adoption with other content is refused by the name of the file', async () => {
    await adopt();
    await file('000002_b.up.sql', 'CREATE TABLE b (id int);');
    const edited = await adopt();
    expect(edited).toMatchObject({
      code: 2,
      err: expect.stringMatching(/000002_b\.up\.sql is recorded in offpeak\.history with another text/) as string,
    });
    await file('000002_b.up.sql', 'CREATE TABLE b ();');
    await sql(database.url, 'UPDATE schema_migrations SET version = 1');
    expect((await adopt()).err).toMatch(/000002_b was adopted before, and public\.schema_migrations does not have it any more/);
    expect(await history()).toHaveLength(2);
  });

  test('flyway: a file whose checksum differs is named with both checksums; a changed repeatable is pending again', async () => {
    await rm(directory, { recursive: true });
    directory = await mkdtemp(join(tmpdir(), 'adopt-'));
    const sum = (text: string) => flywayChecksum(new TextEncoder().encode(text));
    await file('V1__a.sql', 'CREATE TABLE a ();');
    await file('R__v.sql', 'CREATE OR REPLACE VIEW v AS SELECT 2');
    await sql(
      database.url,
      `CREATE TABLE flyway_schema_history (installed_rank int, version text, description text, type text, checksum int, installed_on timestamp, success boolean);
       INSERT INTO flyway_schema_history VALUES (1, '1', 'a', 'SQL', ${sum('CREATE TABLE a ();')}, now(), true), (2, NULL, 'v', 'SQL', 1, now(), true)`,
    );
    const { code, out } = await adopt('flyway', '--dry-run');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/Would be recorded: 1 migration[^]*Pending, to be planned next: R__v@[0-9a-f]{8}_v\./),
    ]);
    await file('V1__a.sql', 'CREATE TABLE a (id int);');
    expect((await adopt('flyway')).err).toMatch(
      new RegExp(
        `V1__a\\.sql was edited after it was applied: its checksum is ${sum('CREATE TABLE a (id int);')}, and public\\.flyway_schema_history has ${sum('CREATE TABLE a ();')}`,
      ),
    );
  });

  test('a pending file that is older than an applied one is said, because it will stop every plan', async () => {
    await rm(directory, { recursive: true });
    directory = await mkdtemp(join(tmpdir(), 'adopt-'));
    for (const name of ['20240101_a.sql', '20240102_b.sql', '20240103_c.sql'])
      await file(name, '-- migrate:up\nSELECT 1;\n-- migrate:down\n');
    await sql(
      database.url,
      "DROP TABLE schema_migrations; CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240101'), ('20240103')",
    );
    expect((await adopt('dbmate')).out).toMatch(
      /Older than what is applied, so every plan is refused until they get a later version or go: 20240102_b\.sql\./,
    );
  });

  test('while a run holds the database nothing is recorded', async () => {
    const { LOCK_KEY } = await import('../../src/target/lock.ts');
    const holder = await connect(database.url);
    await holder.query('SELECT pg_advisory_lock($1::bigint)', [LOCK_KEY]);
    expect(await adopt()).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^A run, or another adoption, has this database\. Nothing was recorded/) as string,
    });
    await holder.end();
    expect((await adopt()).code).toBe(0);
  });

  test('bad usage is said: an unknown format, half a place', async () => {
    expect(await adopt('liquibase')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/"liquibase" is no format that can be adopted\. Write one of: golang-migrate/) as string,
    });
    const terminal = aTerminal();
    expect(await runCli(['adopt', '--from', 'goose', '--database', database.url], someDoors(terminal))).toBe(3);
    expect(terminal.said()).toMatch(/Write --database and --dir together/);
  });
});
