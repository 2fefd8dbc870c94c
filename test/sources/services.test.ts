import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectReadings, type ReadingsSettings } from '../../src/sources/readings.ts';

/** The shapes in which services answer, as their documentation and their own clients have them. */

const NOW = '2026-11-22T20:00:00.000Z';
const token = { reveal: () => 's3cret' };
const connect = (settings: ReadingsSettings) => connectReadings(settings, { now: () => NOW });

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

describe('R28 Sentry', () => {
  /** https://docs.sentry.io/api/explore/query-explore-events-in-table-format/ */
  const events = (data: object[], units: object = {}) =>
    nock('https://sentry.io', { reqheaders: { authorization: 'Bearer s3cret' } })
      .get('/api/0/organizations/acme/events/')
      .query(true)
      .reply(200, {
        data,
        meta: {
          fields: { 'failure_rate()': 'percentage', 'count(span.duration)': 'integer' },
          units,
          datasetReason: 'unchanged',
          dataset: 'spans',
        },
      });
  const sentry = { organization: 'acme', project: 'web', token, environment: 'production', window: 300_000, url: 'https://sentry.io' };

  it('tells the share of failed transactions and how many there were', async () => {
    events([{ 'failure_rate()': 0.0004, 'count(span.duration)': 12_345 }]);
    expect(await connect({ error_rate: { sentry } }).measured.errorRate?.()).toEqual({
      ok: true,
      value: { errorRate: 0.0004, requests: 12_345 },
      source: 'Sentry sentry.io: failure_rate(), count(span.duration) of web, 5 min',
    });
  });

  it('asks for the transactions of the project in the environment', async () => {
    let asked = new URLSearchParams();
    nock('https://sentry.io')
      .get('/api/0/organizations/acme/events/')
      .query((parameters) => {
        asked = new URLSearchParams(parameters as Record<string, string>);
        return true;
      })
      .reply(200, { data: [{ 'p95(span.duration)': 87.5 }], meta: { units: { 'p95(span.duration)': 'millisecond' } } });
    expect(await connect({ p95: { sentry } }).measured.p95?.()).toMatchObject({ ok: true, value: 87.5 });
    expect(Object.fromEntries(asked)).toEqual({
      dataset: 'spans',
      field: 'p95(span.duration)',
      query: 'project:web is_transaction:true',
      statsPeriod: '5m',
      per_page: '1',
      environment: 'production',
    });
  });

  it('M19 no transaction is unknown, and seconds are no milliseconds', async () => {
    const { measured } = connect({ error_rate: { sentry }, p95: { sentry } });
    events([{ 'failure_rate()': null, 'count(span.duration)': 0 }]);
    expect(await measured.errorRate?.()).toMatchObject({ ok: false, why: expect.stringContaining('no transaction') });
    events([]);
    expect(await measured.errorRate?.()).toMatchObject({ ok: false, why: expect.stringContaining('no transaction') });
    events([{ 'p95(span.duration)': 0.4 }], { 'p95(span.duration)': 'second' });
    expect(await measured.p95?.()).toMatchObject({ ok: false, why: expect.stringContaining('another unit') });
  });
});

describe('R71 database errors', () => {
  it('are one number out of PromQL, or out of JSON', async () => {
    const answer = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [Date.parse(NOW) / 1000, '3.75'] }] } };
    nock('http://prom:9090').get('/api/v1/query').query({ query: 'sum(errors)', lookback_delta: '60s' }).reply(200, answer);
    const prometheus = { prometheus: 'http://prom:9090', query: 'sum(errors)', max_age: 60_000 };
    expect(await connect({ database_errors: prometheus }).measured.databaseErrors?.()).toMatchObject({ ok: true, value: 3 });
    nock('https://logs').get('/stats').reply(200, { errors: 0 });
    const json = { json: { reveal: () => 'https://logs/stats' }, at: '/errors', max_age: 60_000 };
    expect(await connect({ database_errors: json }).measured.databaseErrors?.()).toMatchObject({ ok: true, value: 0 });
  });
});

describe('M10 Vercel', () => {
  const vercel = { team: 'team_1', project: 'prj_1', token, window: 300_000, url: 'https://api.vercel.com' };

  it("R29 tells how long functions took on the server, by vercel metrics' own query", async () => {
    const sent = {
      reason: 'agent',
      scope: { type: 'project', ownerId: 'team_1', projectIds: ['prj_1'] },
      metric: 'vercel.function_invocation.function_duration_ms',
      aggregation: 'p95',
      startTime: '2026-11-22T19:55:00.000Z',
      endTime: NOW,
      granularity: { minutes: 5 },
      filter: "environment eq 'production'",
    };
    nock('https://api.vercel.com', { reqheaders: { authorization: 'Bearer s3cret' } })
      .post('/v2/observability/query?teamId=team_1', sent)
      .reply(200, {
        data: [{ timestamp: '2026-11-22T19:55:00.000Z', vercel_function_invocation_function_duration_ms_p95: 312.4 }],
        summary: [{ vercel_function_invocation_function_duration_ms_p95: 312.4 }],
        statistics: { rowsRead: 812, dbTimeSeconds: 0.02 },
      });
    expect(await connect({ p95: { vercel } }).measured.p95?.()).toMatchObject({ ok: true, value: 312.4 });
  });

  it('Web Vitals of real visits are no server latency, and are not even asked for', async () => {
    const { measured } = connect({ p95: { vercel: { ...vercel, metric: 'vercel.speed_insights.ttfb_ms' } } });
    expect(await measured.p95?.()).toMatchObject({ ok: false, why: expect.stringContaining('no server latency') });
  });

  it('no visit is unknown, not quick', async () => {
    const { measured } = connect({ p95: { vercel }, requests: { vercel } });
    for (const summary of [[], [{ p95: null }]]) {
      nock('https://api.vercel.com').post('/v2/observability/query').query(true).reply(200, { data: [], summary, statistics: {} });
      expect(await measured.p95?.()).toMatchObject({ ok: false, why: expect.stringContaining('nothing was measured') });
    }
    nock('https://api.vercel.com')
      .post(
        '/v2/observability/query',
        (body: { metric: string; aggregation: string }) => body.metric === 'vercel.request.count' && body.aggregation === 'sum',
      )
      .query(true)
      .reply(200, { summary: [{ vercel_request_count_sum: 5012 }] });
    expect(await measured.requests?.()).toMatchObject({ ok: true, value: 5012 });
  });
});

describe('Supabase', () => {
  const supabase = { project: 'abcdef', token, url: 'https://api.supabase.com' };
  /** https://supabase.com/docs/reference/api/v1-list-all-backups */
  const backups = (changes: object) =>
    nock('https://api.supabase.com', { reqheaders: { authorization: 'Bearer s3cret' } })
      .get('/v1/projects/abcdef/database/backups')
      .reply(200, { region: 'eu-central-1', walg_enabled: true, pitr_enabled: false, backups: [], physical_backup_data: {}, ...changes });
  const daily = (at: string, status = 'COMPLETED', physical = false) => ({ is_physical_backup: physical, status, inserted_at: at });

  it.each([
    ['none', {}, null, 'no backup'],
    [
      'the newest finished one',
      { backups: [daily('2026-11-21T03:00:00Z'), daily('2026-11-22T03:00:00.123'), daily('2026-11-22T19:00:00Z', 'PENDING')] },
      '2026-11-22T03:00:00.123Z',
      'daily backup',
    ],
    [
      'a physical one',
      { backups: [daily('2026-11-22T03:00:00+00:00', 'COMPLETED', true)] },
      '2026-11-22T03:00:00.000Z',
      'daily physical backup',
    ],
    [
      'M30 point-in-time recovery',
      {
        pitr_enabled: true,
        physical_backup_data: { earliest_physical_backup_date_unix: 1_795_000_000, latest_physical_backup_date_unix: 1_795_377_000 },
      },
      '2026-11-22T19:50:00.000Z',
      'point-in-time recovery',
    ],
    ['M30 point-in-time recovery that was bought and has nothing', { pitr_enabled: true }, null, 'point-in-time recovery'],
  ])('R19 automated backup: %s', async (_title, changes, newestAt, kind) => {
    backups(changes);
    expect(await connect({ automated_backup: { supabase } }).services.automatedBackup?.()).toMatchObject({
      ok: true,
      value: { newestAt, kind },
    });
  });

  it('R19 a backup of tomorrow is unknown', async () => {
    backups({ backups: [daily('2026-11-23T03:00:00Z')] });
    expect(await connect({ automated_backup: { supabase } }).services.automatedBackup?.()).toMatchObject({ ok: false });
  });

  it.each([
    ['ACTIVE_HEALTHY', 'none', true, 'database healthy; no incident on status.supabase.com'],
    ['UNHEALTHY', 'none', false, 'database not healthy; no incident on status.supabase.com'],
    ['ACTIVE_HEALTHY', 'major', true, 'database healthy; status.supabase.com says major'],
  ])('M25 %s while the status page says %s', async (status, indicator, well, words) => {
    /** https://supabase.com/docs/reference/api/v1-get-services-health */
    nock('https://api.supabase.com')
      .get('/v1/projects/abcdef/health?services=db')
      .reply(200, [{ name: 'db', healthy: well, status, info: { healthy: well, db_connected: true } }]);
    nock('https://status.supabase.com')
      .get('/api/v2/status.json')
      .reply(200, { page: { id: 'x', name: 'Supabase', url: 'https://status.supabase.com' }, status: { indicator, description: 'words' } });
    expect(await connect({ platform: { supabase } }).services.platform?.()).toMatchObject({ ok: true, value: { well, words } });
  });

  /** https://supabase.com/docs/guides/telemetry/metrics: node_exporter's names, basic authentication as service_role. */
  const page = (idle: number, user: number) =>
    nock('https://abcdef.supabase.co', { reqheaders: { authorization: `Basic ${btoa('service_role:s3cret')}` } })
      .get('/customer/v1/privileged/metrics')
      .reply(
        200,
        `# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.\n# TYPE node_cpu_seconds_total counter\nnode_cpu_seconds_total{cpu="0",mode="idle",service_type="db"} ${idle}\nnode_cpu_seconds_total{cpu="0",mode="iowait",service_type="db"} 5\nnode_cpu_seconds_total{cpu="0",mode="user",service_type="db"} ${user}\nnode_memory_MemAvailable_bytes{service_type="db"} 6.2e+08\nnode_memory_MemTotal_bytes{service_type="db"} 1e+09\n`,
        { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      );
  const metrics = { project: 'abcdef', key: token };

  it('R32 memory', async () => {
    page(100, 50);
    expect(await connect({ memory: { supabase: metrics } }).services.memory?.()).toMatchObject({ ok: true, value: expect.closeTo(0.38) });
  });

  it('R31 processor time is a share of what passed between two pages', async () => {
    const { services } = connect({ cpu: { supabase: metrics } });
    page(100, 50);
    expect(await services.cpu?.()).toMatchObject({ ok: false, why: expect.stringContaining('first page') });
    page(130, 120);
    expect(await services.cpu?.()).toMatchObject({ ok: true, value: expect.closeTo(0.7) });
    page(130, 120);
    expect(await services.cpu?.()).toMatchObject({ ok: true, value: expect.closeTo(0.7) });
    page(1, 1);
    expect(await services.cpu?.()).toMatchObject({ ok: false });
  });

  it('F49 counters that stand still are stale', async () => {
    const clock = { now: NOW };
    const { services } = connectReadings({ cpu: { supabase: metrics } }, { now: () => clock.now });
    for (const [idle, user] of [
      [100, 50],
      [130, 120],
      [130, 120],
    ] as const) {
      page(idle, user);
      await services.cpu?.();
    }
    clock.now = '2026-11-22T20:02:11.000Z';
    page(130, 120);
    expect(await services.cpu?.()).toMatchObject({ ok: false, why: expect.stringContaining('131 s old') });
  });
});

describe('PagerDuty', () => {
  const pager = { token, url: 'https://api.pagerduty.com' };
  const shift = (summary: string, level: number, [start, end]: readonly [string | null, string | null] = [null, null]) => ({
    escalation_policy: { id: 'PT20YPA', type: 'escalation_policy_reference', summary: 'Default' },
    escalation_level: level,
    schedule: { id: 'PI7DH85', type: 'schedule_reference', summary: 'Database' },
    user: { id: 'PT23IWX', type: 'user_reference', summary, self: 'https://api.pagerduty.com/users/PT23IWX', html_url: null },
    start,
    end,
  });
  /** https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls */
  const oncalls = (list: object[], more = false) =>
    nock('https://api.pagerduty.com', {
      reqheaders: { authorization: 'Token token=s3cret', accept: 'application/vnd.pagerduty+json;version=2' },
    })
      .get('/oncalls?schedule_ids[]=PI7DH85&earliest=true&limit=100')
      .reply(200, { oncalls: list, limit: 100, offset: 0, more, total: null });
  const onCall = () => connect({ on_call: { pagerduty: { ...pager, schedule: 'PI7DH85' } } }).services.onCall?.();
  const tonight = ['2026-11-22T18:00:00Z', '2026-11-23T06:00:00Z'] as const;
  const tomorrow = ['2026-11-23T06:00:00Z', '2026-11-23T18:00:00Z'] as const;

  it.each([
    ['first line first, each once', [shift('Lena', 2), shift('Noah', 1, tonight), shift('Noah', 3, tonight)], ['Noah', 'Lena']],
    ['only who is on call now', [shift('Kim', 1, tomorrow), shift('Noah', 1, tonight)], ['Noah']],
    ['nobody', [], []],
  ])('R18 on call: %s', async (_title, list, names) => {
    oncalls(list);
    expect(await onCall()).toEqual({ ok: true, value: names, source: 'PagerDuty schedule PI7DH85' });
  });

  it('R18 half a list, or one of other times, is unknown', async () => {
    oncalls([shift('Noah', 1)], true);
    expect(await onCall()).toMatchObject({ ok: false, why: expect.stringContaining('more entries') });
    oncalls([shift('Noah', 1, tomorrow)]);
    expect(await onCall()).toMatchObject({ ok: false, why: expect.stringContaining('compare the clocks') });
  });

  it('lists open incidents', async () => {
    /** https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents */
    const link = 'https://acme.pagerduty.com/incidents/PT4KHLK';
    nock('https://api.pagerduty.com')
      .get('/incidents?statuses[]=triggered&statuses[]=acknowledged&service_ids[]=PIJ90N7&limit=100')
      .reply(200, {
        incidents: [{ id: 'PT4KHLK', type: 'incident', title: 'Disk', urgency: 'high', status: 'triggered', html_url: link }],
        more: false,
      });
    expect(await connect({ incidents: { pagerduty: { ...pager, services: ['PIJ90N7'] } } }).services.incidents?.()).toMatchObject({
      ok: true,
      value: [{ id: 'PT4KHLK', title: 'Disk', urgency: 'high', link }],
    });
  });
});
