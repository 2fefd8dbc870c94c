import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from 'pg';
import { Observer } from '../../src/target/observer.ts';
import { openSession, type Session } from '../../src/target/session.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const SETTINGS = { lockTimeoutMs: 0, statementTimeoutMs: 20_000 };

let database: TestDatabase;
let work: Session;
let watch: Session;
let holder: Client;
beforeEach(async () => {
  database = await testDatabase();
  await sql(database.url, 'CREATE TABLE one (); CREATE TABLE two ()');
  const open = (name: string) =>
    openSession({
      connectionString: database.url,
      connectMs: 5_000,
      settings: { ...SETTINGS, applicationName: `offpeak:run-1:1:${name}` },
    });
  work = await open('apply');
  watch = await open('watch');
  holder = await connect(database.url);
  await holder.query('BEGIN; LOCK TABLE two IN ACCESS SHARE MODE');
});
afterEach(async () => {
  await Promise.all([work.end(), watch.end(), holder.end()]);
  await database.drop();
});

const never = new AbortController().signal;
const waiting = (query: string) =>
  until(
    async () =>
      (
        await sql(
          database.url,
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1",
          [query],
        )
      ).length > 0,
    { what: `${query} to wait` },
  );

describe('the lock-queue guardian', () => {
  test('takes us out of the queue when the application waits behind a lock we have, while we wait for another (F25)', async () => {
    const observer = new Observer(watch, work);
    await work.client.query('BEGIN; LOCK TABLE one IN ACCESS EXCLUSIVE MODE');
    const locking = observer.during(never, () => work.client.query('LOCK TABLE two IN ACCESS EXCLUSIVE MODE'), { yieldAfterMs: 60 });
    locking.catch(() => {});
    await waiting('LOCK TABLE two%');
    const reader = await connect(database.url);
    const asked = performance.now();
    const reading = reader.query('SELECT FROM one');
    await expect(locking).rejects.toMatchObject({ code: '57014' });
    expect(observer.yielded).toBe(true);
    await work.client.query('ROLLBACK');
    await reading;
    expect(performance.now() - asked).toBeLessThan(1_000);
    observer.reset();
    expect(observer.yielded).toBe(false);
    await reader.end();
  });

  test('lets us wait as long as nobody of the application waits behind us, not even for our own sessions', async () => {
    const observer = new Observer(watch, work);
    await work.client.query('BEGIN; LOCK TABLE one IN ACCESS EXCLUSIVE MODE');
    const locking = observer.during(never, () => work.client.query('LOCK TABLE two IN ACCESS EXCLUSIVE MODE'), { yieldAfterMs: 30 });
    const ours = await connect(database.url, { application_name: 'offpeak:doctor' });
    const reading = ours.query('SELECT FROM one');
    await waiting('SELECT FROM one%');
    const seen = await until(() => (observer.blockers.length > 0 ? observer.blockers : null), { what: 'the blocker', deadlineMs: 5_000 });
    expect(seen).toMatchObject([{ application: 'test', state: 'idle in transaction' }]);
    // Longer than the guardian would have borne it for the application.
    await until(
      async () =>
        (await sql(database.url, "SELECT FROM pg_locks WHERE NOT granted AND waitstart < clock_timestamp() - interval '300 ms'")).length ===
        2,
      { what: 'both to have waited' },
    );
    await holder.query('COMMIT');
    await locking;
    expect(observer.yielded).toBe(false);
    await work.client.query('COMMIT');
    await reading;
    await ours.end();
  });

  test('does not interrupt what we execute, however many wait for it', async () => {
    const observer = new Observer(watch, work);
    await work.client.query('BEGIN; LOCK TABLE one IN ACCESS EXCLUSIVE MODE');
    const sleeping = observer.during(never, () => work.client.query('SELECT pg_sleep(0.6)'), { yieldAfterMs: 30 });
    const reader = await connect(database.url);
    const reading = reader.query('SELECT FROM one');
    await sleeping;
    expect(observer.longestWaitMs).toBeGreaterThan(100);
    expect(observer.yielded).toBe(false);
    await work.client.query('COMMIT');
    await reading;
    await reader.end();
  });
});
