import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Migration } from '../../src/domain/plan.ts';
import { connect, sql } from '../support/postgres.ts';
import { aMigration, apply } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget({ lockBudgetMs: 600 });
});
afterEach(() => it.end());

const run = (text: string) => sql(it.database.url, text);
const touch = (key = 'id', text = 'UPDATE leads SET touched = touched + 1') => aMigration('0002', [{ sql: text, key: ['leads', key] }]);
const touches = () => sql(it.database.url, 'SELECT touched, count(*)::int AS rows FROM leads GROUP BY 1 ORDER BY 1');

/** The same migration, filled in two ranges side by side. */
function inTwo(migration: Migration): Migration {
  const statements = migration.statements.map((statement) =>
    statement.backfill === undefined ? statement : { ...statement, backfill: { ...statement.backfill, workers: 2 as const } },
  );
  return { ...migration, statements };
}

async function leads(keys: string, rows = 4_000, columns = 'id bigint PRIMARY KEY'): Promise<void> {
  await run(`CREATE TABLE leads (${columns}, touched int NOT NULL DEFAULT 0)`);
  await run(`INSERT INTO leads SELECT ${keys} FROM generate_series(1, ${rows}) n`);
}

describe('a backfill passes each row once', () => {
  test('over negative keys and gaps of a thousand million', async () => {
    await leads('(n - 2000)::bigint * 1000000007');
    expect(await apply(it.target, touch())).toMatchObject({ result: 'applied', statements: [{ rows: 4_000 }] });
    expect(await touches()).toEqual([{ touched: 1, rows: 4_000 }]);
  });

  test('in the order of a key of two columns', async () => {
    await leads('n % 7, md5(n::text)::uuid', 4_000, 'tenant int, id uuid, PRIMARY KEY (tenant, id)');
    let asked = 0;
    const gate = () => Promise.resolve((asked += 1) > 3 ? { reason: 'enough' } : null);
    expect(await apply(it.target, touch('tenant,id'), { gate })).toMatchObject({ result: 'stopped' });
    const [marker] = await sql<{ key: string; done: number }>(
      it.database.url,
      'SELECT backfill_key AS key, backfill_done::int AS done FROM offpeak.marker',
    );
    const [edge] = await sql(
      it.database.url,
      'SELECT count(*)::int AS done FROM leads WHERE (tenant, id) <= (($1::json->>0)::int, ($1::json->>1)::uuid)',
      [marker?.key ?? '[]'],
    );
    expect(edge).toEqual({ done: marker?.done });
    expect(await apply(it.target, touch('tenant,id'))).toMatchObject({ result: 'applied' });
    expect(await touches()).toEqual([{ touched: 1, rows: 4_000 }]);
  });

  test('of a table with a row trigger, whose own writes are kept', async () => {
    await leads('n', 1_000);
    await run('CREATE TABLE seen (id bigint)');
    await run(`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (new.id); RETURN new; END'`);
    await run('CREATE TRIGGER see AFTER UPDATE ON leads FOR EACH ROW EXECUTE FUNCTION see()');
    expect(await apply(it.target, touch())).toMatchObject({ result: 'applied' });
    expect(await run('SELECT count(*)::int AS rows, count(DISTINCT id)::int AS ids FROM seen')).toEqual([{ rows: 1_000, ids: 1_000 }]);
  });

  test('while others insert, delete and change the very column its condition asks for', async () => {
    await leads('n');
    const other = await connect(it.database.url);
    let meddled = 0;
    const onProgress = (done: number) => {
      if (done === 0 || done > 2_000) return;
      meddled += 1;
      void other.query(`DELETE FROM leads WHERE id = ${3_900 - meddled}`);
      void other.query(`UPDATE leads SET touched = 7 WHERE id = ${3_500 - meddled} AND touched = 0`);
      void other.query(`INSERT INTO leads VALUES (${10_000 + meddled})`);
    };
    const migration = touch('id', 'UPDATE leads SET touched = 1 WHERE touched = 0');
    expect(await apply(it.target, migration, { onProgress })).toMatchObject({ result: 'applied' });
    await other.end();
    expect(meddled).toBeGreaterThan(1);
    expect(await touches()).toEqual([
      { touched: 0, rows: meddled },
      { touched: 1, rows: 4_000 - 2 * meddled },
      { touched: 7, rows: meddled },
    ]);
  });

  test('of a DELETE, and does not look at what is gone again', async () => {
    await leads('n');
    const migration = touch('id', 'DELETE FROM leads AS l WHERE l.id % 2 = 0');
    expect(await apply(it.target, migration)).toMatchObject({ result: 'applied', statements: [{ rows: 2_000 }] });
    expect(await touches()).toEqual([{ touched: 0, rows: 2_000 }]);
  });

  test('in two ranges side by side, and goes on in both where each was left', async () => {
    await leads('n * 3', 6_000);
    let asked = 0;
    const gate = () => Promise.resolve((asked += 1) > 5 ? { reason: 'enough' } : null);
    expect(await apply(it.target, inTwo(touch()), { gate })).toMatchObject({ result: 'stopped' });
    const markers = await sql<{ position: number }>(it.database.url, 'SELECT position FROM offpeak.marker WHERE backfill_done > 0');
    expect(markers).toHaveLength(2);
    const [left] = await touches();
    expect(left?.['touched']).toBe(0);
    const seen: number[] = [];
    expect(await apply(it.target, inTwo(touch()), { onProgress: (done) => seen.push(done) })).toMatchObject({ result: 'applied' });
    expect(seen.at(-1)).toBe(6_000);
    expect(await touches()).toEqual([{ touched: 1, rows: 6_000 }]);
    expect(
      await sql(
        it.database.url,
        "SELECT count(*)::int AS left FROM pg_stat_activity WHERE application_name LIKE 'offpeak:run-1:1:apply:0:2'",
      ),
    ).toEqual([{ left: 0 }]);
  });
});

describe('a row that stays locked', () => {
  test('holds up no other row: the batch becomes smaller until it waits alone', async () => {
    await leads('n', 1_000);
    const other = await connect(it.database.url);
    await other.query('BEGIN; SELECT FROM leads WHERE id = 150 FOR UPDATE');
    const applying = apply(it.target, touch());
    const waits: number[] = [];
    const third = await connect(it.database.url);
    // Rows before the locked one belong to the same first batch: whoever wants them waits for tens of milliseconds at most.
    for (let id = 100; id < 110; id += 1) {
      const begun = performance.now();
      await third.query(`UPDATE leads SET touched = touched WHERE id = ${id}`);
      waits.push(performance.now() - begun);
    }
    await other.query('COMMIT');
    expect(await applying).toMatchObject({ result: 'applied' });
    expect(Math.max(...waits)).toBeLessThan(400);
    expect(await touches()).toEqual([{ touched: 1, rows: 1_000 }]);
    await Promise.all([other.end(), third.end()]);
  });

  test('for longer than the budget stops the unit, names who holds it, and keeps what was filled before', async () => {
    await leads('n', 1_000);
    const other = await connect(it.database.url);
    await other.query("SET application_name = 'report'; BEGIN; SELECT FROM leads WHERE id = 500 FOR UPDATE");
    const outcome = await apply(it.target, touch());
    expect(outcome).toMatchObject({
      result: 'lock_budget',
      detail: expect.stringMatching(/^Rows of leads stayed locked.*\(report, .*What was filled before is kept/),
    });
    const [filled] = await sql<{ rows: number; last: number }>(
      it.database.url,
      'SELECT count(*)::int AS rows, max(id)::int AS last FROM leads WHERE touched = 1',
    );
    expect(filled).toEqual({ rows: 499, last: 499 });
    await other.query('COMMIT');
    await other.end();
    expect(await apply(it.target, touch())).toMatchObject({ result: 'applied' });
    expect(await touches()).toEqual([{ touched: 1, rows: 1_000 }]);
  });
});

describe('a backfill is refused', () => {
  test('for a view, and for a key that thousands of rows share', async () => {
    await leads('n, n % 2', 20_000, 'id int PRIMARY KEY, kind int NOT NULL');
    await run('CREATE INDEX ON leads (kind)');
    await run('ANALYZE leads');
    await run('CREATE VIEW people AS SELECT * FROM leads');
    expect(await apply(it.target, touch('kind'))).toMatchObject({
      result: 'failed',
      message: expect.stringContaining('About 10000 rows of leads share each value of kind'),
    });
    const view = aMigration('0003', [{ sql: 'UPDATE people SET touched = 1', key: ['people', 'id'] }]);
    expect(await apply(it.target, view)).toMatchObject({ result: 'failed', message: expect.stringContaining('people is no table') });
    expect(await touches()).toEqual([{ touched: 0, rows: 20_000 }]);
  });
});
