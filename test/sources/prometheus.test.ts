import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { httpClient } from '../../src/sources/http.ts';
import { prometheusReading, type PrometheusSettings } from '../../src/sources/prometheus.ts';
import type { Quantity } from '../../src/sources/quantity.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const T = Date.parse(NOW) / 1000;
const HOST = 'http://prom.test:9090';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
function answers(query: string, data: object, more: object = {}, path = '/api/v1/query') {
  return nock(HOST)
    .get(path)
    .query({ query, lookback_delta: '60s' })
    .reply(200, { status: 'success', data, ...more });
}
const vector = (...values: readonly string[]) => ({
  resultType: 'vector',
  result: values.map((value, n) => ({ metric: { instance: `web-${n}` }, value: [T, value] })),
});

function read(changes: Partial<PrometheusSettings> = {}, quantity: Quantity = 'share') {
  const settings = { prometheus: HOST, query: 'cpu', max_age: 60_000, ...changes };
  return prometheusReading(settings, { http: httpClient({ timeoutMs: 500, now: () => NOW }), now: () => NOW, quantity })();
}

describe('R31 R32 Prometheus', () => {
  it.each([
    [vector('0.42'), 'share', undefined, 0.42],
    [{ resultType: 'scalar', result: [T, '1'] }, 'share', undefined, 1],
    [vector('0.25'), 'milliseconds', 's', 250],
    [vector('250'), 'milliseconds', 'ms', 250],
    [vector('99.97'), 'count', undefined, 99],
  ] as const)('reads %j as %s in %s', async (data, quantity, unit, value) => {
    answers('cpu', data);
    expect(await read({ unit }, quantity)).toEqual({ ok: true, value, source: 'Prometheus prom.test:9090: cpu' });
  });

  it('sends its token and keeps a path before the API', async () => {
    nock(HOST, { reqheaders: { authorization: 'Bearer s3cret' } })
      .get('/tenant/api/v1/query')
      .query(true)
      .reply(200, { status: 'success', data: vector('0.5') });
    expect(await read({ prometheus: `${HOST}/tenant/`, token: { reveal: () => 's3cret' } })).toMatchObject({ ok: true, value: 0.5 });
  });

  it.each([
    ['no series', vector(), {}, 'no sample'],
    ['two series', vector('0.1', '0.9'), {}, 'answered 2 series where one number was asked for: aggregate the query'],
    ['a range', { resultType: 'matrix', result: [] }, {}, 'did not answer what was agreed'],
    ['a part of the data', vector('0.1'), { warnings: ['store s3cret is away'] }, 'a part of the data is missing'],
    ['per cent', vector('42'), {}, 'a share is between 0 and 1. Divide per cent by 100'],
    ['NaN', vector('NaN'), {}, 'nothing was measured'],
    ['minus infinity', vector('-Inf'), {}, 'nothing was measured'],
    ['no text', vector(''), {}, 'nothing was measured'],
    ['an error', {}, { status: 'error', errorType: 'bad_data', error: 's3cret' }, 'did not answer what was agreed: status'],
  ])('%s is unknown', async (_title, data, more, why) => {
    answers('cpu', data, more);
    const reading = await read();
    expect(reading).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    expect(JSON.stringify(reading)).not.toContain('s3cret');
  });
});

describe('F49 what a query rests on', () => {
  const UP = 'min(timestamp(up{job="acme"})) * min(up{job="acme"})';
  const alive = 'up{job="acme"}';

  it('is up and was scraped just now', async () => {
    answers(UP, vector(String(T - 59)));
    answers('cpu', vector('0.5'));
    expect(await read({ alive })).toMatchObject({ ok: true, value: 0.5 });
  });

  it.each([
    ['is down', vector('0'), 'a target of up{job="acme"} is down'],
    ['was scraped long ago', vector(String(T - 61)), 'The last scrape of Prometheus (prom.test:9090) gives values 61 s old'],
    ['is not known at all', vector(), 'no sample'],
    ['will be scraped in the future', vector(String(T + 6)), 'in the future'],
  ])('%s: unknown, whatever a rate of old samples says', async (_title, data, why) => {
    answers(UP, data);
    const cpu = answers('cpu', vector('0.5'));
    expect(await read({ alive })).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    expect(cpu.isDone()).toBe(false);
  });
});
