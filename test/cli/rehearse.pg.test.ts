import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.ts';
import { rehearse as rehearsal } from '../../src/processes/rehearse.ts';
import type { Forbidden } from '../../src/target/rehearsal/throwaway.ts';
import {
  connect,
  createDatabase,
  onDatabase,
  secondCluster,
  sql,
  superuserUrl,
  testDatabase,
  type TestDatabase,
} from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aTerminal } from './a-terminal.ts';
import { someDoors } from './a-world.ts';

let directory = '';
let database: TestDatabase;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rehearse-'));
  database = await createDatabase((await secondCluster()).superuserUrl);
});
afterEach(async () => {
  await database.drop();
  await rm(directory, { recursive: true });
});

async function files(texts: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(directory, name), text)));
}

type Trip = Readonly<Record<string, unknown>>;

async function rehearse(options: { forbidden?: readonly Forbidden[]; url?: string; args?: readonly string[] } = {}) {
  const terminal = aTerminal();
  const { forbidden = [], url = database.url, args = ['--json'] } = options;
  const doors = {
    ...someDoors(terminal),
    rehearse: async (_: unknown, request: Parameters<typeof rehearsal>[0]) => rehearsal(request, forbidden),
  };
  const code = await runCli(['rehearse', '--dir', directory, '--format', 'golang-migrate', '--database', url, ...args], doors);
  const out = terminal.printed();
  const trips = (): readonly Trip[] => out.split('\n').map((line) => JSON.parse(line) as Trip);
  return { code, out, trips, err: terminal.said() };
}

/** The arguments of the real program. */
const line = () => {
  const program = new URL('../../src/bin/offpeak.js', import.meta.url).pathname;
  return [program, 'rehearse', '--dir', directory, '--format', 'golang-migrate', '--database', database.url];
};

const leftovers = async () =>
  sql((await secondCluster()).superuserUrl, "SELECT datname FROM pg_database WHERE datname LIKE 'offpeak_rehearsal%'");

describe('offpeak rehearse', () => {
  test('each migration has its verdict, from the state that the ups before it left', async () => {
    await files({
      '1_exact.up.sql': "CREATE TABLE a (id int, v text, w int); INSERT INTO a VALUES (1, 'x', 2)",
      '1_exact.down.sql': 'DROP TABLE a',
      '2_order.up.sql': 'ALTER TABLE a DROP COLUMN id',
      '2_order.down.sql': 'ALTER TABLE a ADD COLUMN id int',
      '3_differs.up.sql': 'CREATE TABLE b (); CREATE INDEX CONCURRENTLY a_v ON a (v)',
      '3_differs.down.sql': 'DROP TABLE b',
      '4_fails.up.sql': 'ALTER TABLE b ADD COLUMN n int',
      '4_fails.down.sql': '-- not this\nALTER TABLE b\n  DROP COLUMN m',
      '5_unreadable.up.sql': 'CREATE TABLE e ()',
      '5_unreadable.down.sql': 'DROP TABEL e',
      '6_missing.up.sql': 'CREATE TABLE f ()',
      '7_irreversible.up.sql': 'DELETE FROM a',
      '7_irreversible.down.sql': "DO $$ BEGIN RAISE EXCEPTION 'there is no way back'; END $$",
      '8_broken.up.sql': 'CREATE TABLE g ();\nSELECT nonsense',
      '9_after.up.sql': 'CREATE TABLE h ()',
      '9_after.down.sql': 'DROP TABLE h',
      '10_again.up.sql': 'ALTER TABLE h ADD COLUMN x int; CREATE TABLE i ()',
      '10_again.down.sql': 'ALTER TABLE h DROP COLUMN x',
      '11_empty.up.sql': 'CREATE TABLE j ()',
      '11_empty.down.sql': '-- nothing;',
    });
    const { code, trips } = await rehearse();
    expect(trips().map(({ version, up, down, up_again }) => [version, up, down, up_again])).toEqual([
      ['1', 'ok', 'exact', 'ok'],
      ['2', 'ok', 'exact', 'ok'],
      ['3', 'ok', 'differs', 'error'],
      ['4', 'ok', 'fails', null],
      ['5', 'ok', 'fails', null],
      ['6', 'ok', 'missing', null],
      ['7', 'ok', 'irreversible', null],
      ['8', 'error', null, null],
      ['9', 'ok', 'exact', 'ok'],
      ['10', 'ok', 'differs', 'error'],
      ['11', 'ok', 'irreversible', null],
    ]);
    const [first, order, differs, fails, unreadable, , , broken, , , empty] = trips();
    expect(empty).toMatchObject({ diff: ['table j left'] });
    expect(Object.keys(first ?? {})).toEqual(['version', 'up', 'down', 'up_again', 'ms', 'locks']);
    expect(first?.['ms']).toBeGreaterThan(0);
    expect(order).toMatchObject({ locks: [{ relation: 'a', mode: 'ACCESS EXCLUSIVE' }], diff: ['column order of a changed'] });
    expect(differs).toMatchObject({ locks: [{ relation: 'a', mode: 'SHARE UPDATE EXCLUSIVE' }], diff: ['index a_v left'] });
    expect(fails?.['error']).toEqual({
      sqlstate: '42703',
      file: '4_fails.down.sql',
      line: 2,
      message: 'column "m" of relation "b" does not exist',
    });
    expect(unreadable?.['error']).toMatchObject({ line: 1, message: expect.stringContaining('syntax error') as string });
    expect(broken?.['error']).toEqual({ sqlstate: '42703', file: '8_broken.up.sql', line: 2, message: 'column "nonsense" does not exist' });
    expect(code).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  test('exit code 0 when everything comes back; the given database is not touched', async () => {
    await files({ '1_a.up.sql': 'CREATE TABLE a ()', '1_a.down.sql': 'DROP TABLE a' });
    const { code, out } = await rehearse({ args: [] });
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^ok {6}1_a {2}up ok, down exact, up again ok {2}\d+ ms\n1 of 1 migration went up, came back and went up again\.$/,
      ) as string,
    });
    expect(await sql(database.url, "SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
  });

  test('starts from a copy of the given database when there is something in it; a role that a migration makes does not stay', async () => {
    await sql(database.url, 'CREATE TABLE there (id int)');
    await files({
      '1_a.up.sql': 'ALTER TABLE there ADD COLUMN v int; CREATE ROLE rehearsed_role',
      '1_a.down.sql': 'DROP ROLE rehearsed_role; ALTER TABLE there DROP COLUMN v',
    });
    const { trips } = await rehearse();
    expect(trips()).toMatchObject([{ up: 'ok', down: 'exact', up_again: 'ok', locks: [{ relation: 'there', mode: 'ACCESS EXCLUSIVE' }] }]);
    expect(await sql(database.url, "SELECT rolname FROM pg_roles WHERE rolname = 'rehearsed_role'")).toEqual([]);
    expect(await sql(database.url, "SELECT attname FROM pg_attribute WHERE attrelid = 'there'::regclass AND attnum > 0")).toEqual([
      { attname: 'id' },
    ]);
  });

  test('what is wrong with one version stops no other: it is said, and the exit code is 1', async () => {
    await files({
      '1_a.up.sql': 'CREATE TABLE a ()',
      '1_a.down.sql': 'DROP TABLE a',
      '2_b.up.go': 'package migrations',
      '3_c.up.sql': 'CREATE TABLE c ()',
      '3_c.down.sql': 'DROP TABLE c',
      '03_d.up.sql': 'CREATE TABLE d ()',
      '03_d.down.sql': 'DROP TABLE d',
    });
    const { code, trips, err } = await rehearse();
    expect(trips().map(({ version, down }) => [version, down])).toEqual([
      ['1', 'exact'],
      ['03_d', 'exact'],
      ['3_c', 'exact'],
    ]);
    expect(err).toMatch(/2_b\.up\.go: is a program[^]*3_c\.up\.sql: version 3 is already taken by 03_d\.up\.sql/);
    expect(code).toBe(1);
  });

  test('a down that never ends its transaction takes nothing back; an up is not run', async () => {
    await files({
      '1_a.up.sql': 'CREATE TABLE a ()',
      '1_a.down.sql': '-- back\nBEGIN;\nDROP TABLE a;',
      '2_b.up.sql': 'BEGIN; CREATE TABLE b ()',
      '2_b.down.sql': 'DROP TABLE b',
    });
    const [down, up] = (await rehearse()).trips();
    expect(down).toMatchObject({ up: 'ok', down: 'differs', up_again: null, diff: ['table a left'] });
    expect(down?.['error']).toMatchObject({ file: '1_a.down.sql', line: 2, message: expect.stringContaining('never ended') as string });
    expect(up).toMatchObject({ up: 'error', down: null, error: { file: '2_b.up.sql', line: 1 } });
  });

  test('a role that holds rights is dropped by its down, and the chain goes on from where it was', async () => {
    await files({
      '1_a.up.sql': 'CREATE TABLE a (id int); CREATE ROLE rehearsed_reader; GRANT SELECT ON a TO rehearsed_reader',
      '1_a.down.sql': 'DROP TABLE a; DROP ROLE rehearsed_reader',
      '2_b.up.sql': 'CREATE TABLE b (id int); CREATE ROLE rehearsed_writer; GRANT INSERT ON b TO rehearsed_writer',
      '2_b.down.sql': 'DROP OWNED BY rehearsed_writer; DROP ROLE rehearsed_writer',
      '3_c.up.sql': 'ALTER TABLE b ADD COLUMN v int; GRANT SELECT ON a TO rehearsed_writer',
      '3_c.down.sql': 'REVOKE SELECT ON a FROM rehearsed_writer; ALTER TABLE b DROP COLUMN v',
    });
    const { trips } = await rehearse();
    expect(trips()).toMatchObject([
      { down: 'exact', up_again: 'ok' },
      { down: 'differs', up_again: 'error', diff: ['table b left'] },
      { down: 'exact', up_again: 'ok' },
    ]);
    expect(await sql(database.url, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'rehearsed%'")).toEqual([]);
  });

  test('an extension that the server lacks is named first', async () => {
    await files({ '1_a.up.sql': 'CREATE TABLE a ();\nCREATE EXTENSION IF NOT EXISTS "no-such"', '1_a.down.sql': 'DROP TABLE a' });
    const { trips, err } = await rehearse();
    expect(trips()).toMatchObject([{ up: 'error' }]);
    expect(err).toMatch(/^1_a\.up\.sql line 2: the server lacks the extension no-such, .* Install its package/);
  });

  test('a verdict is judged for the schema that the ups before it made', async () => {
    await files({
      '1_a.up.sql': 'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a); CREATE INDEX ON b (a_id)',
      '1_a.down.sql': 'DROP TABLE b, a',
      '2_b.up.sql': 'DROP INDEX b_a_id_idx',
      '2_b.down.sql': 'CREATE INDEX ON b (a_id)',
      '3_c.up.sql': 'ALTER TABLE b DROP COLUMN a_id',
      '3_c.down.sql': 'ALTER TABLE b ADD COLUMN a_id int REFERENCES a',
    });
    const { code, trips } = await rehearse();
    const stops = trips().flatMap(({ verdict_differs: found }) => (found ?? []) as readonly { stops: boolean }[]);
    expect(stops.filter((difference) => difference.stops)).toEqual([]);
    expect(code).toBe(0);
  });

  test('what belongs to the whole server is not run', async () => {
    await sql(database.url, 'CREATE ROLE there_before');
    await files({
      '1_a.up.sql': 'CREATE TABLE a ();\nDROP ROLE there_before',
      '2_b.up.sql': 'CREATE DATABASE never_made',
      '3_c.up.sql': "ALTER SYSTEM SET work_mem = '5MB'",
      '4_d.up.sql': 'CREATE TABLE d ()',
      '4_d.down.sql': 'DROP TABLE d;\nALTER ROLE there_before LOGIN',
    });
    const { trips } = await rehearse();
    expect(trips()).toMatchObject([
      {
        up: 'error',
        error: {
          file: '1_a.up.sql',
          line: 2,
          message: expect.stringContaining('changes the role there_before, which the server had before') as string,
        },
      },
      { up: 'error', error: { message: expect.stringContaining('CREATE DATABASE changes the whole server') as string } },
      { up: 'error', error: { message: expect.stringContaining('ALTER SYSTEM changes the whole server') as string } },
      { up: 'ok', down: 'fails', error: { file: '4_d.down.sql', line: 2 } },
    ]);
    expect(await sql(database.url, "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'there_before'")).toEqual([{ rolcanlogin: false }]);
    await sql(database.url, 'DROP ROLE there_before');
  });

  test('the table of diesel is there, because migrations read it; VACUUM is not held up', async () => {
    await mkdir(join(directory, '2024-01-01-000000_a'));
    await files({
      '2024-01-01-000000_a/up.sql': 'CREATE TABLE a AS SELECT version FROM __diesel_schema_migrations; VACUUM a',
      '2024-01-01-000000_a/down.sql': 'DROP TABLE a',
    });
    const [trip] = (await rehearse({ args: ['--json', '--format', 'diesel'] })).trips();
    expect(trip).toMatchObject({ version: '20240101000000', up: 'ok', down: 'exact', up_again: 'ok' });
    expect(trip?.['ms']).toBeLessThan(4_000);
  });

  test('a seed of thousands of lines is read and counted whole', async () => {
    await sql(database.url, 'CREATE TABLE seed (id int PRIMARY KEY, t text)');
    const lines = Array.from({ length: 3_000 }, (_, id) => `INSERT INTO seed (id, t) VALUES (${id}, 'é; -- ${id}');`);
    await files({ '1_seed.up.sql': lines.join('\r\n'), '1_seed.down.sql': 'DELETE FROM seed WHERE id >= 1000' });
    const { trips } = await rehearse();
    expect(trips()).toMatchObject([
      {
        up: 'ok',
        down: 'exact',
        up_again: 'error',
        lost: ['seed had 0 rows before and 1000 after the down'],
        error: { sqlstate: '23505' },
      },
    ]);
    expect(trips()[0]?.['locks']).toEqual([{ relation: 'seed', mode: 'ROW EXCLUSIVE' }]);
  });

  test('refuses the server of a configured target, whatever the address, and a database that Offpeak migrates', async () => {
    await files({ '1_a.up.sql': 'CREATE TABLE a ()' });
    const target = await testDatabase();
    const forbidden = [{ name: 'production', connectionString: `${target.url}${target.url.includes('?') ? '&' : '?'}application_name=x` }];
    expect(await rehearse({ forbidden, url: superuserUrl() })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/^This is the server of the target production\./) as string,
    });
    await target.drop();
    await sql(database.url, 'CREATE SCHEMA offpeak; CREATE TABLE offpeak.history (version text)');
    expect(await rehearse()).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/is a database that Offpeak migrates/) as string,
    });
    expect(await leftovers()).toEqual([]);
  });

  test('a target that does not answer is said', async () => {
    await files({ '1_a.up.sql': 'CREATE TABLE a ()', '1_a.down.sql': 'DROP TABLE a' });
    const { code, err } = await rehearse({ forbidden: [{ name: 'production', connectionString: 'postgresql://nobody@127.0.0.1:1/none' }] });
    expect({ code, err }).toEqual({
      code: 0,
      err: 'The target production does not answer; its address is another one, and that is all that was compared.',
    });
  });

  test.each([
    ['no migration', {}, [], 2],
    ['a server that is not there', {}, ['--database', 'postgresql://x@127.0.0.1:1/none'], 2],
    ['no connection string', {}, ['--database', 'production'], 3],
    ['a format nobody knows', {}, ['--format', 'liquibase'], 3],
  ])('exits with its code for %s', async (_, texts, args, code) => {
    await files(texts);
    const ended = await rehearse({ args });
    expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
    expect(ended.err).not.toBe('');
  });

  test('what a killed rehearsal left is dropped by the next; what a living one uses is not', async () => {
    const admin = (await secondCluster()).superuserUrl;
    await sql(admin, 'CREATE DATABASE offpeak_rehearsal_1_abcdef');
    await sql(admin, 'CREATE DATABASE offpeak_rehearsal_1_abcdef_copy');
    await sql(admin, 'CREATE DATABASE offpeak_rehearsal_2_abcdef');
    const living = await connect(admin);
    await living.query("SET application_name = 'offpeak_rehearsal_2_abcdef'");
    await files({ '1_a.up.sql': 'CREATE TABLE a ()', '1_a.down.sql': 'DROP TABLE a' });
    expect((await rehearse()).code).toBe(0);
    expect(await leftovers()).toEqual([{ datname: 'offpeak_rehearsal_2_abcdef' }]);
    await living.end();
    await sql(admin, 'DROP DATABASE offpeak_rehearsal_2_abcdef');
  });

  test('when nobody reads any more, it stops and leaves nothing', async () => {
    const many = Array.from({ length: 30 }, (_, index) => [`${index + 1}_a.up.sql`, `CREATE TABLE a${index} ()`]);
    await files(Object.fromEntries(many));
    const child = spawn(process.execPath, [...line(), '--json'], { cwd: directory, env: { PATH: process.env['PATH'] } });
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = await new Promise<number | null>((resolve) => child.on('exit', resolve));
    expect(ended).toBe(1);
    expect(await leftovers()).toEqual([]);
  });

  test('Ctrl-C ends the statement and drops the database', async () => {
    await files({ '1_a.up.sql': 'SELECT pg_sleep(60)', '1_a.down.sql': 'SELECT 1' });
    const child = spawn(process.execPath, line(), {
      cwd: directory,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const sleeping = () =>
      sql(onDatabase(database.url, 'postgres'), "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'");
    await until(async () => (await sleeping()).length > 0, { what: 'the statement to run', deadlineMs: 20_000 });
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(said).toBe('Stopped. The database of the rehearsal was dropped.\n');
    expect(await leftovers()).toEqual([]);
  });
});
