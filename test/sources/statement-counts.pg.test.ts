import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { comparedFailures, forEnd } from '../../src/domain/end-comparison.ts';
import type { DatabaseReadings } from '../../src/ports.ts';
import { databaseReadings } from '../../src/sources/postgres.ts';
import { createDatabase, sql, type TestDatabase } from '../support/postgres.ts';

let server: PostgresServer;
let database: TestDatabase;
let readings: DatabaseReadings;
beforeAll(async () => {
  server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' }, listen: 'tcp' });
  database = await createDatabase(server.superuserUrl);
  await sql(
    database.url,
    `create schema "Watch me"; create extension pg_stat_statements schema "Watch me"; create table leads (id int, email text);
     create function slow(text) returns void language sql as 'select pg_sleep(0.02)'; create role modest login`,
  );
  readings = databaseReadings({ connectionString: database.url });
}, 60_000);
afterAll(async () => {
  await readings.close();
  await database.drop();
  await server.stop();
});

async function counts(leastMs: number | null, from = readings) {
  const read = await from.statements?.(leastMs);
  if (read?.ok !== true) throw new Error(read?.why);
  return read.value;
}

describe('R67 statements as pg_stat_statements counts them', () => {
  it('a statement that becomes slow after the first write is named with mean and calls, and without its literal', async () => {
    const quick = "select count(*) from leads where email = 'ada@example.com'";
    for (let times = 0; times < 6; times += 1) await sql(database.url, quick);
    const before = forEnd({ statements: { ok: true, value: await counts(null) } });
    for (let times = 0; times < 6; times += 1) await sql(database.url, "select slow('ada@example.com')");
    for (let times = 0; times < 6; times += 1) await sql(database.url, quick);
    const [words = '', ...more] = comparedFailures({ statementMeanMs: 15 }, before, {
      statements: { ok: true, value: await counts(5 * 15) },
    });
    expect(more).toEqual([]);
    expect(words).toMatch(/^a statement takes more than 15 ms: [\d.]+ ms in the mean of 6 calls \(new\): select slow\(\$1\)$/);
  });

  it('leaves out our own statements and those of monitors, and other databases', async () => {
    const other = await createDatabase(server.superuserUrl);
    await sql(other.url, 'select 4711 as elsewhere');
    await other.drop();
    await sql(database.url, 'create schema offpeak; create table offpeak.marker (id int)');
    await sql(database.url, 'select * from offpeak.marker');
    await sql(database.url, 'select count(*) from pg_stat_activity');
    await sql(database.url, 'select * from leads');
    const texts = (await counts(0)).statements.map(({ query }) => query).join('\n');
    expect(texts).toContain('select * from leads');
    expect(texts).not.toMatch(/offpeak|pg_stat_|elsewhere/);
  });

  it('before the first write every statement is counted, and no text is read', async () => {
    const { statements } = await counts(null);
    expect(statements.length).toBeGreaterThan(3);
    expect(statements.every(({ query }) => query === '')).toBe(true);
    const all = new Set(statements.map(({ id }) => id));
    expect((await counts(50)).statements.every(({ id, ms }) => all.has(id) && ms >= 50)).toBe(true);
  });

  it('says when the counters were set to nothing', async () => {
    const { resetAt } = await counts(null);
    await sql(database.url, 'select "Watch me".pg_stat_statements_reset()');
    expect((await counts(null)).resetAt).not.toBe(resetAt);
  });

  it('F49 statements that are hidden from our role are unknown, not absent; pg_monitor shows them', async () => {
    const url = new URL(database.url);
    url.username = 'modest';
    url.password = '';
    await sql(database.url, 'grant usage on schema "Watch me" to modest');
    const modest = databaseReadings({ connectionString: url.href });
    try {
      for (const least of [null, 0])
        expect(await modest.statements?.(least)).toMatchObject({ ok: false, why: expect.stringContaining('GRANT pg_monitor') });
      await sql(database.url, 'grant pg_monitor to modest');
      expect(await modest.statements?.(null)).toMatchObject({ ok: true });
    } finally {
      await modest.close();
    }
  });

  it('F49 is unknown where the extension is not installed, or not loaded by the server', async () => {
    const bare = await createDatabase(server.superuserUrl);
    const without = databaseReadings({ connectionString: bare.url });
    expect(await without.statements?.(null)).toMatchObject({ ok: false, why: 'pg_stat_statements is not installed in this database.' });
    await without.close();
    await bare.drop();
    const plain = await startPostgres({});
    await sql(plain.superuserUrl, 'create extension pg_stat_statements');
    const unloaded = databaseReadings({ connectionString: plain.superuserUrl });
    expect(await unloaded.statements?.(null)).toMatchObject({ ok: false, why: expect.stringContaining('shared_preload_libraries') });
    await unloaded.close();
    await plain.stop();
  });
});
