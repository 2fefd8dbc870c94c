import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from 'pg';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import type { Target } from '../../src/ports.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let target: Target;
beforeAll(async () => {
  database = await testDatabase();
  target = postgresTarget({ name: 'acme', connectionString: database.url });
});
afterAll(async () => {
  await target.close();
  await database.drop();
});

const START = `SELECT pid, to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "startedAt" FROM pg_stat_activity WHERE pid = pg_backend_pid()`;

async function backendOf(client: Client): Promise<{ pid: number; startedAt: string }> {
  const { rows } = await client.query<{ pid: number; startedAt: string }>(START);
  if (rows[0] === undefined) throw new Error('no backend');
  return rows[0];
}

describe('stop', () => {
  test('cancels a running statement and confirms that its backend is gone (R74)', async () => {
    const client = await connect(database.url);
    const backend = await backendOf(client);
    const sleeping = client.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
    expect(await target.stop(backend, 5_000)).toEqual({ gone: true, how: 'cancelled' });
    expect(await sleeping).toMatchObject({ code: '57014' });
    expect(await sql(database.url, 'SELECT FROM pg_stat_activity WHERE pid = $1', [backend.pid])).toEqual([]);
  });

  test('terminates one that swallows the cancel', async () => {
    const client = await connect(database.url);
    const backend = await backendOf(client);
    const stubborn = `DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(30); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`;
    const running = client.query(stubborn).catch(() => 'ended');
    expect(await target.stop(backend, 700)).toEqual({ gone: true, how: 'terminated' });
    expect(await running).toBe('ended');
  });

  test('never touches a backend with this pid and another start time', async () => {
    const client = await connect(database.url);
    const backend = await backendOf(client);
    for (const startedAt of [
      '2020-01-01T00:00:00.000000Z',
      backend.startedAt.replace(/\d{3}Z$/, (end) => (end === '000Z' ? '001Z' : '000Z')),
    ])
      expect(await target.stop({ pid: backend.pid, startedAt }, 0)).toEqual({ gone: true, how: 'already gone' });
    expect(await backendOf(client)).toEqual(backend);
    await client.end();
  });

  test('a backend that ended long ago is gone', async () => {
    const client = await connect(database.url);
    const backend = await backendOf(client);
    await client.end();
    expect((await target.stop(backend, 2_000)).gone).toBe(true);
  });
});
