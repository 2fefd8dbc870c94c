import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseReadings, Vitals } from '../../src/ports.ts';
import { databaseReadings } from '../../src/sources/postgres.ts';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { connect, createDatabase, sql, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let server: PostgresServer;
let database: TestDatabase;
let readings: DatabaseReadings;
const sessions: Client[] = [];

beforeAll(async () => {
  const settings = { max_connections: '40', superuser_reserved_connections: '4', max_prepared_transactions: '2' };
  server = await startPostgres({ settings, listen: 'tcp' });
  database = await createDatabase(server.superuserUrl);
  await sql(database.url, 'create table leads (id int primary key); insert into leads values (1)');
  await sql(database.url, 'create role vitals_modest login; grant select on leads to vitals_modest');
  readings = databaseReadings({ connectionString: database.url });
});

afterEach(async () => {
  await sql(
    database.url,
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name <> 'offpeak:monitor'`,
  );
  await Promise.all(sessions.splice(0).map((session) => session.end().catch(() => {})));
});

afterAll(async () => {
  await readings.close();
  await server.stop();
});

async function session(name = 'web'): Promise<Client> {
  const client = await connect(database.url, { application_name: name });
  client.on('error', () => {});
  sessions.push(client);
  return client;
}

async function vitals(over = 30, from: DatabaseReadings = readings): Promise<Vitals> {
  const reading = await from.vitals(over);
  if (!reading.ok) throw new Error(reading.why);
  return reading.value;
}

/** A session whose statement waits; it is ended with the others. */
async function waits(text: string, name = 'web'): Promise<number> {
  const client = await session(name);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  client.query(text).catch(() => {});
  return rows[0]?.pid ?? 0;
}

/** Resolves when the session waits for a lock: whoever comes later stands behind it. */
async function queued(pid: number): Promise<void> {
  const admin = await session('admin');
  const waiting = async () =>
    (await admin.query("select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'", [pid])).rowCount === 1;
  await until(async () => ((await waiting()) ? true : null), { what: `pid ${pid} to wait for a lock` });
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

describe('what the monitor asks every second', () => {
  it('R25 R92 counts connections as the slower question does', async () => {
    for (let index = 0; index < 5; index += 1) await session();
    const [slow, lean] = [await readings.connections(), await vitals()];
    if (!slow.ok) throw new Error(slow.why);
    expect({ used: lean.used, usable: lean.usable }).toEqual({ used: slow.value.used, usable: slow.value.usable });
  });

  it('R26 R93 names the longest query without its literals, not an idle session, not ours, and a prepared transaction', async () => {
    const open = await session('forgetful');
    await open.query('begin');
    await open.query("select 'ann@example.com'");
    await (await session('idler')).query('select 1');
    await (await session('offpeak:apply')).query('begin');
    expect((await vitals(0)).longest).toMatchObject({ application: 'forgetful', state: 'idle in transaction', query: 'select ?' });
    expect((await vitals(30)).longest).toBeNull();
    await open.query('rollback');
    const preparing = await session();
    await preparing.query("begin; update leads set id = 2; prepare transaction 'orphan'");
    const found = (await vitals(0)).longest;
    await preparing.query("rollback prepared 'orphan'");
    expect(found).toMatchObject({ pid: 0, state: 'prepared', application: 'orphan' });
  });

  it('R53 counts the sessions queued behind our own statement, and names the one we wait for ourselves', async () => {
    const reporting = await session('reporting');
    await reporting.query('begin; lock table leads in access share mode');
    const ours = await waits('alter table leads add column domain text', 'offpeak:apply');
    await queued(ours);
    for (let index = 0; index < 3; index += 1) await waits('select * from leads');
    const locks = await until(async () => ((await vitals()).locks.waiting === 3 ? (await vitals()).locks : null), {
      what: 'three sessions in the queue',
    });
    expect(locks).toEqual({ waiting: 3, behindUs: 3, blocker: { pid: await pidOf(reporting), application: 'reporting', ours: false } });
  });

  it('R53 says that it is us when we hold the lock', async () => {
    const ours = await session('offpeak:apply');
    await ours.query('begin; lock table leads in access exclusive mode');
    const pid = await pidOf(ours);
    await waits('select * from leads');
    const locks = await until(async () => ((await vitals()).locks.waiting === 1 ? (await vitals()).locks : null), {
      what: 'a session that waits',
    });
    expect(locks).toEqual({ waiting: 1, behindUs: 1, blocker: { pid, application: 'offpeak:apply', ours: true } });
  });

  it('invariant 10: where sessions are hidden it knows how many wait, and not how long queries run', async () => {
    const url = new URL(database.url);
    url.username = 'vitals_modest';
    const modest = databaseReadings({ connectionString: url.href });
    await (await session('reporting')).query('begin; lock table leads in access exclusive mode');
    await waits('select * from leads');
    const seen = await until(async () => ((await vitals(0, modest)).locks.waiting === 1 ? await vitals(0, modest) : null), {
      what: 'a session that waits',
    });
    await modest.close();
    expect(seen.hidden).toBeGreaterThan(0);
  });
});
