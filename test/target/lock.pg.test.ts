import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import type { Target } from '../../src/ports.ts';
import { sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const ONE = aMigration('0002', ['CREATE TABLE one ()'], ['DROP TABLE one']);

let it: LockedTarget;
let other: Target;
beforeEach(async () => {
  it = await lockedTarget();
  other = postgresTarget({ name: 'acme', connectionString: it.database.url });
});
afterEach(async () => {
  await other.close();
  await it.end();
});

describe('the lock of a target', () => {
  test('is refused to a second run with the holder, and free after release (F24)', async () => {
    expect(await other.lock({ runId: 'run-2', epoch: 1 })).toEqual({
      ok: false,
      holder: expect.stringMatching(/^run run-1 \(backend \d+\)$/),
    });
    expect(it.lock.held()).toBe(true);
    await it.lock.release();
    const second = await other.lock({ runId: 'run-2', epoch: 1 });
    expect(second.ok).toBe(true);
    if (second.ok) await second.lock.release();
  });

  test('is no longer held when its connection breaks', async () => {
    await sql(it.database.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'offpeak:run-1:1:lock'");
    await until(() => !it.lock.held(), { what: 'the lock to notice' });
    const again = await other.lock({ runId: 'run-2', epoch: 1 });
    expect(again.ok).toBe(true);
    if (again.ok) await again.lock.release();
  });

  test('goes to a newer epoch of the same run, which ends the sessions of the older one; never the other way round', async () => {
    const working = apply(it.target, aMigration('0003', ['CREATE TABLE two ()', 'SELECT pg_sleep(30)']));
    await until(
      async () => (await sql(it.database.url, "SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(30)%'")).length > 0,
      { what: 'the sleep' },
    );
    const taken = await other.lock({ runId: 'run-1', epoch: 2 });
    expect(taken.ok).toBe(true);
    await until(() => !it.lock.held(), { what: 'the old worker to notice' });
    expect(await working).toMatchObject({ result: 'failed' });
    expect(await it.target.lock({ runId: 'run-1', epoch: 1 })).toEqual({ ok: false, holder: expect.stringContaining('run run-1') });
    if (taken.ok) await taken.lock.release();
    expect(await it.target.lock({ runId: 'run-1', epoch: 1 })).toEqual({ ok: false, holder: expect.stringContaining('newer worker') });
  });
});

describe('the fence', () => {
  test('lets an old epoch write nothing: no unit of any kind, no undoing', async () => {
    await sql(it.database.url, 'CREATE TABLE leads (id int PRIMARY KEY); INSERT INTO leads VALUES (1)');
    expect(await apply(it.target, ONE)).toMatchObject({ result: 'applied' });
    await sql(it.database.url, 'UPDATE offpeak.fence SET epoch = 2');
    const units = [
      aMigration('0003', ['CREATE TABLE three ()']),
      aMigration('0004', ['CREATE INDEX CONCURRENTLY four ON leads (id)']),
      aMigration('0005', [{ sql: 'UPDATE leads SET id = 7', key: ['leads', 'id'] }]),
      aMigration('0006', []),
    ];
    for (const migration of units)
      expect(await apply(it.target, migration)).toMatchObject({
        result: 'failed',
        message: expect.stringContaining('Another worker took over'),
      });
    const undone = await it.target.undo({ runId: 'run-1', epoch: 1, migration: ONE, whole: true, signal: new AbortController().signal });
    expect(undone).toMatchObject({
      ok: false,
      message: expect.stringContaining('Another worker took over'),
      remaining: ['DROP TABLE one'],
    });
    const [state] = await sql(
      it.database.url,
      "SELECT to_regclass('three') AS three, to_regclass('four') AS four, (SELECT id FROM leads) AS id, (SELECT count(*)::int FROM offpeak.history) AS rows, (SELECT count(*)::int FROM offpeak.marker) AS markers",
    );
    expect(state).toEqual({ three: null, four: null, id: 1, rows: 1, markers: 1 });
  });

  test('lets another run begin at epoch 1, and the run before it write nothing', async () => {
    await it.lock.release();
    const answer = await other.lock({ runId: 'run-2', epoch: 1 });
    expect(await apply(it.target, ONE, { epoch: 9 })).toMatchObject({ result: 'failed', message: expect.stringContaining('Another run') });
    expect(await apply(other, ONE, { runId: 'run-2' })).toMatchObject({ result: 'applied' });
    if (answer.ok) await answer.lock.release();
  });
});
