import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import type { Target, TargetLock } from '../../src/ports.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { TargetError } from '../../src/target/errors.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, unitOf } from './a-migration.ts';
import { startCuttingProxy, type Cut, type CuttingProxy } from './cutting-proxy.ts';

const GONE = { pid: 1, startedAt: '2020-01-01T00:00:00.000000Z' };

let database: TestDatabase;
let proxy: CuttingProxy;
let target: Target;
let lock: TargetLock;
beforeAll(async () => {
  database = await testDatabase();
  await sql(database.url, 'CREATE TABLE effects (number int NOT NULL)');
  proxy = await startCuttingProxy(database.url);
  target = postgresTarget({ name: 'acme', connectionString: proxy.url });
  const answer = await target.lock({ runId: 'run-1', epoch: 1 });
  if (!answer.ok) throw new Error(answer.holder);
  lock = answer.lock;
});
afterAll(async () => {
  await lock.release();
  await target.close();
  await proxy.close();
  await database.drop();
});

let number = 0;
const effectsOf = async (n: number) => (await sql(database.url, 'SELECT FROM effects WHERE number = $1', [n])).length;
const tablesOf = async (n: number) => (await sql(database.url, "SELECT FROM pg_class WHERE relname = 'effect_' || $1", [n])).length;

/** Two messages, COMMIT in the second; or all in one. */
const ROWS = { sql: (n: number) => `INSERT INTO effects VALUES (${n})`, count: effectsOf };
const SCHEMA = { sql: (n: number) => `CREATE TABLE effect_${n} ()`, count: tablesOf };
type Kind = typeof ROWS;

/** Sessions are kept between units; a fault is for a new one. */
const forgetSessions = () =>
  sql(
    database.url,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'offpeak:run-1:1:apply%'",
  );

/** One unit whose connection is cut: what was reported must be true, and a repetition must not do it twice. */
async function cutOnce(cut: Cut, kind: Kind = ROWS): Promise<'applied' | 'failed' | 'unreachable'> {
  number += 1;
  const n = number;
  const migration = aMigration(String(n).padStart(6, '0'), [kind.sql(n)]);
  // Sessions are kept between units; a fault is for a new one.
  const fresh = postgresTarget({ name: 'acme', connectionString: proxy.url });
  proxy.arm(':apply:', { cut });
  const { result } = await apply(fresh, migration).catch((error: unknown) => {
    if (error instanceof TargetError) return { result: 'unreachable' as const };
    throw error;
  });
  expect(proxy.happened()).toBe(true);
  expect(await kind.count(n), `${JSON.stringify(cut)} was reported as ${result}`).toBe(result === 'applied' ? 1 : 0);
  const again = await fresh.recover({ runId: 'run-1', migration, unit: unitOf(migration), backend: GONE });
  expect(again.state).toBe(result === 'applied' ? 'applied' : 'not_applied');
  if (again.state === 'not_applied') expect(await apply(fresh, migration)).toMatchObject({ result: 'applied' });
  expect(await kind.count(n)).toBe(1);
  await fresh.close();
  if (result === 'applied' || result === 'failed' || result === 'unreachable') return result;
  throw new Error(result);
}

/** Parse, Bind and Execute of COMMIT: with the last byte the server has it. */
const REQUEST_BYTES = 40;
/** Of marker, history row and COMMIT together. The server keeps its answers until it has done all three. */
const ANSWER_BYTES = 100;
const EVERY_BYTE: readonly Cut[] = [
  ...Array.from({ length: REQUEST_BYTES }, (_, bytes): Cut => ({ where: 'request', bytes })),
  { where: 'behind' },
  ...Array.from({ length: ANSWER_BYTES / 5 }, (_, fifth): Cut => ({ where: 'answer', bytes: fifth * 5 })),
];

describe('a connection that breaks around COMMIT (F6, F7)', () => {
  test('T2 at every byte of the request and at twenty of its answer, three times: never reported wrong, never applied twice', async () => {
    for (let round = 0; round < 3; round += 1)
      for (const cut of EVERY_BYTE) {
        const result = await cutOnce(cut);
        if (cut.where === 'request') expect(result).toBe('failed');
        if (cut.where === 'answer') expect(result).toBe('applied');
      }
  }, 180_000);

  test('T2 the same when everything travels in one message, for a plain change of the schema', async () => {
    for (const cut of EVERY_BYTE) {
      const result = await cutOnce(cut, SCHEMA);
      if (cut.where === 'request') expect(result).toBe('failed');
      if (cut.where === 'answer') expect(result).toBe('applied');
    }
    const results = new Set<string>();
    for (let round = 0; round < 100; round += 1) results.add(await cutOnce({ where: 'anywhere', bytes: 150 + round * 20 }, SCHEMA));
    expect([...results].toSorted()).toEqual(['failed', 'unreachable']);
  }, 180_000);

  test('T2 what travelled behind a unit is told exactly: everything that was committed, and nothing else', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 80; round += 1) {
      const n = (number += 10);
      const units = Array.from({ length: 4 }, (_, index) => {
        const migration = aMigration(String(n + index).padStart(6, '0'), [`CREATE TABLE effect_${n + index} ()`]);
        return { migration, unit: { ...unitOf(migration), position: index }, last: true, gate: () => Promise.resolve(null) };
      });
      const fresh = postgresTarget({ name: 'acme', connectionString: proxy.url });
      proxy.arm(':apply:', {
        cut: round % 2 === 0 ? { where: 'anywhere', bytes: 1_300 + round * 50 } : { where: 'answer', bytes: round * 30 },
      });
      const first = units[0]?.migration ?? aMigration('0', []);
      const outcome = await apply(fresh, first, { following: () => units.slice(1) }).catch(() => null);
      const told = outcome?.result === 'applied' ? 1 + (outcome.also ?? []).length : 0;
      const made = await Promise.all(units.map((_, index) => tablesOf(n + index)));
      expect(made, `round ${round}: ${JSON.stringify(outcome)}`).toEqual(units.map((_, index) => (index < told ? 1 : 0)));
      seen.add(told);
      await fresh.close();
    }
    number += 10;
    expect(seen.size).toBeGreaterThan(1);
  }, 180_000);

  test('T2 anywhere in the conversation, 100 times', async () => {
    const results = new Set<string>();
    for (let round = 0; round < 100; round += 1) results.add(await cutOnce({ where: 'anywhere', bytes: 150 + round * 20 }));
    expect([...results].toSorted()).toEqual(['failed', 'unreachable']);
  }, 180_000);
});

describe('a connection that falls silent (F8)', () => {
  test('at the answer of COMMIT is applied, as the marker says', async () => {
    await forgetSessions();
    proxy.arm(':apply:', { freeze: 'COMMIT' });
    const begun = performance.now();
    expect(await apply(target, aMigration('900001', ['INSERT INTO effects VALUES (900001)']))).toMatchObject({ result: 'applied' });
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(await effectsOf(900_001)).toBe(1);
  });

  test('while its backend is ended is a failure at once, not a wait for ever', async () => {
    await forgetSessions();
    proxy.arm(':apply:', { freeze: 'pg_sleep' });
    const applying = apply(target, aMigration('900002', ['INSERT INTO effects VALUES (900002)', 'SELECT pg_sleep(30)']));
    await until(
      async () =>
        (await sql(database.url, "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep(30)%'"))
          .length > 0,
      {
        what: 'the sleep',
      },
    );
    await sql(
      database.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep(30)%'",
    );
    expect(await applying).toMatchObject({ result: 'failed', message: expect.stringContaining('Nothing of this unit was kept') });
    expect(await effectsOf(900_002)).toBe(0);
  });

  test('during a statement that stands alone: the catalog says that it is complete', async () => {
    await forgetSessions();
    proxy.arm(':apply:', { freeze: 'CONCURRENTLY' });
    const index = aMigration('900003', ['CREATE INDEX CONCURRENTLY effects_number ON effects (number)']);
    expect(await apply(target, index)).toMatchObject({ result: 'failed', message: expect.stringContaining('The catalog will be asked') });
    expect(await target.recover({ runId: 'run-1', migration: index, unit: unitOf(index), backend: GONE })).toMatchObject({
      state: 'applied',
      detail: expect.stringContaining('effects_number is complete and valid'),
    });
  });
});
