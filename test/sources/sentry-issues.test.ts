import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectReadings } from '../../src/sources/readings.ts';

const NOW = '2026-11-24T19:10:00.000Z';
const T0 = '2026-11-24T19:00:00.250Z';
const sentry = {
  organization: 'acme',
  project: 'web',
  token: { reveal: () => 's3cret-token' },
  environment: 'production',
  window: 300_000,
  url: 'https://sentry.io',
};

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

/** As https://docs.sentry.io/api/events/list-an-organizations-issues/ shows one, cut to what we read and some of what we do not. */
const issue = (changes: object = {}) => ({
  id: '4411',
  shortId: 'WEB-1',
  title: 'UndefinedColumn: column leads.stage does not exist',
  count: '12',
  userCount: 3,
  firstSeen: '2026-11-24T19:04:00Z',
  permalink: 'https://acme.sentry.io/issues/4411/?project=7',
  ...changes,
});

async function listed(answer: readonly object[], url = 'https://sentry.io') {
  nock(url, { reqheaders: { authorization: 'Bearer s3cret-token' } })
    .get('/api/0/organizations/acme/issues/')
    .query({
      query: 'is:unresolved project:web firstSeen:>=2026-11-24T19:00:00.000Z',
      sort: 'freq',
      statsPeriod: '14d',
      limit: '6',
      environment: 'production',
    })
    .reply(200, answer);
  return await connectReadings({ error_rate: { sentry: { ...sentry, url } } }, { now: () => NOW }).newIssues?.(T0);
}

async function first(changes: object, url?: string) {
  const reading = await listed([issue(changes)], url);
  return reading?.ok === true ? reading.value.issues[0] : undefined;
}

describe('R51 new issues in Sentry', () => {
  it('are those first seen since the first write in the environment, with count and page', async () => {
    expect(await listed([issue()])).toEqual({
      ok: true,
      value: {
        issues: [{ title: 'UndefinedColumn: column leads.stage does not exist', events: 12, link: 'https://acme.sentry.io/issues/4411/' }],
        more: false,
      },
      source: 'Sentry sentry.io: new issues of web',
    });
    expect(await listed([])).toMatchObject({ ok: true, value: { issues: [], more: false } });
  });

  it('are five at most, and a sixth says that there are more', async () => {
    const reading = await listed(Array.from({ length: 6 }, () => issue()));
    expect(reading?.ok === true && [reading.value.issues.length, reading.value.more]).toEqual([5, true]);
  });

  it('are asked of Sentry alone', () => {
    const json = { json: { reveal: () => 'https://host/x' }, at: '/rate', max_age: 60_000 };
    expect(connectReadings({ error_rate: json }, { now: () => NOW }).newIssues).toBeUndefined();
  });

  it.each([
    ['2026-11-24T18:59:59Z', 'from before the first write'],
    ['2026-11-24T19:11:00Z', 'in the future'],
  ])('first seen at %s are no answer to the question, and so unknown', async (firstSeen, why) => {
    expect(await listed([issue({ firstSeen })])).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });

  it('have a title of one line, without what turns or hides text, without our token, and cut', async () => {
    expect((await first({ title: 'a\n\u202eb\u0007\u200b c' }))?.title).toBe('a b c');
    expect((await first({ title: 'Bearer s3cret-token refused' }))?.title).toBe('Bearer [secret] refused');
    expect((await first({ title: 'x'.repeat(500) }))?.title).toHaveLength(120);
    expect((await first({ title: ' \n' }))?.title).toBe('without a title');
    for (const title of ['half \ud83d', `${'x'.repeat(118)}\u{1f525}${'y'.repeat(9)}`])
      expect((await first({ title }))?.title.isWellFormed()).toBe(true);
  });

  it.each([
    ['https://evil.example/issues/1/', 'https://sentry.io', null],
    ['https://notsentry.io/issues/1/', 'https://sentry.io', null],
    ['https://sentry.io@evil.example/issues/1/', 'https://sentry.io', null],
    ['http://sentry.io/issues/1/', 'https://sentry.io', null],
    ['javascript:alert(1)', 'https://sentry.io', null],
    [null, 'https://sentry.io', null],
    ['https://me:pw@sentry.io/issues/1/', 'https://sentry.io', 'https://sentry.io/issues/1/'],
    ['https://acme.sentry.io/issues/1/', 'https://de.sentry.io', 'https://acme.sentry.io/issues/1/'],
    ['https://sentry.acme.test/issues/1/', 'https://sentry.acme.test', 'https://sentry.acme.test/issues/1/'],
  ])('lead to %s, of %s, only when it is the same Sentry', async (permalink, url, link) => {
    expect(await first({ permalink }, url)).toMatchObject({ link });
  });
});
