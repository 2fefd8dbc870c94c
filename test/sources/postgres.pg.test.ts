import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseReadings } from '../../src/ports.ts';
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
  await sql(database.url, 'create table leads (id int primary key, email text); insert into leads values (1), (2)');
  await sql(database.url, 'create role source_modest login');
  readings = databaseReadings({ connectionString: database.url });
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.end()));
});

afterAll(async () => {
  await readings.close();
  await server.stop();
});

async function session(name = 'web', url = database.url): Promise<Client> {
  const client = await connect(url, { application_name: name });
  sessions.push(client);
  return client;
}

function asRole(role: string, password = ''): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = password;
  return url.href;
}

async function longQueries(olderThan = 0) {
  const reading = await readings.longQueries(olderThan);
  if (!reading.ok) throw new Error(reading.why);
  return reading.value;
}

describe('connections (R25, M4, M5)', () => {
  it('counts client sessions, idle ones too, against the slots that clients may take', async () => {
    const before = await readings.connections();
    for (let index = 0; index < 5; index += 1) await session();
    const after = await readings.connections();
    if (!before.ok || !after.ok) throw new Error('unreadable');
    expect(after.value.usable).toBe(36);
    expect(after.value.used).toBe(before.value.used + 5);
    expect(after.value.byState).toMatchObject({ active: 1, idle: (before.value.byState['idle'] ?? 0) + 5 });
  });

  it('counts sessions it may not look into', async () => {
    await session();
    const modest = databaseReadings({ connectionString: asRole('source_modest') });
    const [all, seen] = await Promise.all([readings.connections(), modest.connections()]);
    await modest.close();
    if (!all.ok || !seen.ok) throw new Error('unreadable');
    expect(seen.value.byState['hidden']).toBeGreaterThan(0);
    expect(seen.value.used).toBeGreaterThanOrEqual(2);
  });
});

describe('long queries (R26, M6)', () => {
  it('lists active queries and open transactions, neither idle sessions nor our own, without literals', async () => {
    const idle = await session('idler');
    await idle.query("select 'was a long time ago'");
    const open = await session('forgetful');
    await open.query('begin');
    await open.query("select 'ann@example.com'");
    const failed = await session('failed');
    await failed.query('begin');
    await failed.query('select 1/0').catch(() => {});
    const ours = await session('offpeak:apply');
    await ours.query('begin');
    const busy = await session('busy');
    const running = busy.query("select pg_sleep(30), 'bob@example.com'").catch(() => {});
    const found = await until(
      async () => {
        const list = await longQueries();
        return list.length === 3 ? list : null;
      },
      { what: 'three sessions to be listed' },
    );
    expect(found.map(({ application, state }) => `${application}: ${state}`).toSorted()).toEqual([
      'busy: active',
      'failed: idle in transaction (aborted)',
      'forgetful: idle in transaction',
    ]);
    expect(found.find(({ application }) => application === 'busy')).toMatchObject({
      query: 'select pg_sleep(?), ?',
      seconds: expect.any(Number),
    });
    expect(JSON.stringify(found)).not.toContain('@example.com');
    expect(await longQueries(30)).toEqual([]);
    await sql(database.url, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'busy'");
    await running;
  });

  it('lists a prepared transaction: it holds its locks without a session', async () => {
    const client = await session();
    await client.query("begin; update leads set email = 'x' where id = 1; prepare transaction 'orphan'");
    const found = await longQueries();
    await client.query("rollback prepared 'orphan'");
    expect(found).toMatchObject([{ pid: 0, state: 'prepared', application: 'orphan' }]);
  });

  it("is unknown when other users' sessions are hidden, and names the grant", async () => {
    const other = await session();
    await other.query('begin');
    const modest = databaseReadings({ connectionString: asRole('source_modest') });
    const reading = await modest.longQueries(30);
    await modest.close();
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining('GRANT pg_monitor') });
  });
});

describe('other dumps and long snapshots (R41, M21)', () => {
  const dumps = async (olderThan: number) => {
    const reading = await readings.dumps?.(olderThan);
    if (reading?.ok !== true) throw new Error('unreadable');
    return reading.value;
  };

  it('R41 finds a dump however young, ours too, and a snapshot only once it is old', async () => {
    expect(await dumps(30)).toEqual([]);
    await session('pg_dump');
    await session('offpeak:pg_dump:acme-run7-1');
    const reader = await session('report');
    await reader.query('begin isolation level repeatable read; select count(*) from leads');
    const found = await dumps(30);
    expect(found.map(({ what, application }) => `${what}: ${application}`).toSorted()).toEqual([
      'dump: offpeak:pg_dump:acme-run7-1',
      'dump: pg_dump',
    ]);
    await until(async () => (await dumps(0)).some(({ what }) => what === 'snapshot'), { what: 'the snapshot to be seen' });
    expect((await dumps(0)).find(({ what }) => what === 'snapshot')).toMatchObject({ application: 'report', pid: expect.any(Number) });
  });

  it('is unknown when the age of a snapshot is hidden from our role (invariant 10)', async () => {
    const reader = await session('report');
    await reader.query('begin isolation level repeatable read; select count(*) from leads');
    const modest = databaseReadings({ connectionString: asRole('source_modest') });
    const reading = await modest.dumps?.(30);
    await modest.close();
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining('GRANT pg_monitor') });
  });
});

describe('lock waits (R94, M7)', () => {
  it('counts each waiting session once, with those it waits for and for how long; ours are not victims', async () => {
    const holder = await session('holder');
    await holder.query('begin; lock table leads in access exclusive mode');
    const waiting: Promise<unknown>[] = [];
    for (let index = 0; index < 3; index += 1) waiting.push((await session(`web ${index}`)).query('select * from leads'));
    const ours = await session('offpeak:apply');
    waiting.push(ours.query('alter table leads add z int'));
    waiting.push((await session('web late')).query('select * from leads'));
    const edges = await until(
      async () => {
        const reading = await readings.lockWaits();
        return reading.ok && reading.value.length >= 4 && reading.value.every(({ seconds }) => seconds > 0) ? reading.value : null;
      },
      { what: 'four waiting sessions' },
    );
    await holder.query('rollback');
    await Promise.all(waiting);
    expect(edges.map(({ application }) => application).toSorted()).toEqual(['web 0', 'web 1', 'web 2', 'web late']);
    expect(new Set(edges.map(({ waiter }) => waiter)).size).toBe(4);
    expect(edges.every(({ blockers }) => blockers.length > 0)).toBe(true);
    expect(await readings.lockWaits()).toMatchObject({ ok: true, value: [] });
  });
});

describe('replication lag (R27)', () => {
  it('is not applicable without a replica, and unknown with a slot that nobody reads', async () => {
    expect(await readings.replicationLag()).toEqual({ ok: true, value: null, source: 'pg_stat_replication, pg_replication_slots' });
    await sql(database.url, "select pg_create_physical_replication_slot('standby', true)");
    const reading = await readings.replicationLag();
    await sql(database.url, "select pg_drop_replication_slot('standby')");
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining('slot standby has no reader') });
  });
});

describe('latency and disk (R33, R34)', () => {
  it('measures twenty round trips', async () => {
    const reading = await readings.latency();
    if (!reading.ok) throw new Error(reading.why);
    expect(reading.value).toBeGreaterThan(0);
    expect(reading.value).toBeLessThan(1000);
  });

  it('asks the file system of a local server', async () => {
    const reading = await readings.diskFree();
    if (!reading.ok) throw new Error(reading.why);
    expect(reading.value.share).toBeGreaterThan(0);
    expect(reading.value.share).toBeLessThan(1);
    expect(reading.value.bytes).toBeGreaterThan(0);
  });

  it('knows backups on another disk, and counts them where they are on the same one or nobody can say (R33)', async () => {
    const [row] = await sql<{ data_directory: string }>(database.url, 'show data_directory');
    const elsewhere = async (backupDirectory: string) => {
      const own = databaseReadings({ connectionString: database.url, backupDirectory });
      const reading = await own.diskFree();
      await own.close();
      if (!reading.ok) throw new Error(reading.why);
      return reading.value.backupsElsewhere;
    };
    expect(await elsewhere('/proc')).toBe(true);
    expect(await elsewhere(row?.data_directory ?? '')).toBeUndefined();
    expect(await elsewhere('/nowhere/at/all')).toBeUndefined();
  });

  it('is unknown when our role may not know the directory, or the server is on another machine (R33)', async () => {
    const modest = databaseReadings({ connectionString: asRole('source_modest') });
    expect(await modest.diskFree()).toMatchObject({ ok: false, why: expect.stringContaining('GRANT pg_monitor') });
    await modest.close();
    const remote = databaseReadings({ connectionString: 'postgresql://x@db.example.com/app' });
    expect(await remote.diskFree()).toMatchObject({ ok: false, why: expect.stringContaining('readings.disk') });
    await remote.close();
  });
});

describe('every failure is unknown, with a sentence and without a secret (invariants 9, 10)', () => {
  const METHODS = ['connections', 'replicationLag', 'latency', 'lockWaits'] as const;

  it.each(METHODS)('%s of a server that is away', async (method) => {
    const away = databaseReadings({ connectionString: 'postgresql://x:hunter2@127.0.0.1:1/db' });
    const reading = await away[method]();
    expect(reading).toMatchObject({ ok: false, why: 'The database refuses connections: is it running, and is its address right?' });
    expect(JSON.stringify(reading)).not.toContain('hunter2');
    await away.close();
  });

  it('an answer that takes longer than 2 s', async () => {
    const holder = await session('offpeak:holder');
    // Whoever reads the activity view looks up roles; the lock makes that wait.
    await holder.query('begin; lock table pg_authid in access exclusive mode');
    const connected = databaseReadings({ connectionString: database.url });
    const reading = await connected.connections();
    await holder.query('rollback');
    await connected.close();
    expect(reading).toMatchObject({ ok: false, why: 'The database gave no answer within 2 s.' });
  });

  it('a server that goes away between two readings, and one that comes back', async () => {
    const reader = databaseReadings({ connectionString: database.url, applicationName: 'offpeak:cut' });
    expect(await reader.latency()).toMatchObject({ ok: true });
    await sql(server.superuserUrl, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'offpeak:cut'");
    await until(async () => (await reader.latency()).ok, { what: 'a reading over a new connection' });
    await reader.close();
  });
});
