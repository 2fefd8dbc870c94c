import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { by } from '../support/runs.ts';
import { sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

let on: TestLedger;
beforeEach(async () => {
  on = await aLedger();
});
afterEach(async () => {
  await on.drop();
});

describe('listen', () => {
  test('tells of a created and of a changed run, once each, in this and in another process', async () => {
    const heard: string[] = [];
    const elsewhere: string[] = [];
    await on.ledger.listen((runId) => heard.push(runId));
    await on.another().listen((runId) => elsewhere.push(runId));
    const { run, story } = await played(on, 'checklist');
    const changes = [story.planned, ...story.turns].map(() => run.id);
    await until(() => heard.length >= changes.length && elsewhere.length >= changes.length, { what: 'a notification of each change' });
    expect([heard, elsewhere]).toEqual([changes, changes]);
  });

  test('is silent about a refusal', async () => {
    const { run } = await played(on, 'checklist');
    const heard: string[] = [];
    await on.ledger.listen((runId) => heard.push(runId));
    await on.ledger.execute(run.id, { type: 'roll_back' }, by('nora'));
    await on.ledger.execute(run.id, { type: 'cancel' }, by('nora'));
    await until(() => heard.length > 0, { what: 'the notification of the second command' });
    expect(heard).toEqual([run.id]);
  });

  test('connects again by itself when its connection is cut', async () => {
    const heard: string[] = [];
    await on.ledger.listen((runId) => heard.push(runId));
    const cut = await sql(
      on.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    expect(cut).toHaveLength(1);
    const listening = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    await until(async () => (await sql(on.url, listening)).length === 1, { what: 'the feed to listen again' });
    const { run } = await played(on, 'planned');
    await until(() => heard.includes(run.id), { what: 'a notification on the new connection' });
  });

  test('tells nothing more once it is closed, and leaves no connection', async () => {
    const heard: string[] = [];
    const feed = await on.ledger.listen((runId) => heard.push(runId));
    await feed.close();
    const left = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    await until(async () => (await sql(on.url, left)).length === 0, { what: 'the connection to be gone' });
    const second: string[] = [];
    await on.ledger.listen((runId) => second.push(runId));
    await played(on, 'planned');
    await until(() => second.length > 0, { what: 'the notification at another listener' });
    expect(heard).toEqual([]);
  });
});
