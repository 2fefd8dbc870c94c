import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { supabaseRecovery } from '../../src/sources/supabase-recovery.ts';

/** https://supabase.com/docs/reference/api/v1-restore-pitr-backup and v1-list-all-backups, whose shapes these are. */
const NOW = '2026-11-24T19:05:00.000Z';
const TO = '2026-11-24T18:46:00.000Z';
const API = 'https://api.supabase.com';
const PATH = '/v1/projects/abcdefghijklmnop/database/backups';
const supabase = (timeoutMs = 200) =>
  supabaseRecovery({ project: 'abcdefghijklmnop', token: { reveal: () => 's3cret' }, url: API }, { now: () => NOW, timeoutMs });

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

const posted = () => nock(API).post(`${PATH}/restore-pitr`);

describe('F61 asks Supabase to take the whole database back', () => {
  it('201 is the only answer that says that it goes on; the moment is sent as whole seconds, the token as a bearer', async () => {
    nock(API, { reqheaders: { authorization: 'Bearer s3cret', 'content-type': 'application/json' } })
      .post(`${PATH}/restore-pitr`, { recovery_time_target_unix: 1_795_545_960 })
      .reply(201);
    expect(await supabase().begin(TO)).toEqual({ answer: 'accepted' });
  });

  it.each([
    [401, 'it refuses our token'],
    [402, 'the plan of the organization does not include it'],
    [403, 'our token may not restore this project'],
    [404, 'it does not know the project'],
    [422, 'does not take this moment'],
    [429, 'we ask too often'],
  ])('%i is a refusal: nothing was begun', async (status, words) => {
    posted().reply(status, { message: 'details with s3cret' });
    const answer = await supabase().begin(TO);
    expect(answer).toMatchObject({ answer: 'refused', why: expect.stringContaining(words) });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });

  it.each([200, 202, 204, 302, 400, 408, 409, 418, 500, 502, 503, 504])('%i says neither: unknown', async (status) => {
    posted().reply(status, '<html>Please sign in</html>', { 'content-type': 'text/html', location: 'https://elsewhere.example' });
    expect(await supabase().begin(TO)).toMatchObject({ answer: 'unknown', why: expect.stringContaining(String(status)) });
  });

  it('409 may be what somebody else has begun, so nobody says that the database was not touched', async () => {
    posted().reply(409, { message: 'conflict' });
    const answer = await supabase().begin(TO);
    expect(answer).toMatchObject({ answer: 'unknown', why: expect.stringContaining('somebody may have begun it already') });
    expect(JSON.stringify(answer)).not.toContain('not touched');
  });

  it('no answer in time, a cut connection and an address that is not there are unknown', async () => {
    posted().delay(2_000).reply(201);
    expect(await supabase(50).begin(TO)).toEqual({ answer: 'unknown', why: 'Supabase gave no answer within 50 ms.' });
    nock.abortPendingRequests();
    posted().replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    expect(await supabase().begin(TO)).toMatchObject({ answer: 'unknown', why: expect.stringContaining('could not be reached') });
  });

  it('a wait that was asked for before keeps no request back: whoever calls it has counted on one', async () => {
    const asked = supabase();
    posted().reply(429, {}, { 'retry-after': '600' });
    posted().reply(201);
    expect(await asked.begin(TO)).toMatchObject({ answer: 'refused' });
    expect(await asked.begin(TO)).toEqual({ answer: 'accepted' });
  });

  it('names the request for a shell, without the token (invariant 9)', () => {
    expect(supabase().request(TO)).toBe(
      `curl -X POST ${API}${PATH}/restore-pitr -H "Authorization: Bearer $SUPABASE_ACCESS_TOKEN" -H "Content-Type: application/json" -d '{"recovery_time_target_unix":1795545960}'`,
    );
  });
});

describe('M30 how far Supabase can go back', () => {
  const listed = (answer: object) =>
    nock(API, { reqheaders: { authorization: 'Bearer s3cret' } })
      .get(PATH)
      .reply(200, answer);
  const data = { earliest_physical_backup_date_unix: 1_795_000_000, latest_physical_backup_date_unix: 1_795_546_000 };
  const answer = { region: 'eu-central-1', walg_enabled: true, pitr_enabled: true, backups: [], physical_backup_data: data };

  it('from the earliest to the latest moment of the log', async () => {
    listed(answer);
    expect(await supabase().span()).toEqual({
      ok: true,
      value: { earliest: '2026-11-18T11:06:40.000Z', latest: '2026-11-24T18:46:40.000Z' },
      source: 'Supabase backups of abcdefghijklmnop',
    });
  });

  it('who asked us to wait is not asked how far before', async () => {
    const asked = supabase();
    nock(API).get(PATH).reply(429, {}, { 'retry-after': '600' });
    expect(await asked.span()).toMatchObject({ ok: false, why: expect.stringContaining('we ask too often') });
    expect(await asked.span()).toMatchObject({ ok: false, why: expect.stringContaining('asked us to wait (429) until 19:15:00 UTC') });
  });

  it('nowhere where it is not switched on', async () => {
    listed({ ...answer, pitr_enabled: false });
    expect(await supabase().span()).toMatchObject({ ok: true, value: null });
  });

  it.each([
    { ...answer, physical_backup_data: {} },
    { ...answer, physical_backup_data: null },
    { ...answer, physical_backup_data: { ...data, latest_physical_backup_date_unix: null } },
  ])('switched on, and no moment yet: %j', async (without) => {
    listed(without);
    expect(await supabase().span()).toMatchObject({ ok: true, value: 'no moment yet' });
  });

  it('what it does not tell is unknown: another shape, HTML, a refused token, an old answer', async () => {
    listed({ ...answer, pitr_enabled: 'yes' });
    expect(await supabase().span()).toMatchObject({ ok: false, why: expect.stringContaining('pitr_enabled') });
    nock(API).get(PATH).reply(200, '<html>Please sign in</html>', { 'content-type': 'text/html' });
    expect(await supabase().span()).toMatchObject({ ok: false, why: expect.stringContaining('a web page (HTML)') });
    nock(API).get(PATH).reply(403);
    expect(await supabase().span()).toMatchObject({ ok: false, why: expect.stringContaining('refuses our token') });
    nock(API).get(PATH).reply(200, answer, { date: 'Tue, 24 Nov 2026 18:00:00 GMT' });
    expect(await supabase().span()).toMatchObject({ ok: false, why: expect.stringContaining('s old') });
  });
});
