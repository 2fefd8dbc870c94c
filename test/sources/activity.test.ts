import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { activityReading } from '../../src/sources/activity.ts';
import { httpClient } from '../../src/sources/http.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const WEEK = 7 * 24 * 3600;
const HOST = 'http://prom.test:9090';
const QUERY = 'sum(rate(logins_total[5m]))';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

const moment = (week: number) => Date.parse(NOW) / 1000 - week * WEEK;

/** Prometheus answers this for the query of so many weeks before; 0 is now, which is asked without a time. */
function answers(week: number, ...values: readonly (string | readonly [number, string])[]) {
  const time = week === 0 ? {} : { time: String(moment(week)) };
  const result = values.map((value) => ({ metric: {}, value: typeof value === 'string' ? [moment(week), value] : value }));
  return nock(HOST)
    .get('/api/v1/query')
    .query({ query: QUERY, lookback_delta: '60s', ...time })
    .reply(200, { status: 'success', data: { resultType: 'vector', result } });
}

function reading(now: () => string = () => NOW) {
  return activityReading({ prometheus: HOST, query: QUERY, max_age: 60_000 }, { http: httpClient({ timeoutMs: 500, now }), now });
}

function weeks(...values: readonly string[]) {
  for (const [index, value] of values.entries()) answers(index + 1, value);
}

describe('R68 user activity from Prometheus', () => {
  it('is asked now, and at the same moment one, two, three and four weeks before; fractions stay', async () => {
    answers(0, '0.5');
    weeks('0.25', '0.75', '1', '2');
    expect(await reading()()).toEqual({
      ok: true,
      value: { now: 0.5, earlier: [0.25, 0.75, 1, 2] },
      source: `Prometheus prom.test:9090: ${QUERY}`,
    });
    expect(nock.isDone()).toBe(true);
  });

  it('leaves out weeks of which nothing is known, while two are there', async () => {
    answers(0, '5');
    weeks('4', 'NaN');
    answers(3);
    answers(4, '6');
    expect(await reading()()).toMatchObject({ ok: true, value: { now: 5, earlier: [4, 6] } });
  });

  it('is unknown with one earlier value', async () => {
    answers(0, '5');
    weeks('4', 'NaN', '-1');
    answers(4);
    expect(await reading()()).toMatchObject({
      ok: false,
      why: expect.stringContaining('1 of the four weeks before have a value, and two'),
    });
  });

  it('F49 leaves out an earlier value that is dated otherwise than it was asked for', async () => {
    answers(0, '5');
    for (const week of [1, 2, 3]) answers(week, [moment(week) - 61, '4']);
    answers(4, '4');
    expect(await reading()()).toMatchObject({ ok: false, why: expect.stringContaining('values 61 s old') });
  });

  it.each([
    ['NaN', () => answers(0, 'NaN'), 'nothing was measured'],
    ['infinity', () => answers(0, '+Inf'), 'nothing was measured'],
    ['no series', () => answers(0), 'no sample'],
    ['two series', () => answers(0, '1', '2'), 'aggregate the query'],
    ['an old value', () => answers(0, [moment(0) - 61, '5']), 'values 61 s old'],
    ['less than nothing', () => answers(0, '-1'), 'less than nothing'],
  ])('F49 %s now is unknown, whatever earlier weeks say', async (_what, answered, why) => {
    answered();
    weeks('4', '4', '4', '4');
    expect(await reading()()).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it.each([
    ['a login page', 200, '<html>s3cret</html>', 'text/html', 'a web page (HTML)'],
    ['429', 429, '{}', 'application/json', '429'],
    ['a refused token', 403, '{}', 'application/json', '403'],
    ['an outage', 503, '{}', 'application/json', '503'],
  ])('F49 %s is unknown', async (_what, status, body, type, why) => {
    nock(HOST).get('/api/v1/query').query(true).times(5).reply(status, body, { 'content-type': type });
    const read = await reading()();
    expect(read).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    expect(JSON.stringify(read)).not.toContain('s3cret');
  });

  it('is kept for 15 s, so that who waits for a better one does not ask five queries every second', async () => {
    let now = NOW;
    answers(0, '5');
    weeks('4', '4', '4', '4');
    const read = reading(() => now);
    const first = await read();
    now = '2026-11-22T20:00:14.999Z';
    expect(await read()).toBe(first);
    now = '2026-11-22T20:00:15.000Z';
    expect(await read()).not.toBe(first);
  });

  it('F49 what the query rests on must have been up in the earlier week too', async () => {
    const alive = 'up{job="acme"}';
    const up = (week: number, value: string) =>
      nock(HOST)
        .get('/api/v1/query')
        .query(({ query, time }) => query !== QUERY && time === (week === 0 ? undefined : String(moment(week))))
        .reply(200, { status: 'success', data: { resultType: 'vector', result: [{ value: [moment(week), value] }] } });
    answers(0, '5');
    weeks('1', '2', '3', '4');
    for (const week of [0, 1, 3, 4]) up(week, String(moment(week)));
    up(2, '0');
    const settings = { prometheus: HOST, query: QUERY, alive, max_age: 60_000 };
    const read = await activityReading(settings, { http: httpClient({ timeoutMs: 500, now: () => NOW }), now: () => NOW })();
    expect(read).toMatchObject({ ok: true, value: { now: 5, earlier: [1, 3, 4] } });
  });
});
