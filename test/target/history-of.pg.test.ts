import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FormatName } from '../../src/domain/formats.ts';
import type { OtherHistory } from '../../src/ports.ts';
import { readOtherHistory } from '../../src/target/history-of/read.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() =>
  sql(database.url, 'DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA public; CREATE SCHEMA other'),
);

async function look(format: FormatName, table: string | null = null): Promise<OtherHistory | string> {
  const client = await connect(database.url);
  try {
    return await readOtherHistory(client, { format, table });
  } finally {
    await client.end();
  }
}

async function found(format: FormatName): Promise<OtherHistory> {
  const history = await look(format);
  if (typeof history === 'string') throw new Error(history);
  return history;
}

const keys = ({ applied }: OtherHistory) => applied.map(({ key }) => key);

describe('the history of', () => {
  test('golang-migrate is one version, and says when it is dirty', async () => {
    await sql(database.url, 'CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)');
    expect(await found('golang-migrate')).toEqual({ table: 'public.schema_migrations', dirty: [], applied: [], upTo: null });
    await sql(database.url, 'INSERT INTO schema_migrations VALUES (7, false)');
    expect(await found('golang-migrate')).toMatchObject({ dirty: [], upTo: '7' });
    await sql(database.url, 'UPDATE schema_migrations SET dirty = true');
    expect((await found('golang-migrate')).dirty).toEqual(['version 7 is dirty: it broke off half way']);
    await sql(database.url, 'UPDATE schema_migrations SET dirty = false; INSERT INTO schema_migrations VALUES (8, false)');
    expect((await found('golang-migrate')).dirty).toEqual([
      "2 rows, where golang-migrate keeps one: it is another tool's, or was edited by hand",
    ]);
  });

  test('dbmate is a list', async () => {
    await sql(
      database.url,
      "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('20240102'), ('20240101')",
    );
    expect(keys(await found('dbmate'))).toEqual(['20240101', '20240102']);
  });

  test('supabase lies in its own schema', async () => {
    await sql(
      database.url,
      `CREATE SCHEMA IF NOT EXISTS supabase_migrations;
       CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
       INSERT INTO supabase_migrations.schema_migrations VALUES ('20240101', '{select 1}', 'a')`,
    );
    expect(await found('supabase')).toMatchObject({ table: 'supabase_migrations.schema_migrations', applied: [{ key: '20240101' }] });
    await sql(database.url, 'DROP SCHEMA supabase_migrations CASCADE');
  });

  test('flyway follows undo and repair, knows baselines and failures, and keeps checksums', async () => {
    await sql(
      database.url,
      `CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL,
         script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT '2024-01-02 03:04:05', execution_time int NOT NULL, success boolean NOT NULL);
       INSERT INTO flyway_schema_history SELECT row_number() OVER (), v, d, t, '', c, '', '2024-01-02 03:04:05', 1, true FROM (VALUES
         ('1', '<< Baseline >>', 'BASELINE', NULL), ('1.1', 'a', 'SQL', -5), ('2', 'b', 'SQL', 6), ('2', 'b', 'UNDO_SQL', 7),
         (NULL, 'the view', 'SQL', 8), (NULL, 'the view', 'SQL', 9), ('3', 'c', 'SQL', 10), ('3', 'c', 'DELETE', 10)) AS rows (v, d, t, c)`,
    );
    const at = '2024-01-02T03:04:05.000Z';
    expect(await found('flyway')).toEqual({
      table: 'public.flyway_schema_history',
      dirty: [],
      upTo: '1',
      applied: [
        { key: '1.1', checksum: '-5', appliedAt: at },
        { key: 'R__the view', checksum: '9', appliedAt: at },
      ],
    });
    await sql(database.url, "UPDATE flyway_schema_history SET success = false WHERE version = '1.1'");
    expect((await found('flyway')).dirty).toEqual([`1.1 failed at ${at}`]);
    await sql(database.url, "UPDATE flyway_schema_history SET success = true, type = 'JDBC' WHERE version = '1.1'");
    expect((await found('flyway')).dirty).toEqual(['1.1 is of the type JDBC, and Offpeak runs only SQL']);
  });

  test('prisma leaves out what was rolled back, and what never finished is dirty', async () => {
    await sql(
      database.url,
      `CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
         logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0);
       INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, rolled_back_at, started_at) VALUES
         ('1', 'aa', '2024-01-01 10:00+02', '1_a', NULL, '2024-01-01'), ('2', 'bb', NULL, '2_b', '2024-01-02', '2024-01-02'), ('3', 'cc', NULL, '2_b', NULL, '2024-01-03')`,
    );
    expect(await found('prisma')).toMatchObject({
      dirty: ['2_b was begun at 2024-01-03T00:00:00.000Z and never finished'],
      applied: [{ key: '1_a', checksum: 'aa', appliedAt: '2024-01-01T08:00:00.000Z' }],
    });
  });

  test('sqlx keeps SHA-384 and a mark of success', async () => {
    await sql(
      database.url,
      `CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
       INSERT INTO _sqlx_migrations VALUES (1, 'a', '2024-01-01Z', true, '\\x00ff', 1), (2, 'b', '2024-01-01Z', false, '\\x01', 1)`,
    );
    const history = await found('sqlx');
    expect(history.applied.map(({ key, checksum }) => [key, checksum])).toEqual([
      ['1', '00ff'],
      ['2', '01'],
    ]);
    expect(history.dirty).toEqual(['version 2 is dirty: it broke off half way']);
  });

  test('goose: the newest act of a version counts, version 0 is its own', async () => {
    await sql(
      database.url,
      `CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
       INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false), (3, true)`,
    );
    expect(keys(await found('goose'))).toEqual(['1', '3']);
  });

  test('sqitch: a reworked change comes again under its number', async () => {
    await sql(
      database.url,
      `CREATE TABLE other.changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL, project text NOT NULL, planned_at timestamptz NOT NULL, committed_at timestamptz NOT NULL);
       INSERT INTO other.changes VALUES ('x', 'h1', 'users', 'acme', '2024-01-01Z', '2024-01-05Z'), ('y', 'h2', 'users', 'acme', '2024-01-03Z', '2024-01-06Z')`,
    );
    expect((await found('sqitch')).applied.map(({ key, checksum }) => [key, checksum])).toEqual([
      ['users', 'h1'],
      ['users@2', 'h2'],
    ]);
  });

  test('sourcegraph is a log whose newest line counts', async () => {
    await sql(
      database.url,
      `CREATE TABLE migration_logs (id serial PRIMARY KEY, migration_logs_schema_version int NOT NULL, schema text NOT NULL, version int NOT NULL, up boolean NOT NULL, started_at timestamptz NOT NULL, finished_at timestamptz, success boolean);
       INSERT INTO migration_logs (migration_logs_schema_version, schema, version, up, started_at, success) VALUES
         (2, 's', 1, true, '2024-01-01Z', false), (2, 's', 1, true, '2024-01-02Z', true), (2, 's', 2, true, '2024-01-02Z', true), (2, 's', 2, false, '2024-01-03Z', true), (2, 's', 3, true, '2024-01-04Z', NULL)`,
    );
    const history = await found('sourcegraph');
    expect(keys(history)).toEqual(['1']);
    expect(history.dirty).toEqual(['version 3, begun at 2024-01-04T00:00:00.000Z, did not succeed']);
  });

  test.each([
    [
      'node-pg-migrate',
      "CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL); INSERT INTO pgmigrations (name, run_on) VALUES ('1_a', now())",
      '1_a',
    ],
    [
      'sql-migrate',
      "CREATE TABLE gorp_migrations (id text PRIMARY KEY, applied_at timestamptz); INSERT INTO gorp_migrations VALUES ('1.sql', now())",
      '1.sql',
    ],
    [
      'diesel',
      "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY, run_on timestamp NOT NULL DEFAULT now()); INSERT INTO __diesel_schema_migrations VALUES ('20240101000000')",
      '20240101000000',
    ],
  ] as const)('%s', async (format, create, key) => {
    await sql(database.url, create);
    expect(await found(format)).toMatchObject({ dirty: [], applied: [{ key, checksum: null }] });
  });
});

describe('finding it', () => {
  const DBMATE = '(version varchar PRIMARY KEY)';

  test('none, and another tool of the same table, are said', async () => {
    expect(await look('flyway')).toMatch(/^There is no history of flyway here: no table flyway_schema_history/);
    await sql(database.url, `CREATE TABLE schema_migrations ${DBMATE}`);
    expect(await look('golang-migrate')).toMatch(/public\.schema_migrations is no history of golang-migrate: it has the columns version/);
    await sql(database.url, 'ALTER TABLE schema_migrations ADD dirty boolean');
    expect(await look('dbmate')).toMatch(/is no history of dbmate/);
  });

  test('several are named, and --table chooses; a quoted name is a name', async () => {
    await sql(
      database.url,
      `CREATE TABLE schema_migrations ${DBMATE}; CREATE TABLE other.schema_migrations ${DBMATE}; CREATE TABLE other."My; table" ${DBMATE}`,
    );
    expect(await look('dbmate')).toMatch(/several histories of dbmate: other\.schema_migrations, public\.schema_migrations/);
    expect(await look('dbmate', 'other.schema_migrations')).toMatchObject({ table: 'other.schema_migrations' });
    expect(await look('dbmate', 'other.My; table')).toMatchObject({ table: 'other.My; table' });
  });
});
