import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { httpClient } from '../../src/sources/http.ts';
import { connectPager } from '../../src/sources/pager.ts';

const http = () => httpClient({ timeoutMs: 1_000, now: () => '2026-11-22T20:00:00.000Z' });
const hidden = (text: string) => ({ reveal: () => text });
const pagerDuty = () => connectPager({ pagerduty: { routing_key: hidden('R0UT1NG'), url: 'https://events.pagerduty.com' } }, http());
const webhook = () => connectPager({ webhook: { url: hidden('https://hooks.example/T0P/S3CRET'), token: hidden('t0ken') } }, http());
const PAGE = { key: 'offpeak:1:held:x', summary: 'Offpeak run #42 on production: a statement failed.', details: { run: '#42' } };

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

it('R73 PagerDuty gets a trigger with the key of the incident, and a resolve with the same key', async () => {
  const sent: unknown[] = [];
  nock('https://events.pagerduty.com')
    .post('/v2/enqueue', (body) => sent.push(body) > 0)
    .twice()
    .reply(202, { status: 'success', message: 'Event processed', dedup_key: PAGE.key });
  const pager = pagerDuty();
  expect([await pager.page(PAGE), await pager.close(PAGE.key)]).toEqual([null, null]);
  expect(sent).toEqual([
    {
      routing_key: 'R0UT1NG',
      event_action: 'trigger',
      dedup_key: PAGE.key,
      payload: { summary: PAGE.summary, source: 'offpeak', severity: 'critical', custom_details: { run: '#42' } },
    },
    { routing_key: 'R0UT1NG', event_action: 'resolve', dedup_key: PAGE.key },
  ]);
});

it('a webhook gets the same as JSON, with the token as a bearer', async () => {
  nock('https://hooks.example', { reqheaders: { authorization: 'Bearer t0ken' } })
    .post('/T0P/S3CRET', { event: 'page', ...PAGE })
    .reply(204)
    .post('/T0P/S3CRET', { event: 'close', key: PAGE.key })
    .reply(200, 'ok');
  const pager = webhook();
  expect([await pager.page(PAGE), await pager.close(PAGE.key)]).toEqual([null, null]);
});

it.each([
  ['an answer that is no JSON', 202, 'Thank you', 'PagerDuty answered with what is not JSON.'],
  ['a page of HTML', 200, '<html>Sign in</html>', 'PagerDuty answered with what is not JSON but a web page (HTML).'],
  ['another answer', 202, { status: 'invalid event' }, /^PagerDuty did not answer what was agreed/],
  ['a refusal', 400, { status: 'invalid event', errors: ['routing_key R0UT1NG is invalid'] }, 'PagerDuty answered 400.'],
  ['a server in trouble', 503, '', 'PagerDuty answered 503.'],
])('%s has reached nobody', async (_what, status, answer, sentence) => {
  nock('https://events.pagerduty.com').post('/v2/enqueue').reply(status, answer);
  expect(await pagerDuty().page(PAGE)).toEqual(typeof sentence === 'string' ? sentence : expect.stringMatching(sentence));
});

it('X8 neither the address of a webhook nor a key is ever told', async () => {
  nock('https://hooks.example').post('/T0P/S3CRET').replyWithError('getaddrinfo ENOTFOUND hooks.example/T0P/S3CRET');
  nock('https://events.pagerduty.com').post('/v2/enqueue').replyWithError('R0UT1NG');
  const said = [webhook().name, await webhook().page(PAGE), await pagerDuty().page(PAGE)].join(' ');
  expect(said).toMatch(/could not be reached.*could not be reached/);
  expect(said).not.toMatch(/S3CRET|t0ken|R0UT1NG/);
});
