import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, sql } from '../support/postgres.ts';
import { aMigration, apply } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const COUNT_TOUCHES = aMigration('0002', [{ sql: 'UPDATE leads SET touched = touched + 1', key: ['leads', 'id'] }]);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget();
});
afterEach(() => it.end());

const leads = (type: string, key: string, rows = 5_000) =>
  sql(
    it.database.url,
    `CREATE TABLE leads (id ${type} PRIMARY KEY, touched int NOT NULL DEFAULT 0); INSERT INTO leads SELECT ${key} FROM generate_series(1, ${rows}) n`,
  );
const touches = () => sql(it.database.url, 'SELECT touched, count(*)::int AS rows FROM leads GROUP BY 1 ORDER BY 1');

describe('a backfill', () => {
  test.for<[type: string, key: string]>([
    ['integer', 'n - 100'],
    ['bigint', 'n::bigint * 1000000007'],
    ['uuid', 'md5(n::text)::uuid'],
    ['text', "'k''\"' || n"],
  ])('touches every row of a table with a %s key exactly once', async ([type, key]) => {
    await leads(type, key);
    const seen: [number, number][] = [];
    const outcome = await apply(it.target, COUNT_TOUCHES, { onProgress: (done, total) => seen.push([done, total]) });
    if (outcome.result !== 'applied') throw new Error(JSON.stringify(outcome));
    expect(outcome.statements).toMatchObject([{ index: 0, rows: 5_000, locks: [{ relation: 'leads', mode: 'ROW EXCLUSIVE' }] }]);
    expect(await touches()).toEqual([{ touched: 1, rows: 5_000 }]);
    expect(seen[0]).toEqual([0, 5_000]);
    expect(seen.at(-1)).toEqual([5_000, 5_000]);
    expect(seen.length).toBeGreaterThan(3);
    expect(await it.target.applied()).toMatchObject([{ version: '0002' }]);
  });

  test('stopped by the gate resumes at the exact key: every row exactly once', async () => {
    await leads('int', 'n');
    let asked = 0;
    const gate = () => Promise.resolve((asked += 1) > 4 ? { reason: 'the window closes' } : null);
    expect(await apply(it.target, COUNT_TOUCHES, { gate })).toEqual({ result: 'stopped', reason: 'the window closes' });
    const [marker] = await sql<{ key: string; done: string }>(
      it.database.url,
      'SELECT backfill_key AS key, backfill_done AS done FROM offpeak.marker',
    );
    const [edge] = await sql(it.database.url, 'SELECT max(id)::text AS key, count(*)::text AS done FROM leads WHERE touched = 1');
    expect(edge).toEqual(marker);
    const resumedAt: number[] = [];
    expect(await apply(it.target, COUNT_TOUCHES, { onProgress: (done) => resumedAt.push(done) })).toMatchObject({ result: 'applied' });
    expect(resumedAt[0]).toBe(Number(marker?.done));
    expect(await touches()).toEqual([{ touched: 1, rows: 5_000 }]);
  });

  test('aborted in the middle of a batch keeps the batches before it: every row exactly once', async () => {
    await leads('int', 'n');
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done > 500) stop.abort();
    };
    expect(await apply(it.target, COUNT_TOUCHES, { signal: stop.signal, onProgress })).toEqual({ result: 'cancelled' });
    expect((await touches()).length).toBe(2);
    expect(await apply(it.target, COUNT_TOUCHES)).toMatchObject({ result: 'applied' });
    expect(await touches()).toEqual([{ touched: 1, rows: 5_000 }]);
  });

  test('keeps the WHERE, the alias, FROM and comments of the statement', async () => {
    await leads('int', 'n');
    const odd = aMigration('0003', [
      {
        sql: 'UPDATE leads AS l SET touched = 5 FROM (SELECT 10 AS low) x -- where\nWHERE l.id <= x.low OR l.id > 4990 -- the edges',
        key: ['leads', 'id'],
      },
    ]);
    expect(await apply(it.target, odd)).toMatchObject({ result: 'applied', statements: [{ rows: 20 }] });
    expect(await touches()).toEqual([
      { touched: 0, rows: 4_980 },
      { touched: 5, rows: 20 },
    ]);
  });

  test('waits for a locked row without failing, and does not chase rows that are added meanwhile', async () => {
    await leads('int', 'n', 300);
    const other = await connect(it.database.url);
    await other.query('BEGIN; SELECT * FROM leads WHERE id = 250 FOR UPDATE; INSERT INTO leads VALUES (1000)');
    const applying = apply(it.target, COUNT_TOUCHES);
    setTimeout(() => void other.query('COMMIT'), 300);
    expect(await applying).toMatchObject({ result: 'applied' });
    expect(await touches()).toEqual([
      { touched: 0, rows: 1 },
      { touched: 1, rows: 300 },
    ]);
    await other.end();
  });

  test('sorts by the key and not by its text, whatever the column is called', async () => {
    await sql(it.database.url, 'CREATE TABLE leads ("Key" int PRIMARY KEY, edge text, touched int NOT NULL DEFAULT 0)');
    await sql(it.database.url, 'INSERT INTO leads SELECT n FROM generate_series(1, 1100) n');
    const edges: number[] = [];
    const migration = aMigration('0005', [{ sql: 'UPDATE leads SET touched = touched + 1', key: ['leads', 'Key'] }]);
    expect(await apply(it.target, migration, { onProgress: (done) => edges.push(done) })).toMatchObject({ result: 'applied' });
    expect(edges.at(-1)).toBe(1_100);
    expect(await touches()).toEqual([{ touched: 1, rows: 1_100 }]);
  });

  test('an empty table is done at once', async () => {
    await leads('int', 'n', 0);
    expect(await apply(it.target, COUNT_TOUCHES)).toMatchObject({ result: 'applied', statements: [{ rows: 0 }] });
  });

  test('refuses a key that may be null, one without an index, and a statement that is neither UPDATE nor DELETE', async () => {
    await sql(it.database.url, 'CREATE TABLE leads (id int, code int NOT NULL, touched int)');
    const on = (key: string, text = 'UPDATE leads SET touched = 1') =>
      apply(it.target, aMigration('0004', [{ sql: text, key: ['leads', key] }]));
    expect(await on('id')).toMatchObject({ result: 'failed', message: expect.stringContaining('may be null') });
    expect(await on('code')).toMatchObject({ result: 'failed', message: expect.stringContaining('No index') });
    expect(await on('nothing')).toMatchObject({ result: 'failed', message: expect.stringContaining('no column nothing') });
    await sql(it.database.url, 'CREATE INDEX ON leads (code)');
    expect(await on('code', 'TRUNCATE leads')).toMatchObject({
      result: 'failed',
      message: expect.stringContaining('only an UPDATE or DELETE'),
    });
  });
});
