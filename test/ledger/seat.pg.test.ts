import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { seat } from '../../src/ledger/seat.ts';
import type { Seat } from '../../src/ports.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

let name = '';
let count = 0;
beforeEach(() => {
  count += 1;
  name = `publisher ${count}`;
});

function stand(url = database.url): Seat {
  const standing = seat(url, name);
  onTestFinished(() => standing.close());
  return standing;
}

const held = (by: Seat) => until(() => by.held(), { what: 'the seat to be taken' });
const HOLDERS = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

test('T25 of several that stand for the seat, one has it', async () => {
  const all = [stand(), stand(), stand()];
  await until(() => all.some((each) => each.held()), { what: 'a holder' });
  await until(
    async () => (await sql(database.url, `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'offpeak ${name}%'`)).length === 3,
    {
      what: 'all three to have asked',
    },
  );
  expect(all.filter((each) => each.held())).toHaveLength(1);
});

test('T25 another one takes it at once when its holder gives it up', async () => {
  const first = stand();
  await held(first);
  const second = stand();
  await first.close();
  expect(first.held()).toBe(false);
  await until(() => second.held(), { what: 'the second to take it', deadlineMs: 3_000 });
});

test('T25 a holder whose session is gone knows it, and somebody takes it within seconds', async () => {
  const both = [stand(), stand()];
  await until(() => both.some((each) => each.held()), { what: 'a holder' });
  const [holder] = await sql<{ pid: number }>(database.url, HOLDERS);
  const before = both.find((each) => each.held());
  await sql(database.url, 'SELECT pg_terminate_backend($1)', [holder?.pid]);
  await until(() => before?.held() === false, { what: 'the holder to know', deadlineMs: 2_000 });
  await until(() => both.filter((each) => each.held()).length === 1, { what: 'somebody to take it', deadlineMs: 4_000 });
});

test('T25 seats of other names are others', async () => {
  await held(stand());
  name = `${name} of another`;
  await held(stand());
});

test('T25 without a ledger nobody holds it and nothing is thrown', async () => {
  const nowhere = stand('postgres://nobody@127.0.0.1:9/nothing');
  await nowhere.close();
  expect(nowhere.held()).toBe(false);
});
