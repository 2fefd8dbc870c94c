import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/domain/events.ts';
import type { Migration } from '../../src/domain/plan.ts';
import { openSession } from '../../src/target/session.ts';
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
  (await sql(it.database.url, 'SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE $1', [`${text}%`])).length >
  0;

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
    expect(
      await sql(it.database.url, 'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid = $1', [backend.pid]),
    ).toEqual([]);
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
    await sql(
      it.database.url,
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'ALTER TABLE p DETACH%'",
    );
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

  test('what cannot be known is said, never guessed, with the two ways out', async () => {
    const create = aMigration('0008', ['CREATE DATABASE elsewhere -- concurrently']);
    await begun('0008');
    const { state, detail } = await recover(create);
    expect(state).toBe('unknown');
    expect(detail).toContain('It cannot be known whether line 1 of 0008 was executed');
    const [complete, repeat] = [...detail.matchAll(/(?:UPDATE|DELETE) [^;]+/g)].map(([text]) => text);
    await sql(it.database.url, complete ?? '');
    expect(await recover(create)).toMatchObject({ state: 'applied', detail: expect.stringContaining('history row was missing') });
    expect(await it.target.applied()).toMatchObject([{ version: '0008' }]);
    await sql(it.database.url, 'DELETE FROM offpeak.history; UPDATE offpeak.marker SET finished = false');
    await sql(it.database.url, repeat ?? '');
    expect(await recover(create)).toMatchObject({ state: 'not_applied' });
  });

  test('an enum value that stands alone is applied when the type has it', async () => {
    await sql(it.database.url, "CREATE TYPE mood AS ENUM ('sad')");
    const add = aMigration('0009', ["ALTER TYPE mood ADD VALUE 'ok' -- concurrently"]);
    await begun('0009');
    expect(await recover(add)).toMatchObject({ state: 'not_applied', detail: expect.stringContaining('Value ok is not there') });
    await sql(it.database.url, "ALTER TYPE mood ADD VALUE 'ok'");
    expect(await recover(add)).toMatchObject({ state: 'applied' });
  });
});

describe('REINDEX CONCURRENTLY that was cut off', () => {
  const REINDEX = aMigration('0010', ['REINDEX TABLE CONCURRENTLY leads']);
  const invalid = async () =>
    (
      await sql<{ name: string }>(
        it.database.url,
        'SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1',
      )
    ).map(({ name }) => name);

  /** Cut off while it waits for an old transaction, so that a half-built copy stays. */
  async function cutOff(): Promise<Backend> {
    const old = await connect(it.database.url);
    await old.query('BEGIN; UPDATE leads SET email = email WHERE id = 1');
    let backend: Backend = GONE;
    const onBackend = (found: Backend) => {
      backend = found;
      return Promise.resolve(true);
    };
    const orphaned = apply(it.target, REINDEX, { onBackend });
    await until(async () => (await invalid()).some((name) => name.includes('leads_pkey_ccnew')), { what: 'the half-built copy' });
    await sql(it.database.url, 'SELECT pg_terminate_backend($1)', [backend.pid]);
    expect(await orphaned).toMatchObject({ result: 'failed' });
    await old.query('COMMIT');
    await old.end();
    return backend;
  }

  test('F5 leaves copies that recover drops by name, its own only, and is repeated', async () => {
    // Left by somebody else before this run began, on the same table and on another.
    await sql(
      it.database.url,
      `CREATE INDEX leads_old_ccnew ON leads (email); CREATE TABLE other (id int); CREATE INDEX other_ccnew ON other (id);
       UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('leads_old_ccnew'::regclass, 'other_ccnew'::regclass)`,
    );
    const backend = await cutOff();
    const { state, detail } = await recover(REINDEX, backend);
    expect(state).toBe('not_applied');
    expect(detail).toMatch(/Its half-built cop(?:y|ies) .*leads_pkey_ccnew.* dropped\. It can be repeated/);
    expect(await invalid()).toEqual(['leads_old_ccnew', 'other_ccnew']);
    await sql(it.database.url, 'DROP INDEX leads_old_ccnew');
    expect(await apply(it.target, REINDEX)).toMatchObject({ result: 'applied' });
    expect(await invalid()).toEqual(['other_ccnew']);
  });

  test('is cleaned up by the next try too, when nobody recovered it', async () => {
    await cutOff();
    expect(await invalid()).not.toEqual([]);
    expect(await apply(it.target, REINDEX)).toMatchObject({ result: 'applied' });
    expect(await invalid()).toEqual([]);
  });
});

describe('a worker that dies', () => {
  test('F4 while its statement waits in the queue takes it out of the queue, and nothing is committed later', async () => {
    const blocker = await connect(it.database.url);
    await blocker.query('BEGIN; SELECT FROM leads LIMIT 1');
    const work = await openSession({
      connectionString: it.database.url,
      connectMs: 5_000,
      settings: { applicationName: 'offpeak:run-9:1:apply:0', lockTimeoutMs: 0, statementTimeoutMs: 60_000 },
    });
    const altering = work.client.query('ALTER TABLE leads ADD COLUMN late text').catch(() => 'died');
    await until(isRunning('ALTER TABLE leads ADD COLUMN late'), { what: 'the waiting ALTER' });
    // The socket closes without a word, as when the process is killed.
    await work.end();
    expect(await altering).toBe('died');
    await until(async () => !(await isRunning('ALTER TABLE leads ADD COLUMN late')()), { what: 'the server to notice', deadlineMs: 5_000 });
    await blocker.query('COMMIT');
    expect(await sql(it.database.url, "SELECT FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'late'")).toEqual([]);
    await blocker.end();
  });
});
