import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/domain/events.ts';
import type { Migration } from '../../src/domain/plan.ts';
import { connect, sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, unitOf } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const GONE: Backend = { pid: 1, startedAt: '2020-01-01T00:00:00.000000Z' };
const INDEX = aMigration('0002', ['CREATE INDEX CONCURRENTLY leads_email ON leads (email)']);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget();
  await sql(
    it.database.url,
    'CREATE TABLE leads (id int PRIMARY KEY, email text); INSERT INTO leads SELECT n, n::text FROM generate_series(1, 2000) n',
  );
});
afterEach(() => it.end());

const recover = (migration: Migration, backend = GONE, position = 0) =>
  it.target.recover({ runId: 'run-1', migration, unit: unitOf(migration, position), backend });
const begun = (version: string) =>
  sql(it.database.url, "INSERT INTO offpeak.marker VALUES ('run-1', 0, $1, 1, now(), NULL, 0, 0, false)", [version]);
const isRunning = (text: string) => async () =>
  (await sql(it.database.url, 'SELECT FROM pg_stat_activity WHERE query LIKE $1', [`${text}%`])).length > 0;

describe('recover', () => {
  test('F3: ends the backend that goes on without its worker, and says that nothing was committed', async () => {
    const migration = aMigration('0003', ['CREATE TABLE one ()', 'SELECT pg_sleep(30)']);
    let backend: Backend = GONE;
    const onBackend = (found: Backend) => {
      backend = found;
      return Promise.resolve(true);
    };
    const orphaned = apply(it.target, migration, { onBackend });
    await until(isRunning('SELECT pg_sleep(30)'), { what: 'the sleep' });
    expect(await recover(migration, backend)).toEqual({
      state: 'not_applied',
      detail: expect.stringMatching(/Its backend was (cancelled|already gone|gone)/),
    });
    expect(await sql(it.database.url, 'SELECT FROM pg_stat_activity WHERE pid = $1', [backend.pid])).toEqual([]);
    expect(['cancelled', 'failed']).toContain((await orphaned).result);
    expect(await apply(it.target, migration.statements.length > 0 ? aMigration('0003', ['CREATE TABLE one ()']) : migration)).toMatchObject(
      { result: 'applied' },
    );
  });

  test('F7: a unit whose COMMIT arrived is applied', async () => {
    const migration = aMigration('0003', ['CREATE TABLE one ()']);
    await apply(it.target, migration);
    expect(await recover(migration)).toMatchObject({ state: 'applied' });
    expect(await recover(aMigration('0004', ['CREATE TABLE two ()']))).toMatchObject({ state: 'not_applied' });
  });

  test('F5: a complete index is applied, with the marker and the history row that were missing', async () => {
    await begun('0002');
    await sql(it.database.url, 'CREATE INDEX leads_email ON leads (email)');
    expect(await recover(INDEX)).toMatchObject({ state: 'applied' });
    expect(await it.target.applied()).toMatchObject([{ version: '0002', runId: 'run-1' }]);
    expect(await sql(it.database.url, 'SELECT finished FROM offpeak.marker')).toEqual([{ finished: true }]);
  });

  test('F5: a worker that dies while the index is built leaves none that is invalid', async () => {
    const old = await connect(it.database.url);
    await old.query('BEGIN; UPDATE leads SET email = email WHERE id = 1');
    let backend: Backend = GONE;
    const onBackend = (found: Backend) => {
      backend = found;
      return Promise.resolve(true);
    };
    const orphaned = apply(it.target, INDEX, { onBackend });
    await until(async () => (await sql(it.database.url, "SELECT to_regclass('leads_email') AS i"))[0]?.['i'] !== null, {
      what: 'the half-built index',
    });
    await sql(it.database.url, 'SELECT pg_terminate_backend($1)', [backend.pid]);
    expect(await orphaned).toMatchObject({ result: 'failed' });
    await old.query('COMMIT');
    expect(await recover(INDEX, backend)).toMatchObject({ state: 'not_applied', detail: expect.stringContaining('was dropped') });
    expect(await sql(it.database.url, "SELECT to_regclass('leads_email') AS i")).toEqual([{ i: null }]);
    expect(await apply(it.target, INDEX)).toMatchObject({ result: 'applied' });
    await old.end();
  });

  test('an invalid index that this run never began is left alone', async () => {
    await sql(
      it.database.url,
      "CREATE INDEX leads_email ON leads (email); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_email'::regclass",
    );
    expect(await recover(INDEX)).toMatchObject({ state: 'not_applied' });
    expect(await sql(it.database.url, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'leads_email'::regclass")).toEqual([
      { indisvalid: false },
    ]);
  });

  test('DROP INDEX CONCURRENTLY is applied when the index is gone', async () => {
    const drop = aMigration('0005', ['DROP INDEX CONCURRENTLY old_index']);
    await sql(it.database.url, 'CREATE INDEX old_index ON leads (email)');
    await begun('0005');
    expect(await recover(drop)).toMatchObject({ state: 'not_applied' });
    await sql(it.database.url, 'DROP INDEX old_index');
    expect(await recover(drop)).toMatchObject({ state: 'applied' });
    expect(await it.target.applied()).toMatchObject([{ version: '0005' }]);
  });

  test('DETACH CONCURRENTLY that was cut off is completed', async () => {
    await sql(
      it.database.url,
      'CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); INSERT INTO p VALUES (1)',
    );
    const old = await connect(it.database.url);
    await old.query('BEGIN; SELECT * FROM p');
    const client = await connect(it.database.url);
    const detaching = client.query('ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY').catch(() => {});
    await until(async () => (await sql(it.database.url, 'SELECT FROM pg_inherits WHERE inhdetachpending')).length > 0, {
      what: 'the pending detach',
    });
    await sql(it.database.url, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE p DETACH%'");
    await detaching;
    await old.query('COMMIT');
    await begun('0006');
    expect(await recover(aMigration('0006', ['ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY']))).toMatchObject({ state: 'applied' });
    expect(await sql(it.database.url, 'SELECT FROM pg_inherits')).toEqual([]);
    await Promise.all([old.end(), client.end()]);
  });

  test('a backfill is as far as its marker', async () => {
    const fill = aMigration('0007', [{ sql: "UPDATE leads SET email = 'x'", key: ['leads', 'id'] }]);
    expect(await recover(fill)).toMatchObject({ state: 'not_applied' });
    let asked = 0;
    await apply(it.target, fill, { gate: () => Promise.resolve((asked += 1) > 2 ? { reason: 'enough' } : null) });
    expect(await recover(fill)).toMatchObject({ state: 'partly_backfilled', detail: expect.stringMatching(/\d+ of 2000 rows/) });
    await apply(it.target, fill);
    expect(await recover(fill)).toMatchObject({ state: 'applied' });
  });

  test('what cannot be known is said, never guessed', async () => {
    await begun('0008');
    await expect(recover(aMigration('0008', ['ALTER SYSTEM SET work_mem = 1 -- concurrently']))).rejects.toThrow(/cannot be known/);
  });
});
