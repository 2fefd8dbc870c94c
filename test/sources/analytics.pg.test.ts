import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyticsReading } from '../../src/sources/analytics.ts';
import { databaseReadings } from '../../src/sources/postgres.ts';
import { instantOf } from '../../src/domain/instant.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await sql(
    database.url,
    'create table visits (person int, seen_at timestamptz); insert into visits select n, now() from generate_series(1, 42) n',
  );
});
afterAll(() => database.drop());

function read(query: string, url = database.url) {
  const settings = { database: { reveal: () => url }, query, max_age: 60_000 };
  return analyticsReading(settings, { now: () => instantOf(Date.now()), quantity: 'count' })();
}

describe('R30 an analytics query', () => {
  it.each([
    ['select count(*) from visits', 42],
    ['select 7', 7],
    ['select 99.9::numeric', 99],
    ['select count(*), max(seen_at) from visits', 42],
    ['select sum(person)::float8 from visits;', 903],
  ])('%s', async (query, value) => {
    expect(await read(query)).toEqual({ ok: true, value, source: 'analytics query' });
  });
});

describe('T10 an analytics query is unknown when it answers', () => {
  it.each([
    ['nothing', 'select 1 where false', 'no row'],
    ['null', 'select null::int', 'null'],
    ['NaN', "select 'NaN'::float8", 'a number that is none'],
    ['Infinity', "select 'Infinity'::numeric", 'a number that is none'],
    ['a negative number', 'select -1', 'less than nothing'],
    ['a number in quotes', "select '42'::text", 'must answer a number in its first column'],
    ['many rows', 'select person from visits', 'more than one row'],
    ['a million rows', 'select generate_series(1, 1000000)', 'more than one row'],
    ['a stale time', "select 1, now() - interval '2 minutes'", '120 s old'],
    ['a future time', "select 1, now() + interval '1 minute'", 'in the future'],
    ['a time without a zone', 'select 1, localtimestamp', 'must answer a timestamptz'],
    ['too late', 'select pg_sleep(10)', 'no answer within 2 s'],
    ['an error that quotes a value', "select 's3cret'::int", 'SQLSTATE 22P02'],
    ['what cannot be parsed', 'select from where', 'SQLSTATE 42601'],
  ])('%s', async (_title, query, why) => {
    const reading = await read(query);
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    expect(JSON.stringify(reading)).not.toContain('s3cret');
  });

  it('cannot write, in whichever words', async () => {
    for (const query of [
      'delete from visits returning 1',
      'with gone as (delete from visits returning 1) select count(*) from gone',
      'set transaction read write; delete from visits',
      'commit; delete from visits',
    ])
      expect(await read(query)).toMatchObject({ ok: false });
    expect(await read('select count(*) from visits')).toMatchObject({ ok: true, value: 42 });
  });
});

describe('T10 what is no database', () => {
  const SECRET = 's3cret-password';
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });

  async function server(behave: (socket: Socket) => void): Promise<string> {
    const listening = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => behave(socket));
    });
    servers.push(listening);
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    return `postgresql://reader:${SECRET}@127.0.0.1:${(listening.address() as AddressInfo).port}/acme`;
  }

  const FAULTS: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['no answer', () => {}],
    ['slow drip', (socket) => void setInterval(() => socket.write('R'), 200).unref()],
    ['reset', (socket) => void socket.resetAndDestroy()],
    ['an end', (socket) => void socket.end()],
    ['TLS that is refused', (socket) => void socket.write('N')],
    ['HTML', (socket) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n<h1>${SECRET}</h1>`)],
    ['an error that quotes us', (socket) => void socket.end(errorMessage(`no password ${SECRET} here`))],
  ];

  it.each(FAULTS)(
    '%s: every reading of PostgreSQL and the analytics query are unknown in time',
    async (_title, behave) => {
      const url = await server(behave);
      const readings = databaseReadings({ connectionString: url });
      const started = performance.now();
      const all = await Promise.all([
        read('select 1', url),
        readings.connections(),
        readings.longQueries(30),
        readings.replicationLag(),
        readings.latency(),
        readings.lockWaits(),
        readings.diskFree(),
      ]);
      expect(performance.now() - started).toBeLessThan(12_000);
      for (const reading of all) expect(reading).toMatchObject({ ok: false, why: expect.stringMatching(/\.$/) });
      expect(JSON.stringify(all)).not.toContain(SECRET);
    },
    30_000,
  );

  /** ErrorResponse: https://www.postgresql.org/docs/current/protocol-message-formats.html */
  function errorMessage(text: string): Buffer {
    const fields = Buffer.from(`SFATAL\0C28000\0M${text}\0\0`);
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(fields.length + 4, 1);
    return Buffer.concat([head, fields]);
  }
});
