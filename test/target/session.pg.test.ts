import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import { openSession } from '../../src/target/session.ts';
import { arm } from '../../src/target/settings.ts';
import { connect, onDatabase, sql, superuserUrl, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { startPostgres } from '../../playground/postgres/server.ts';
import { startPooler, type Pooler } from './pooler.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const SETTINGS = { applicationName: 'offpeak:run-1:1:test', lockTimeoutMs: 1_500, statementTimeoutMs: 300_000 };
const unusable = (connectionString: string) => postgresTarget({ name: 'acme', connectionString, tuning: { connectMs: 2_000 } }).unusable();
const request = () => ({ connectionString: database.url, connectMs: 5_000, settings: SETTINGS });

describe('a session', () => {
  test('carries its name and every timeout, and gets them back after a file changed them', async () => {
    const session = await openSession(request());
    const read = async () =>
      (
        await session.client
          .query(`SELECT current_setting('application_name') AS name, current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
         current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('client_connection_check_interval') AS client, current_setting('search_path') AS path`)
      ).rows[0];
    const armed = { name: 'offpeak:run-1:1:test', lock: '1500ms', statement: '5min', idle: '1min', client: '1s', path: '"$user", public' };
    expect(await read()).toEqual(armed);
    await session.client.query(
      `SET lock_timeout = 0; SET search_path = pg_catalog; CREATE TEMP TABLE leak (); SET client_connection_check_interval = 0`,
    );
    await session.renew(SETTINGS);
    expect(await read()).toEqual(armed);
    await expect(session.client.query('TABLE leak')).rejects.toThrow('does not exist');
    const [seen] = await sql(database.url, 'SELECT application_name AS name FROM pg_stat_activity WHERE pid = $1', [session.backend.pid]);
    expect(seen).toEqual({ name: 'offpeak:run-1:1:test' });
    await session.end();
  });

  test('that does not keep a setting is refused, and the setting named', async () => {
    const client = await connect(database.url);
    const original = client.query.bind(client);
    // A pooler that hands the second message to another server session.
    const other = await connect(database.url);
    let calls = 0;
    const swap = (...args: Parameters<typeof original>) => ((calls += 1) === 1 ? original(...args) : other.query(...args));
    Object.assign(client, { query: swap });
    await expect(arm(client, SETTINGS, true)).rejects.toThrow(/setting application_name does not stay.*pooler or a role setting/);
    await other.end();
    await client.end();
  });
});

describe('connection errors', () => {
  test('a wrong password is a sentence without the password', async () => {
    const server = await startPostgres();
    await sql(server.superuserUrl, "CREATE ROLE careful LOGIN PASSWORD 'right'");
    const hba = join(server.dataDir, 'pg_hba.conf');
    await writeFile(hba, `local all careful scram-sha-256\n${await readFile(hba, 'utf8')}`);
    await sql(server.superuserUrl, 'SELECT pg_reload_conf()');
    const url = new URL(server.superuserUrl);
    url.username = 'careful';
    url.password = 'hunter2';
    const message = await until(
      async () => {
        const answer = await unusable(url.href);
        return answer?.includes('password') === true ? answer : null;
      },
      { what: 'the password to be asked for' },
    );
    expect(message).toContain('refused the password');
    expect(message).not.toContain('hunter2');
    await server.stop();
  });

  test('a role that is not let in is told so', async () => {
    await sql(superuserUrl(), 'CREATE ROLE locked_out NOLOGIN');
    const url = new URL(superuserUrl());
    url.username = 'locked_out';
    expect(await unusable(url.href)).toContain('does not let this role in');
    await sql(superuserUrl(), 'DROP ROLE locked_out');
  });

  test('a missing database, a closed port and nonsense are told apart, none quotes the connection string', async () => {
    expect(await unusable(onDatabase(superuserUrl(), 'nowhere'))).toContain('does not exist');
    const closed = await unusable('postgresql://me:hunter2@127.0.0.1:9/acme');
    expect(closed).toBe('Nothing answers at 127.0.0.1:9/acme. Is the database up, and are host and port right?');
    const nonsense = await unusable('me:hunter2 at home');
    expect(nonsense).toContain('not a postgresql:// URL');
    expect(nonsense).not.toContain('hunter2');
  });
});

describe('unusable', () => {
  let pooler: Pooler | undefined;
  afterEach(async () => {
    await pooler?.close();
    pooler = undefined;
  });

  test('null for a direct connection', async () => {
    expect(await unusable(database.url)).toBe(null);
  });

  test.for([1, 2])('a transaction pooler over %d server sessions is recognised (X13, F9)', async (servers) => {
    pooler = await startPooler(database.url, servers);
    expect(await unusable(pooler.url)).toMatch(/pooler/);
  });

  test('a read-only database and a role without rights are said with what to do', async () => {
    await sql(superuserUrl(), `CREATE ROLE reader LOGIN; ALTER DATABASE "${database.name}" SET default_transaction_read_only = on`);
    expect(await unusable(database.url)).toContain('read-only');
    await sql(superuserUrl(), `ALTER DATABASE "${database.name}" RESET default_transaction_read_only`);
    const url = new URL(database.url);
    url.username = 'reader';
    expect(await unusable(url.href)).toBe(
      `Role reader may not create the schema offpeak for our own tables. As the owner: GRANT CREATE ON DATABASE "${database.name}" TO "reader".`,
    );
    await sql(superuserUrl(), 'DROP ROLE reader');
  });

  test('identity is what the server says, for a plain role too', async () => {
    const target = postgresTarget({ name: 'acme', connectionString: database.url });
    const [control] = await sql<{ id: string }>(database.url, 'SELECT system_identifier::text AS id FROM pg_control_system()');
    const identity = await target.identity();
    expect(identity).toMatchObject({ systemIdentifier: control?.id, timeline: 1, database: database.name });
    expect(identity.serverVersion).toMatch(new RegExp(`^${identity.serverMajor}\\.\\d+$`));
    await sql(superuserUrl(), 'CREATE ROLE plain LOGIN');
    const url = new URL(database.url);
    url.username = 'plain';
    expect(await postgresTarget({ name: 'acme', connectionString: url.href }).identity()).toEqual(identity);
    await sql(superuserUrl(), 'DROP ROLE plain');
  });
});
