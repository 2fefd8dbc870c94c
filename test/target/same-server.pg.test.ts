import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startPostgres } from '../../playground/postgres/server.ts';
import type { TargetIdentity } from '../../src/domain/plan.ts';
import type { Target, TargetLock } from '../../src/ports.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import { whyStrange } from '../../src/target/same-server.ts';
import { createDatabase, secondCluster, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, unitOf } from './a-migration.ts';
import { startCuttingProxy, type CuttingProxy } from './cutting-proxy.ts';

const PLANNED: TargetIdentity = { systemIdentifier: '71', timeline: 1, database: 'acme', serverVersion: '15.1', serverMajor: 15 };
const GONE = { pid: 1, startedAt: '2020-01-01T00:00:00.000000Z' };
const ONE = aMigration('0002', ['CREATE TABLE one ()'], ['DROP TABLE one']);
const TWO = aMigration('0003', ['CREATE TABLE two ()'], ['DROP TABLE two']);

describe('whyStrange', () => {
  test('F10 F11 tells another cluster, another database and a failover apart; a minor upgrade is none of them', () => {
    expect(whyStrange(PLANNED, { ...PLANNED, serverVersion: '15.2' })).toBe(null);
    expect(whyStrange(PLANNED, { ...PLANNED, systemIdentifier: '72' })).toContain('another database cluster');
    expect(whyStrange(PLANNED, { ...PLANNED, database: 'postgres' })).toContain('reached database postgres, and the plan is for acme');
    expect(whyStrange(PLANNED, { ...PLANNED, timeline: 2 })).toContain('failed over since the plan was made (timeline 1 is now 2)');
    expect(whyStrange({ systemIdentifier: '71', database: 'acme' }, { ...PLANNED, timeline: 2 })).toBe(null);
  });
});

describe('another server behind the same address', () => {
  let database: TestDatabase;
  let elsewhere: TestDatabase;
  let proxy: CuttingProxy;
  let target: Target;
  let lock: TargetLock;
  let plannedOn: TargetIdentity;
  beforeEach(async () => {
    database = await testDatabase();
    elsewhere = await createDatabase((await secondCluster()).superuserUrl, { name: database.name });
    proxy = await startCuttingProxy(database.url);
    target = postgresTarget({ name: 'acme', connectionString: proxy.url });
    const answer = await target.lock({ runId: 'run-1', epoch: 1 });
    if (!answer.ok) throw new Error(answer.holder);
    lock = answer.lock;
    plannedOn = await target.identity();
  });
  afterEach(async () => {
    await lock.release();
    await target.close();
    await proxy.close();
    await Promise.all([database.drop(), elsewhere.drop()]);
  });

  test('F10 in the middle of a run is noticed by the next connection, and nothing is executed there', async () => {
    expect(await apply(target, ONE, { plannedOn })).toMatchObject({ result: 'applied' });
    proxy.lead(elsewhere.url);
    const signal = new AbortController().signal;
    expect(await apply(target, TWO, { plannedOn })).toMatchObject({
      result: 'failed',
      message: expect.stringMatching(/another database cluster.*Nothing was executed on it/),
    });
    expect(await target.undo({ runId: 'run-1', epoch: 1, migration: ONE, whole: true, signal, plannedOn })).toMatchObject({
      ok: false,
      message: expect.stringContaining('another database cluster'),
      remaining: ['DROP TABLE one'],
    });
    await expect(target.recover({ runId: 'run-1', migration: TWO, unit: unitOf(TWO), backend: GONE, plannedOn })).rejects.toThrow(
      'another database cluster',
    );
    expect(await sql(elsewhere.url, "SELECT to_regclass('two') AS two, to_regnamespace('offpeak') AS ours")).toEqual([
      { two: null, ours: null },
    ]);
    proxy.lead(database.url);
    expect(await apply(target, TWO, { plannedOn })).toMatchObject({ result: 'applied' });
  });

  test('F10 while a unit runs leaves its outcome to whoever looks at the right server, never to the wrong one', async () => {
    const slow = aMigration('0004', ['CREATE TABLE slow ()', 'SELECT pg_sleep(30)']);
    const applying = apply(target, slow, { plannedOn });
    await until(
      async () =>
        (await sql(database.url, "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep(30)%'"))
          .length > 0,
      {
        what: 'the sleep',
      },
    );
    proxy.lead(elsewhere.url);
    expect(await applying).toMatchObject({ result: 'failed', message: expect.stringContaining('another database cluster') });
  });
});

describe('a failover', () => {
  let dataDir: string;
  beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'offpeak-failover-'))));
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  test('F11 is noticed by its timeline, a replica by its recovery; a rollback goes on after it', async () => {
    const primary = await startPostgres({ dataDir });
    const plannedOn = await onServer(primary.superuserUrl, async (target) => {
      const identity = await target.identity();
      expect(await apply(target, ONE, { plannedOn: identity })).toMatchObject({ result: 'applied' });
      return identity;
    });
    await primary.stop();

    await writeFile(join(dataDir, 'standby.signal'), '');
    const standby = await startPostgres({ dataDir, settings: { hot_standby: 'on' } });
    const replica = postgresTarget({ name: 'acme', connectionString: standby.superuserUrl });
    expect(await replica.unusable()).toContain('This is a replica');
    expect(await apply(replica, TWO, { plannedOn })).toMatchObject({
      result: 'failed',
      message: expect.stringContaining('is a replica now'),
    });
    await sql(standby.superuserUrl, 'SELECT pg_promote()');

    await onServer(standby.superuserUrl, async (target) => {
      expect(await apply(target, TWO, { plannedOn })).toMatchObject({
        result: 'failed',
        message: expect.stringContaining('timeline 1 is now 2'),
      });
      expect(await sql(standby.superuserUrl, "SELECT to_regclass('two') AS two")).toEqual([{ two: null }]);
      expect(await target.recover({ runId: 'run-1', migration: TWO, unit: unitOf(TWO), backend: GONE, plannedOn })).toMatchObject({
        state: 'not_applied',
        detail: expect.stringContaining('what was committed just before may be lost'),
      });
      const signal = new AbortController().signal;
      expect(await target.undo({ runId: 'run-1', epoch: 1, migration: ONE, whole: true, signal, plannedOn })).toMatchObject({ ok: true });
      expect(await sql(standby.superuserUrl, "SELECT to_regclass('one') AS one")).toEqual([{ one: null }]);
    });
    await replica.close();
    await standby.stop();
  });
});

async function onServer<T>(connectionString: string, use: (target: Target) => Promise<T>): Promise<T> {
  const target = postgresTarget({ name: 'acme', connectionString });
  const answer = await target.lock({ runId: 'run-1', epoch: 1 });
  if (!answer.ok) throw new Error(answer.holder);
  try {
    return await use(target);
  } finally {
    await answer.lock.release();
    await target.close();
  }
}
