import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { loadTool } from '../../src/target/load/load-tool.ts';
import { createDatabase, sql, type TestDatabase } from '../support/postgres.ts';

let server: PostgresServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  database = await createDatabase(server.superuserUrl);
  await sql(
    database.url,
    `create schema watch; create extension pg_stat_statements schema watch;
     create table leads (id int, email text); insert into leads select n, n || '@example.com' from generate_series(1, 20000) n;`,
  );
});
afterAll(async () => {
  await database.drop();
  await server.stop();
});

it('R15 takes the most expensive SELECTs that can be executed as they stand, and names the others with the reason', async () => {
  for (let times = 0; times < 5; times += 1) {
    await sql(database.url, 'select count(*) from leads l, generate_series(l.id, l.id) n');
    await sql(database.url, "select id from leads where email = '77@example.com'");
    await sql(database.url, 'select pg_sleep(random() / 100)');
    await sql(database.url, 'update leads set email = email where id = 1');
  }
  const tool = loadTool(database.url);
  const { queries, leftOut } = await tool.busiest(20);
  expect(queries.map(({ sql: text }) => text)).toContain('select count(*) from leads l, generate_series(l.id, l.id) n');
  expect(queries.every(({ sql: text }) => !text.includes('$') && !/update|pg_sleep/.test(text))).toBe(true);
  expect(leftOut).toContainEqual({
    name: expect.stringContaining('select id from leads where email = $1'),
    why: 'its parameters are not kept',
  });
  expect(leftOut.find(({ name }) => name.includes('pg_sleep'))).toBeDefined();
  const measured = await tool.measure({ source: '', queries, leftOut, rounds: 5, quiet: 1, signal: new AbortController().signal });
  expect(measured.queries.map(({ name }) => name)).toEqual(expect.arrayContaining(queries.slice(0, 1).map(({ name }) => name)));
});
