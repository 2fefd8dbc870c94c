import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lossesOn } from '../../src/app.ts';
import { priceOfMigration } from '../../src/domain/price.ts';
import { countLosses } from '../../src/target/count-losses.ts';
import { connect, sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { aMigration } from './backup/stage.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await sql(
    database.url,
    `create table leads (id int primary key, email text, domain text, name varchar(80), score numeric(8, 4));
     insert into leads select n, n || '@example.com', 'example.com', case when n <= 3 then repeat('x', 50) else 'short' end, n from generate_series(1, 1000) n;
     update leads set domain = null where id <= 100; update leads set domain = 'by hand' where id > 990; update leads set score = 1.2345 where id = 7;
     create table kinds (name text); insert into kinds values ('a'), ('b');
     create table hidden (id int); insert into hidden values (1), (2); alter table hidden enable row level security, force row level security;`,
  );
});
afterAll(() => database.drop());

const count = (...queries: readonly (string | null)[]) => countLosses(database.url, queries);

describe('losses counted on the target', () => {
  it('each down, now', async () => {
    const up = ['alter table leads add column domain text', "update leads set domain = split_part(email, '@', 2)"];
    const down = [
      'alter table leads drop column domain, alter name type varchar(40), alter score type numeric(8, 2)',
      'drop table kinds',
      'delete from leads where id <= 20',
      'update leads l set email = null from kinds k where l.id <= 5',
      'drop index concurrently leads_x',
    ];
    const [answered] = await lossesOn(database.url, [aMigration('0008', { up, down })]);
    expect(answered?.questions.map(({ what }, index) => [what, answered.answers[index]])).toEqual([
      ['values of leads.domain', { state: 'counted', rows: 10 }],
      ['values of leads.name that do not fit varchar(40)', { state: 'counted', rows: 3 }],
      ['values of leads.score that do not fit numeric(8,2)', { state: 'counted', rows: 1 }],
      ['rows of kinds', { state: 'counted', rows: 2 }],
      ['deleted rows of leads', { state: 'counted', rows: 20 }],
      ['overwritten rows of leads', { state: 'counted', rows: 5 }],
    ]);
    expect(answered === undefined ? null : priceOfMigration(answered, null)).toMatchObject({ kind: 'lossy', rows: 41 });
  });

  it('what is not there yet, what no query can tell, what cannot be converted', async () => {
    expect(
      await count(
        'select from leads where nothing is not null',
        'select from nowhere',
        null,
        'select from leads where email::int is not null',
      ),
    ).toEqual([
      { state: 'not there' },
      { state: 'not there' },
      { state: 'unknown', why: 'no query can tell' },
      { state: 'unknown', why: 'the server answers 22P02' },
    ]);
  });

  it('writes nothing, whatever it is asked', async () => {
    await sql(
      database.url,
      "create sequence numbers; create function write() returns int language sql as 'insert into kinds values (1) returning 1'",
    );
    expect(await count("select nextval('numbers')", 'select write()')).toEqual([
      { state: 'unknown', why: 'the server answers 25006' },
      { state: 'unknown', why: 'the server answers 25006' },
    ]);
  });

  it('counts a large table up to a million', async () => {
    expect(await count('select from generate_series(1, 1000001)')).toEqual([{ state: 'at least', rows: 1_000_000 }]);
  });

  it('does not wait for a table that a migration holds', async () => {
    const holder = await connect(database.url);
    await holder.query('begin; lock table leads in access exclusive mode');
    const started = performance.now();
    expect(await count('select from leads', 'select from kinds')).toEqual([
      { state: 'unknown', why: 'the table is locked right now' },
      { state: 'counted', rows: 2 },
    ]);
    expect(performance.now() - started).toBeLessThan(5_000);
    await holder.end();
  });

  it('gives up on a count that takes longer than a moment', async () => {
    expect(await count('select from leads where pg_sleep(60) is not null')).toEqual([
      { state: 'unknown', why: 'it takes longer than a moment' },
    ]);
  });

  it('never takes rows that a policy hides for rows that are not there', async () => {
    await sql(database.url, 'create role price_reader login; grant select on hidden to price_reader');
    const url = new URL(database.url);
    url.username = 'price_reader';
    expect(await countLosses(url.href, ['select from hidden'])).toEqual([{ state: 'unknown', why: 'this role may not read every row' }]);
    await sql(database.url, 'drop owned by price_reader; drop role price_reader');
  });

  it('a database that cannot be reached is an error, not a price', async () => {
    await expect(countLosses('postgresql://x@127.0.0.1:1/none', ['select'])).rejects.toThrow('Nothing answers at 127.0.0.1:1/none');
    expect(await countLosses('postgresql://x@127.0.0.1:1/none', [null])).toEqual([{ state: 'unknown', why: 'no query can tell' }]);
  });
});
