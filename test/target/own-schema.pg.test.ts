import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adoptHistory } from '../../src/target/history.ts';
import { applyOwnMigrations } from '../../src/target/own-schema.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { aMigration } from './a-migration.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.drop());

const FIRST = aMigration('0001', [
  'CREATE TABLE runs (id int PRIMARY KEY)',
  'CREATE INDEX CONCURRENTLY runs_id ON runs (id)',
  'CREATE TABLE events ()',
]);
const SECOND = aMigration('0002', ['ALTER TABLE runs ADD COLUMN state text']);
const bring = (...migrations: (typeof FIRST)[]) => applyOwnMigrations({ connectionString: database.url, migrations });

describe('applyOwnMigrations', () => {
  test('applies what is missing, once', async () => {
    expect(await bring(FIRST)).toEqual(['0001']);
    expect(await bring(FIRST, SECOND)).toEqual(['0002']);
    expect(await bring(FIRST, SECOND)).toEqual([]);
    const target = postgresTarget({ name: 'ledger', connectionString: database.url });
    expect(await target.applied()).toMatchObject([
      { version: '0001', runId: 'ledger' },
      { version: '0002', runId: 'ledger' },
    ]);
  });

  test('two processes that start at once apply everything once', async () => {
    const both = await Promise.all([bring(FIRST, SECOND), bring(FIRST, SECOND), bring(FIRST, SECOND)]);
    expect(both.map((versions) => versions.length).toSorted()).toEqual([0, 0, 2]);
  });

  test('goes on behind the units that a dead process finished', async () => {
    const broken = {
      ...FIRST,
      statements: FIRST.statements.map((statement, index) =>
        index === 2 ? { ...statement, sql: 'CREATE TABLE nonsense (a nothing)' } : statement,
      ),
    };
    await expect(bring(broken)).rejects.toThrow(/0001_x of our own schema: 42704[^]*line 3/);
    expect(await bring(FIRST)).toEqual(['0001']);
    expect(await sql(database.url, "SELECT to_regclass('events') IS NOT NULL AS events")).toEqual([{ events: true }]);
  });

  test('refuses a file that was edited after it was applied', async () => {
    await bring(SECOND.version === '0002' ? FIRST : SECOND);
    const edited = aMigration('0001', ['CREATE TABLE runs (id bigint PRIMARY KEY)']);
    await expect(bring(edited)).rejects.toThrow('was edited after it was applied');
  });
});

test('adoptHistory records migrations of another tool without executing them, and may be repeated', async () => {
  const rows = [{ version: '0001', name: 'tenants', upSha256: 'abc', runId: 'adopted' }];
  await adoptHistory(database.url, rows);
  await adoptHistory(database.url, [...rows, { version: '0002', name: 'users', upSha256: 'def', runId: 'adopted' }]);
  const applied = await postgresTarget({ name: 'acme', connectionString: database.url }).applied();
  expect(applied.map(({ version, name, upSha256, runId }) => [version, name, upSha256, runId])).toEqual([
    ['0001', 'tenants', 'abc', 'adopted'],
    ['0002', 'users', 'def', 'adopted'],
  ]);
  expect(applied[0]?.appliedAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
});
