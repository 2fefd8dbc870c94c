import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeImpact, noiseOf } from '../../src/domain/impact.ts';
import { loadTool } from '../../src/target/load/load-tool.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await sql(
    database.url,
    `create table leads (id int primary key, email text not null);
     insert into leads select n, n || '@example.com' from generate_series(1, 200000) n;
     analyze leads;
     create table people (id int primary key, email text not null);
     insert into people select n, n || '@example.com' from generate_series(1, 5000) n;
     create index people_email_idx on people (email); analyze people;
     create table kinds (name text); insert into kinds values ('a'), ('b');
     create table parts (id int) partition by range (id);
     create table parts_low partition of parts for values from (0) to (100);
     create table parts_high partition of parts for values from (100) to (200);
     insert into parts select generate_series(0, 149);
     create schema other; create table other.leads (id int); insert into other.leads values (1);
     create view seen as select * from leads;
     create sequence counter;`,
  );
});
afterAll(() => database.drop());

const request = (...queries: readonly string[]) => ({
  source: 'the settings',
  queries: queries.map((text, index) => ({ name: `${index + 1}`, sql: text })),
  leftOut: [],
  rounds: 5,
  // Whatever the control says: how quiet the machine is matters in one test alone.
  quiet: 1,
  signal: new AbortController().signal,
});

describe('the load, measured on a database', () => {
  it('R15 the same load twice differs by less than 5 % from itself, in two series of as many rounds', async () => {
    const tool = loadTool(database.url);
    const before = await tool.measure({ ...request('select pg_sleep(0.2)'), quiet: 0.025 });
    const after = await tool.measure({ ...request(), queries: before.queries });
    expect(before.queries).toMatchObject([{ name: '1', repetitions: 1 }]);
    expect(before.queries[0]?.first).toHaveLength(5);
    expect(before.queries[0]?.second).toHaveLength(5);
    expect(noiseOf(before)).toBeLessThan(0.05);
    expect(judgeImpact(before, after, 0.05)).toMatchObject({ verdict: 'pass' });
  });

  it('R15 a query that loses its index breaches, and one that loses its table says why', async () => {
    const tool = loadTool(database.url);
    const before = await tool.measure(request("select id from people where email = '77@example.com'"));
    // Short queries are repeated until a round can be timed.
    expect(before.queries[0]?.repetitions).toBeGreaterThan(5);
    await sql(database.url, 'drop index people_email_idx');
    const slower = await tool.measure({ ...request(), queries: before.queries });
    const impact = judgeImpact(before, slower, 0.05);
    expect(impact.share).toBeGreaterThan(0.05);
    expect(impact.verdict).not.toBe('pass');
    await sql(database.url, 'alter table people rename to crowd');
    const broken = await tool.measure({ ...request(), queries: before.queries });
    await sql(database.url, 'alter table crowd rename to people');
    expect(judgeImpact(before, broken, 0.05)).toMatchObject({
      verdict: 'breach',
      words: 'after the change a query fails: 1: 42P01 relation "people" does not exist',
    });
  });

  it('leaves out what writes, what is no single SELECT and what takes too long, and changes nothing', async () => {
    const measured = await loadTool(database.url).measure(
      request(
        'delete from kinds',
        'select 1; select 2',
        "select nextval('counter')",
        'select pg_sleep(6)',
        'select name into copy from kinds',
        'select 1',
      ),
    );
    expect(measured.queries.map(({ name }) => name)).toEqual(['6']);
    expect(measured.leftOut.map(({ name, why }) => [name, why.slice(0, 40)])).toEqual([
      ['1', 'it is no SELECT'],
      ['2', '42601 cannot insert multiple commands in'],
      ['3', '25006 cannot execute nextval() in a read'],
      ['4', 'it takes longer than 5 s'],
      ['5', 'it is no SELECT'],
    ]);
    expect(await sql(database.url, 'select name from kinds')).toHaveLength(2);
  });

  it('says that pg_stat_statements is not there, where it is not', async () => {
    expect(await loadTool(database.url).busiest(10)).toEqual({
      queries: [],
      leftOut: [{ name: 'pg_stat_statements', why: 'it is not installed in the database whose load is asked for' }],
    });
  });
});

describe('rows of the touched tables', () => {
  it('R13 are estimated where a table is large and counted where it is not; what is no table is not there', async () => {
    const relations = ['public.leads', 'kinds', 'parts', 'other.leads', 'seen', 'nowhere'];
    const counts = await loadTool(database.url).rows(relations);
    expect(counts).toEqual([
      { relation: 'public.leads', there: true, rows: 200_000 },
      { relation: 'kinds', there: true, rows: 2 },
      { relation: 'parts', there: true, rows: 150 },
      { relation: 'other.leads', there: true, rows: 1 },
      { relation: 'seen', there: false, rows: null },
      { relation: 'nowhere', there: false, rows: null },
    ]);
  });
});
