import { afterAll, describe, expect, it } from 'vitest';
import { appHealth } from '../../checks/app-health.ts';
import type { Thresholds } from '../../src/domain/plan.ts';
import type { DatabaseReadings, Reading } from '../../src/ports.ts';
import { applicationReadings } from '../../src/sources/application.ts';
import { httpClient, type HttpClient } from '../../src/sources/http.ts';
import { diskReading } from '../../src/sources/disk.ts';
import { jsonBackup, jsonNames, jsonReading } from '../../src/sources/json-probe.ts';
import { pagerDutyIncidents, pagerDutyOnCall } from '../../src/sources/pagerduty.ts';
import { prometheusReading } from '../../src/sources/prometheus.ts';
import { sentryIssues } from '../../src/sources/sentry-issues.ts';
import { sentryErrors, sentryP95 } from '../../src/sources/sentry.ts';
import { supabaseBackup, supabaseCpu, supabaseMemory, supabasePlatform } from '../../src/sources/supabase.ts';
import { vercelP95 } from '../../src/sources/vercel.ts';
import { FAULTS, faultyServer, type Answer, type Fault, type FaultyServer } from './faulty-server.ts';

const TIMES = { now: '2026-11-22T20:00:00.000Z', stale: '2026-11-22T19:57:00.000Z', future: '2026-11-22T20:00:30.000Z' };
const TIMEOUT_MS = 300;
const SECRET = 's3cret-token-of-ours';
const token = { reveal: () => SECRET };
const now = () => TIMES.now;
const seconds = (at: string) => Date.parse(at) / 1000;
const json = (text: Answer['text']): Answer => ({ type: 'application/json', text });

type Subject = {
  readonly name: string;
  readonly read: (url: string, http: HttpClient) => () => Promise<Reading<unknown>>;
  readonly answer: (url: string) => Answer;
  /** The value of a good answer, as it is written there. */
  readonly good: string;
  /** Good readings it needs before it has a number. */
  readonly before?: number;
  /** What is no fault of this one, and why. */
  readonly except?: Partial<Record<Fault, string>>;
};

const minute = { max_age: 60_000 };
const sentry = { organization: 'acme', project: 'web', token, window: 300_000 };
let page = 0;

const SUBJECTS: readonly Subject[] = [
  {
    name: 'application metrics',
    read: (url) => {
      const application = applicationReadings({ healthUrl: null, metricsUrl: `${url}/m?key=${SECRET}`, timeoutMs: TIMEOUT_MS, now });
      return () => application.metrics();
    },
    answer: () => json((value, at) => `{"error_rate": ${value}, "p95_ms": 20, "requests": 900, "at": "${at}"}`),
    good: '0.0002',
  },
  {
    name: 'prometheus',
    read: (url, http) => prometheusReading({ prometheus: url, query: 'up', token, ...minute }, { http, now, quantity: 'share' }),
    answer: () =>
      json((value, at) => {
        // A number where Prometheus writes text is the wrong type here.
        const written = value === '"0.5"' ? '0.5' : `"${value.replace('Infinity', '+Inf')}"`;
        return `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[${seconds(at)},${written}]}]}}`;
      }),
    good: '0.4',
  },
  {
    name: 'prometheus, its targets',
    read: (url, http) =>
      prometheusReading({ prometheus: url, query: 'cpu', alive: 'up', token, ...minute }, { http, now, quantity: 'share' }),
    answer: (url) =>
      json((value, at) => {
        const alive = url.includes('timestamp') ? String(seconds(at)) : '0.4';
        const written = value === '"0.5"' ? '0.5' : value === '0.4' ? `"${alive}"` : `"${value.replace('Infinity', '+Inf')}"`;
        return `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[${seconds(TIMES.now)},${written}]}]}}`;
      }),
    good: '0.4',
  },
  {
    name: 'JSON number',
    read: (url, http) =>
      jsonReading(
        { json: { reveal: () => `${url}/x?key=${SECRET}` }, at: '/cpu', time: '/at', token, ...minute },
        { http, now, quantity: 'share' },
      ),
    answer: () => json((value, at) => `{"cpu": ${value}, "at": "${at}"}`),
    good: '0.4',
  },
  {
    name: 'JSON disk',
    read: (url, http) =>
      diskReading({ json: { reveal: () => url }, at: '/free', size: '/size', time: '/at', token, ...minute }, { http, now }),
    answer: () => json((value, at) => `{"free": ${value}, "size": 1000, "at": "${at}"}`),
    good: '400',
  },
  {
    name: 'JSON backup',
    read: (url, http) => jsonBackup({ json: { reveal: () => url }, at: '/newest', time: '/at', token, ...minute }, { http, now }),
    answer: () => json((value, at) => `{"newest": ${value}, "at": "${at}"}`),
    good: '"2026-11-22T03:00:00Z"',
    except: { null: 'says that there is none' },
  },
  {
    name: 'JSON names',
    read: (url, http) => jsonNames({ json: { reveal: () => url }, at: '/names', time: '/at', token, ...minute }, { http, now }),
    answer: () => json((value, at) => `{"names": ${value}, "at": "${at}"}`),
    good: '["Noah"]',
    except: { 'a number in quotes': 'is a name' },
  },
  {
    name: 'Sentry errors',
    read: (url, http) => sentryErrors({ ...sentry, url }, http),
    answer: () => json((value) => `{"data":[{"failure_rate()": ${value}, "count(span.duration)": 4000}],"meta":{"units":{}}}`),
    good: '0.0004',
  },
  {
    name: 'Sentry p95',
    read: (url, http) => sentryP95({ ...sentry, url }, http),
    answer: () => json((value) => `{"data":[{"p95(span.duration)": ${value}}],"meta":{"units":{"p95(span.duration)":"millisecond"}}}`),
    good: '120.5',
  },
  {
    name: 'R51 Sentry new issues',
    read: (url, http) => () => sentryIssues({ ...sentry, url }, { http, now })('2026-11-22T19:59:00.000Z'),
    answer: () => json((value, at) => `[{"title": "Error", "count": ${value}, "firstSeen": "${at}", "permalink": null}]`),
    good: '"4"',
  },
  {
    name: 'Vercel p95',
    read: (url, http) => vercelP95({ team: 'team_1', project: 'prj_1', token, window: 300_000, url }, { http, now }),
    answer: () => json((value) => `{"data":[],"summary":[{"p95": ${value}}],"statistics":{}}`),
    good: '180',
  },
  {
    name: 'Supabase backup',
    read: (url, http) => supabaseBackup({ project: 'abc', token, url }, { http, now }),
    answer: () =>
      json(
        (value) =>
          `{"region":"eu","walg_enabled":true,"pitr_enabled":false,"backups":[{"is_physical_backup":true,"status":"COMPLETED","inserted_at":${value}}],"physical_backup_data":{}}`,
      ),
    good: '"2026-11-22T03:00:00Z"',
  },
  {
    name: 'Supabase memory',
    read: (url, http) => supabaseMemory({ project: 'abc', key: token, url }, { http, now }),
    answer: () => ({
      type: 'text/plain',
      text: (value) => `# TYPE x gauge\nnode_memory_MemTotal_bytes 8e9\nnode_memory_MemAvailable_bytes{a="b"} ${value}\n`,
    }),
    good: '6e9',
  },
  {
    name: 'Supabase cpu',
    read: (url, http) => supabaseCpu({ project: 'abc', key: token, url }, { http, now }),
    answer: () => ({
      type: 'text/plain',
      text: (value) => {
        page += 1;
        const counted = value === '1' ? String(page * 10) : value;
        return `node_cpu_seconds_total{cpu="0",mode="idle"} ${page * 40}\nnode_cpu_seconds_total{cpu="0",mode="user"} ${counted}\n`;
      },
    }),
    good: '1',
    before: 2,
  },
  {
    name: 'Supabase platform',
    read: (url, http) => supabasePlatform({ project: 'abc', token, url }, { http, now, statusPage: `${url}/page` }),
    answer: (url) =>
      url.startsWith('/page') ? json(() => '{"status":{"indicator":"none"}}') : json((value) => `[{"name":"db","status":${value}}]`),
    good: '"ACTIVE_HEALTHY"',
  },
  {
    name: 'PagerDuty on call',
    read: (url, http) => pagerDutyOnCall({ token, schedule: 'PI7DH85', url }, { http, now }),
    answer: () => json((value) => `{"oncalls":[{"user":{"summary":${value}},"escalation_level":1,"start":null,"end":null}],"more":false}`),
    good: '"Noah"',
    except: { 'a number in quotes': 'is a name' },
  },
  {
    name: 'PagerDuty incidents',
    read: (url, http) => pagerDutyIncidents({ token, services: ['P1'], url }, http),
    answer: () =>
      json(
        (value) => `{"incidents":[{"id":"Q1","title":${value},"urgency":"high","html_url":"https://acme.pagerduty.com/Q1"}],"more":false}`,
      ),
    good: '"Disk"',
    except: { 'a number in quotes': 'is a title' },
  },
];

const servers: FaultyServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function served({ answer, good }: Pick<Subject, 'answer' | 'good'>): Promise<FaultyServer> {
  const server = await faultyServer((request) => answer(decodeURIComponent(request.url ?? '')), { times: TIMES, good });
  servers.push(server);
  return server;
}

describe.each(SUBJECTS)('$name', (subject) => {
  it('reads a good answer, so that what follows is the fault of the fault', async () => {
    const server = await served(subject);
    const read = subject.read(server.url, httpClient({ timeoutMs: TIMEOUT_MS, now }));
    for (let times = 1; times < (subject.before ?? 1); times += 1) await read();
    expect(await read()).toMatchObject({ ok: true });
  });

  it.concurrent.each(FAULTS.filter((fault) => subject.except?.[fault] === undefined))(
    'T10 F49 %s: unknown in time, without a secret',
    async (fault) => {
      const server = await served(subject);
      const url = fault === 'TLS that fails' ? server.url.replace('http:', 'https:') : server.url;
      const read = subject.read(url, httpClient({ timeoutMs: TIMEOUT_MS, now }));
      for (let times = 0; times < (subject.before ?? 0); times += 1) await read();
      server.turn(fault);
      const started = performance.now();
      const reading = await read();
      expect(performance.now() - started).toBeLessThan(2 * TIMEOUT_MS + 1500);
      expect(reading).toMatchObject({ ok: false, why: expect.stringMatching(/^[A-Z].{15,}\.$/) });
      expect(JSON.stringify(reading)).not.toMatch(new RegExp(`${SECRET}|${Buffer.from(SECRET).toString('base64').slice(0, 8)}`));
      expect(server.counted.bytes).toBeLessThan(12_000_000);
    },
    10_000,
  );
});

describe('application health', () => {
  const faults: readonly Fault[] = [
    '429 with Retry-After',
    '429 without Retry-After',
    '500 with the right body',
    '502 with HTML',
    'no answer',
    'TLS that fails',
    'a redirect to an internal address',
  ];
  it.each(faults)('T10 %s is never a pass', async (fault) => {
    const server = await served({ answer: () => json(() => '{}'), good: '1' });
    const url = fault === 'TLS that fails' ? server.url.replace('http:', 'https:') : server.url;
    server.turn(fault);
    const application = applicationReadings({ healthUrl: `${url}/?key=${SECRET}`, metricsUrl: null, timeoutMs: TIMEOUT_MS, now });
    const finding = await appHealth.find({ application, database: {} as DatabaseReadings }, {} as Thresholds, now());
    expect(finding.verdict).not.toBe('pass');
    expect(JSON.stringify(finding)).not.toContain(SECRET);
  });
});
