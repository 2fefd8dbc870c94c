import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, exclusive, unitOf } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const UNIQUE = aMigration('0002', ['CREATE UNIQUE INDEX CONCURRENTLY leads_email_key ON leads (email)']);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget();
  await sql(
    it.database.url,
    'CREATE TABLE leads (id int PRIMARY KEY, email text); INSERT INTO leads SELECT n, n::text FROM generate_series(1, 5000) n',
  );
});
afterEach(() => it.end());

const indexes = () =>
  sql(
    it.database.url,
    "SELECT i.indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index i WHERE indrelid = 'leads'::regclass ORDER BY 1",
  );
const PRIMARY = { name: 'leads_pkey', valid: true };

describe('a statement that stands alone', () => {
  test('is recorded after the catalog says that its index is valid', async () => {
    const outcome = await apply(it.target, UNIQUE);
    expect(outcome).toMatchObject({ result: 'applied', tries: 1, statements: [{ index: 0, rows: null }] });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: true }, PRIMARY]);
    expect(await it.target.applied()).toMatchObject([{ version: '0002' }]);
  });

  test('with a duplicate key leaves no invalid index and no history (F23)', async () => {
    await sql(it.database.url, "INSERT INTO leads VALUES (0, '7')");
    const outcome = await apply(it.target, UNIQUE);
    expect(outcome).toMatchObject({ result: 'failed', message: expect.stringMatching(/^23505.*leads_email_key/) });
    expect(await indexes()).toEqual([PRIMARY]);
    expect(await it.target.applied()).toEqual([]);
    await sql(it.database.url, 'DELETE FROM leads WHERE id = 0');
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
  });

  test('never touches an index of that name that was there before, valid or not, even with IF NOT EXISTS', async () => {
    await sql(it.database.url, 'CREATE INDEX leads_email_key ON leads (email)');
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'failed', message: expect.stringContaining('exists already') });
    await sql(it.database.url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_email_key'::regclass");
    const tolerant = aMigration('0003', ['CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_email_key ON leads (email)']);
    expect(await apply(it.target, tolerant)).toMatchObject({ result: 'failed', message: expect.stringContaining('is invalid') });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: false }, PRIMARY]);
  });

  test('without a name is refused, because a leftover could not be found again (N10)', async () => {
    expect(await apply(it.target, aMigration('0004', ['CREATE INDEX CONCURRENTLY ON leads (email)']))).toMatchObject({ result: 'failed' });
    expect(await indexes()).toEqual([PRIMARY]);
  });

  test('cancelled while it waits for an old transaction leaves no invalid index, and can be applied afterwards', async () => {
    const old = await connect(it.database.url);
    await old.query('BEGIN; UPDATE leads SET email = email WHERE id = 1');
    const stop = new AbortController();
    const applying = apply(it.target, UNIQUE, { signal: stop.signal });
    await until(async () => (await indexes()).length === 2, { what: 'the half-built index' });
    stop.abort();
    // The clean-up waits for the same transaction, so let it go.
    await until(
      async () =>
        (
          await sql(
            it.database.url,
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'DROP INDEX CONCURRENTLY%'",
          )
        ).length > 0,
      { what: 'the clean-up' },
    );
    await old.query('COMMIT');
    expect(await applying).toEqual({ result: 'cancelled' });
    expect(await indexes()).toEqual([PRIMARY]);
    await old.end();
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
  });

  test('a leftover of an earlier try of this run is dropped before the next', async () => {
    await sql(it.database.url, "INSERT INTO offpeak.marker VALUES ('run-1', 0, '0002', 1, now(), NULL, 0, 0, false)");
    await sql(
      it.database.url,
      "CREATE UNIQUE INDEX leads_email_key ON leads (email); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_email_key'::regclass",
    );
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: true }, PRIMARY]);
  });

  test('DROP INDEX CONCURRENTLY and VACUUM run and are recorded', async () => {
    await sql(it.database.url, 'CREATE INDEX old ON leads (email)');
    expect(await apply(it.target, aMigration('0005', ['DROP INDEX CONCURRENTLY old']))).toMatchObject({ result: 'applied' });
    expect(await apply(it.target, aMigration('0006', ['VACUUM leads']))).toMatchObject({ result: 'applied' });
    expect(await it.target.applied()).toMatchObject([{ version: '0005' }, { version: '0006' }]);
  });
});

describe('a statement that stands alone and makes others wait', () => {
  const FULL = aMigration('0007', [{ sql: 'VACUUM FULL leads', locks: exclusive('leads') }]);

  test('never queues for longer than a try: readers behind it do not notice, and the blocker is named (F25, F27)', async () => {
    const patient = await lockedTarget({ lockBudgetMs: 1_500 });
    await sql(patient.database.url, 'CREATE TABLE leads (id int)');
    const report = await connect(patient.database.url, { application_name: 'nightly report' });
    await report.query('BEGIN; SELECT FROM leads LIMIT 1');
    const reader = await connect(patient.database.url);
    const waits: number[] = [];
    const state = { over: false };
    const applying = apply(patient.target, FULL).finally(() => (state.over = true));
    while (!state.over) {
      const asked = performance.now();
      await reader.query('SELECT FROM leads LIMIT 1');
      waits.push(performance.now() - asked);
    }
    const outcome = await applying;
    expect(outcome).toMatchObject({ result: 'lock_budget' });
    if (outcome.result === 'lock_budget') expect(outcome.detail).toMatch(/backend \d+ \(nightly report, idle in transaction for/);
    expect(Math.max(...waits)).toBeLessThan(500);
    await report.query('COMMIT');
    expect(await apply(patient.target, FULL)).toMatchObject({ result: 'applied' });
    await Promise.all([report.end(), reader.end()]);
    await patient.end();
  });

  test('CONCURRENTLY waits for old transactions however long they take, and says who they were when it gives up', async () => {
    const strict = await lockedTarget({ longStatementMs: 1_500 });
    await sql(strict.database.url, 'CREATE TABLE leads (id int, email text)');
    const report = await connect(strict.database.url, { application_name: 'nightly report' });
    await report.query('BEGIN; UPDATE leads SET id = 1; SELECT FROM leads');
    const index = aMigration('0008', ['CREATE INDEX CONCURRENTLY leads_email ON leads (email)']);
    const applying = apply(strict.target, index);
    await until(
      async () =>
        (
          await sql(
            strict.database.url,
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'DROP INDEX CONCURRENTLY%'",
          )
        ).length > 0,
      { what: 'the clean-up' },
    );
    await report.query('COMMIT');
    expect(await applying).toMatchObject({
      result: 'failed',
      message: expect.stringMatching(/our limit of.*Last in its way: backend \d+ \(nightly report, idle in transaction for/s),
    });
    expect(await apply(strict.target, index)).toMatchObject({ result: 'applied' });
    await report.end();
    await strict.end();
  });
});

describe('a statement that commits by itself', () => {
  const HALF = aMigration('0009', ['CALL fill() -- concurrently']);
  const rows = async () => (await sql<{ n: number }>(it.database.url, 'SELECT count(*)::int AS n FROM filled'))[0]?.n;

  test('and fails in the middle says that a part stays, and is not repeated', async () => {
    await sql(
      it.database.url,
      `CREATE TABLE filled (id int); CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO filled VALUES (1); COMMIT; INSERT INTO filled VALUES (2); COMMIT; RAISE EXCEPTION 'enough'; END $$`,
    );
    const failed = await apply(it.target, HALF);
    expect(failed).toMatchObject({ result: 'failed', message: expect.stringMatching(/enough.*what it committed before the error stays/s) });
    expect(await rows()).toBe(2);
    const backend = { pid: 1, startedAt: '2020-01-01T00:00:00.000000Z' };
    const recovered = await it.target.recover({ runId: 'run-1', migration: HALF, unit: unitOf(HALF), backend });
    expect(recovered).toMatchObject({ state: 'unknown', detail: expect.stringContaining('Nothing is repeated') });
    expect(await rows()).toBe(2);
  });

  test('makes way when the application waits behind it', async () => {
    await sql(
      it.database.url,
      `CREATE TABLE filled (id int); CREATE TABLE busy (); CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
       BEGIN LOCK TABLE filled IN ACCESS EXCLUSIVE MODE; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE; COMMIT; END $$`,
    );
    const holder = await connect(it.database.url);
    await holder.query('BEGIN; SELECT FROM busy');
    const applying = apply(it.target, HALF);
    await until(
      async () => (await sql(it.database.url, "SELECT FROM pg_locks WHERE NOT granted AND relation = 'busy'::regclass")).length > 0,
      {
        what: 'the CALL to wait',
      },
    );
    const asked = performance.now();
    await sql(it.database.url, 'SELECT FROM filled');
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(await applying).toMatchObject({ result: 'failed', message: expect.stringContaining('taken out of the queue') });
    await holder.end();
  });

  test('what is all or nothing and was refused by the server can be tried again', async () => {
    const database = `made_by_${it.database.name}`;
    const create = aMigration('0010', [`CREATE DATABASE ${database} TEMPLATE nowhere -- concurrently`]);
    expect(await apply(it.target, create)).toMatchObject({ result: 'failed', message: expect.stringContaining('nowhere') });
    const backend = { pid: 1, startedAt: '2020-01-01T00:00:00.000000Z' };
    expect(await it.target.recover({ runId: 'run-1', migration: create, unit: unitOf(create), backend })).toMatchObject({
      state: 'not_applied',
    });
  });
});
