import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plus } from '../../src/domain/instant.ts';
import { httpClient } from '../../src/sources/http.ts';

const START = '2026-11-22T20:00:00.000Z';
const HOST = 'https://api.test';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** A client on a clock of the test's own, and how it answers. */
function client() {
  const clock = { now: START };
  const http = httpClient({ timeoutMs: 500, now: () => clock.now });
  const ask = async (path = '/v1') => {
    try {
      await http.json({ url: HOST + path, what: 'The service' }, z.object({ well: z.literal(true) }));
      return 'well';
    } catch (error) {
      return String(error instanceof Error ? error.message : error);
    }
  };
  const later = (ms: number) => void (clock.now = plus(START, ms));
  return { ask, later };
}

describe('T10 a service that asks us to wait', () => {
  it.each([
    [{ 'retry-after': '120' }, 120_000, '20:02:00'],
    [{ 'retry-after': 'Sun, 22 Nov 2026 20:10:00 GMT' }, 600_000, '20:10:00'],
    [{}, 30_000, '20:00:30'],
    [{ 'retry-after': 'soon' }, 30_000, '20:00:30'],
    [{ 'retry-after': '-5' }, 30_000, '20:00:30'],
    [{ 'retry-after': '999999999' }, 3_600_000, '21:00:00'],
  ])('429 with %j is not asked again before', async (headers, ms, until) => {
    const { ask, later } = client();
    nock(HOST).get('/v1').reply(429, '', headers);
    const well = nock(HOST).get('/v2').reply(200, { well: true });
    expect(await ask()).toContain('answered 429');
    later(ms - 1);
    expect(await ask('/v2')).toBe(`The service asked us to wait (429) until ${until} UTC and is not asked before.`);
    expect(well.isDone()).toBe(false);
    later(ms);
    expect(await ask('/v2')).toBe('well');
  });

  it('503 is asked again at once unless it says when', async () => {
    const { ask } = client();
    nock(HOST).get('/v1').reply(503).get('/v1').reply(503, '', { 'retry-after': '60' });
    expect(await ask()).toBe('The service answered 503.');
    expect(await ask()).toBe('The service answered 503.');
    expect(await ask()).toContain('until 20:01:00 UTC');
  });

  it('another service is asked meanwhile', async () => {
    const { ask } = client();
    nock(HOST).get('/v1').reply(429);
    await ask();
    nock('https://other.test').get('/v1').reply(200, { well: true });
    const http = httpClient({ timeoutMs: 500, now: () => START });
    expect(await http.json({ url: 'https://other.test/v1', what: 'It' }, z.json())).toEqual({ well: true });
  });
});

describe('T10 what is not what was agreed', () => {
  it.each([
    ['a web page', { 'content-type': 'text/html; charset=utf-8' }, '{"well": true}', 'with a web page (HTML), not with what was agreed'],
    ['plain text', { 'content-type': 'text/plain' }, '{"well": true}', 'with plain text'],
    ['a kind with a secret for a name', { 'content-type': 'x/s3cret' }, '{"well": true}', 'with another kind of content'],
    ['an announced 50 MB', { 'content-length': '50000000' }, '{"well": true}', 'more than 1 MB'],
    ['an old cache', { age: '61' }, '{"well": true}', 'from a cache, 61 s old'],
    ['another shape', {}, '{"well": "s3cret"}', 'did not answer what was agreed: well'],
  ])('%s', async (_title, headers, body, why) => {
    nock(HOST)
      .get('/v1')
      .reply(200, body, { 'content-type': 'application/json', ...headers });
    const said = await client().ask();
    expect(said).toContain(why);
    expect(said).not.toContain('s3cret');
  });

  it.each([401, 403])('%d says whose fault it is', async (status) => {
    nock(HOST).get('/v1').reply(status, { message: 'token s3cret is bad' });
    expect(await client().ask()).toBe(`The service answered ${status}: it refuses our token. Look at its rights.`);
  });

  it('an address that cannot be read', async () => {
    const http = httpClient({ timeoutMs: 500, now: () => START });
    await expect(http.json({ url: 'nowhere s3cret', what: 'The service' }, z.json())).rejects.toThrow('has an address that cannot be read');
  });
});
