import { Readable } from 'node:stream';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { applicationReadings, reportedReadings } from '../../src/sources/application.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const HOST = 'http://app.test';
const options = { healthUrl: `${HOST}/health?token=s3cret`, metricsUrl: `${HOST}/metrics?token=s3cret`, timeoutMs: 200, now: () => NOW };
const readings = applicationReadings(options);
const GOOD = { error_rate: 0.0005, p95_ms: 120, requests: 900 };

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

function answers(path: '/health' | '/metrics', status: number, body: string | object = '', headers: Record<string, string> = {}) {
  nock(HOST).get(path).query(true).reply(status, body, headers);
}

describe('health', () => {
  it.each([200, 204, 500, 503])("%d is a reading; judging is the check's", async (status) => {
    answers('/health', status);
    expect(await readings.health()).toMatchObject({ ok: true, value: { status }, source: 'GET http://app.test/health' });
  });

  it('a redirect is unknown: the login page behind it answers 200', async () => {
    answers('/health', 302, '', { location: `${HOST}/login` });
    expect(await readings.health()).toMatchObject({ ok: false, why: expect.stringContaining('302, a redirect') });
  });

  it('no answer in time is unknown', async () => {
    nock(HOST).get('/health').query(true).delay(2000).reply(200);
    expect(await readings.health()).toMatchObject({ ok: false, why: 'The application gave no answer within 200 ms.' });
  });

  it('a connection that breaks is unknown, and says no secret', async () => {
    nock(HOST)
      .get('/health')
      .query(true)
      .replyWithError(Object.assign(new Error('s3cret'), { code: 'ECONNRESET' }));
    const reading = await readings.health();
    expect(reading).toMatchObject({ ok: false });
    expect(JSON.stringify(reading)).not.toContain('s3cret');
  });

  it('no address is unknown', async () => {
    const none = applicationReadings({ ...options, healthUrl: null, metricsUrl: null });
    expect(await none.health()).toMatchObject({ ok: false, why: 'No health URL is configured for this target.' });
    expect(await none.metrics()).toMatchObject({ ok: false, why: 'No metrics URL is configured for this target.' });
  });
});

describe('what the metrics report beside (R30–R32)', () => {
  const all = reportedReadings(options, ['active_users', 'cpu', 'memory']);

  it('is read only where it is configured', () => {
    expect(Object.keys(reportedReadings(options, ['cpu']))).toEqual(['cpu']);
    expect(Object.keys(all)).toEqual(['activeUsers', 'cpu', 'memory']);
  });

  it('is a number of users, and shares', async () => {
    for (let call = 0; call < 3; call += 1) answers('/metrics', 200, { ...GOOD, active_users: 37, cpu: 0.2, memory: 0.6 });
    expect(await all.activeUsers?.()).toEqual({ ok: true, value: 37, source: 'GET http://app.test/metrics' });
    expect(await all.cpu?.()).toMatchObject({ ok: true, value: 0.2 });
    expect(await all.memory?.()).toMatchObject({ ok: true, value: 0.6 });
  });

  it.each([GOOD, { ...GOOD, cpu: null }, { ...GOOD, cpu: 70 }, { ...GOOD, cpu: 0.2, at: '2026-11-22T19:00:00.000Z' }])(
    'is unknown when it is missing, null, no share or old: %j (invariant 10)',
    async (body) => {
      answers('/metrics', 200, body);
      expect(await all.cpu?.()).toMatchObject({ ok: false });
    },
  );
});

describe('metrics', () => {
  it.each([
    {},
    { at: '2026-11-22T19:59:00.000Z' },
    { at: '2026-11-22T21:00:03+01:00' },
    { error_rate: 0, requests: 0 },
    { error_rate: 1, more: 'x' },
    { database_errors: null },
  ])('reads the agreed numbers, with %j', async (changes) => {
    answers('/metrics', 200, { ...GOOD, ...changes });
    const expected = { ...GOOD, ...changes };
    expect(await readings.metrics()).toEqual({
      ok: true,
      value: { errorRate: expected.error_rate, p95Ms: 120, requests: expected.requests },
      source: 'GET http://app.test/metrics',
      ...('at' in changes ? { at: changes.at } : {}),
    });
  });

  it('R71 reads the database errors where the application counts them', async () => {
    answers('/metrics', 200, { ...GOOD, database_errors: 3 });
    expect(await readings.metrics()).toMatchObject({ ok: true, value: { databaseErrors: 3 } });
    answers('/metrics', 200, { ...GOOD, database_errors: -1 });
    expect(await readings.metrics()).toMatchObject({ ok: false });
  });

  it.each([
    ['NaN', '{"error_rate": NaN, "p95_ms": 1, "requests": 1}', 'not JSON'],
    ['a number in quotes', { ...GOOD, error_rate: '0.1' }, 'error_rate'],
    ['null', { ...GOOD, p95_ms: null }, 'p95_ms'],
    ['infinity', '{"error_rate": 0, "p95_ms": 1e999, "requests": 1}', 'p95_ms'],
    ['a negative rate', { ...GOOD, error_rate: -0.1 }, 'error_rate'],
    ['per cent where a share was agreed', { ...GOOD, error_rate: 1.5 }, 'error_rate'],
    ['a negative time', { ...GOOD, p95_ms: -1 }, 'p95_ms'],
    ['half a request', { ...GOOD, requests: 1.5 }, 'requests'],
    ['a missing field', { error_rate: 0, requests: 5 }, 'p95_ms'],
    ['a list', '[]', 'the answer'],
    ['a stale time', { ...GOOD, at: '2026-11-22T19:58:59.000Z' }, '61 s old'],
    ['a future time', { ...GOOD, at: '2026-11-22T20:00:06.000Z' }, '6 s in the future'],
    ['a time that is none', { ...GOOD, at: 'yesterday' }, 'at'],
    ['HTML with 200', '<!doctype html><title>Log in</title>', 'not JSON but a web page (HTML)'],
    ['nothing', '', 'with nothing'],
    ['more than 1 MB', JSON.stringify({ ...GOOD, padding: 'x'.repeat(1_000_001) }), 'more than 1 MB'],
  ])('%s is unknown', async (_title, body, why) => {
    answers('/metrics', 200, body);
    expect(await readings.metrics()).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it.each([301, 307, 404, 500])('%d is unknown', async (status) => {
    answers('/metrics', status, GOOD, { location: `${HOST}/elsewhere` });
    expect(await readings.metrics()).toMatchObject({ ok: false, why: expect.stringContaining(String(status)) });
  });

  it('a body that never ends is cut by the timeout', async () => {
    nock(HOST)
      .get('/metrics')
      .query(true)
      .reply(200, () => new Readable({ read() {} }));
    expect(await readings.metrics()).toMatchObject({ ok: false, why: 'The metrics URL gave no answer within 200 ms.' });
  });
});
