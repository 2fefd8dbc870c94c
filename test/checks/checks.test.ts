import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../checks/index.ts';
import { HEALTH_ITEMS, type MachineItem, type Verdict } from '../../src/domain/items.ts';
import type { Thresholds } from '../../src/domain/plan.ts';
import type { ApplicationReadings, DatabaseReadings, Finding, LongQuery, Reading } from '../../src/ports.ts';

const THRESHOLDS: Thresholds = {
  connections: 0.8,
  longQuerySeconds: 30,
  replicationLagSeconds: 10,
  diskFree: 0.2,
  latencyMs: 50,
  errorRate: 0.001,
  errorRateAlert: 0.01,
  p95Ms: 500,
  p95Factor: 2,
  p95FloorMs: 50,
  lockWaits: 5,
  minimumSamples: 100,
};

const QUERY: LongQuery = { pid: 42, seconds: 31, state: 'active', application: 'web', query: 'select ?' };
const read =
  <T>(value: T) =>
  () =>
    Promise.resolve<Reading<T>>({ ok: true, value, source: 'test' });
const unreadable = () => Promise.resolve({ ok: false, why: 'The database gave no answer within 2 s.', source: 'test' } as const);

const DATABASE: DatabaseReadings = {
  connections: unreadable,
  longQueries: unreadable,
  replicationLag: unreadable,
  diskFree: unreadable,
  latency: unreadable,
  lockWaits: unreadable,
  otherDumps: unreadable,
  close: () => Promise.resolve(),
};
const APPLICATION: ApplicationReadings = { health: unreadable, metrics: unreadable };

async function finding(
  item: MachineItem,
  sources: { database?: Partial<DatabaseReadings>; application?: Partial<ApplicationReadings> } = {},
): Promise<Finding> {
  const check = CHECKS.find((candidate) => candidate.item === item);
  if (!check) throw new Error(`No check for ${item}`);
  return await check.find(
    { database: { ...DATABASE, ...sources.database }, application: { ...APPLICATION, ...sources.application } },
    THRESHOLDS,
  );
}

it('lists every file of the folder, and one check for each line that a health check reads', async () => {
  const files = (await readdir(new URL('../../checks', import.meta.url))).filter((name) => name !== 'index.ts' && name !== 'check.ts');
  expect(CHECKS.map((check) => `${check.item.replaceAll('_', '-')}.ts`).toSorted()).toEqual(files.toSorted());
  expect(CHECKS.map((check) => check.item)).toEqual(HEALTH_ITEMS);
});

it('has a title for success and another for failure', () => {
  for (const check of CHECKS) expect(check.title).not.toBe(check.failureTitle);
});

it.each(HEALTH_ITEMS)('%s that cannot be read is unknown with the reason (invariant 10)', async (item) => {
  expect(await finding(item)).toMatchObject({ item, verdict: 'unknown', value: 'The database gave no answer within 2 s.', source: 'test' });
});

describe('judges strictly at the edge', () => {
  const connections = (used: number) => ({ database: { connections: read({ used, usable: 100, byState: {} }) } });
  const lag = (value: number | null) => ({ database: { replicationLag: read(value) } });
  const disk = (share: number) => ({ database: { diskFree: read({ share, bytes: 5e9 }) } });
  const latency = (ms: number) => ({ database: { latency: read(ms) } });
  const health = (status: number) => ({ application: { health: read({ status, ms: 12 }) } });
  const metrics = (changes: Partial<{ errorRate: number; p95Ms: number; requests: number }>) => ({
    application: { metrics: read({ errorRate: 0, p95Ms: 100, requests: 5000, ...changes }) },
  });

  it.each<[MachineItem, Parameters<typeof finding>[1], Verdict, string, string]>([
    ['connections', connections(79), 'pass', '79 of 100 (79 %)', '< 80 %'],
    ['connections', connections(80), 'breach', '80 of 100 (80 %)', '< 80 %'],
    ['connections', connections(101), 'breach', '101 of 100 (101 %)', '< 80 %'],
    ['long_queries', { database: { longQueries: read<readonly LongQuery[]>([]) } }, 'pass', 'none', 'none older than 30 s'],
    [
      'long_queries',
      { database: { longQueries: read([QUERY]) } },
      'breach',
      '1: web, pid 42, active for 31 s: select ?',
      'none older than 30 s',
    ],
    ['replication_lag', lag(9.99), 'pass', '9.9 s', '< 10 s'],
    ['replication_lag', lag(10), 'breach', '10 s', '< 10 s'],
    ['replication_lag', lag(0), 'pass', '0 s', '< 10 s'],
    ['replication_lag', lag(null), 'pass', 'not applicable: no replica', '< 10 s'],
    ['disk', disk(0.2), 'breach', '20 % free (5.0 GB)', '> 20 %'],
    ['disk', disk(0.2004), 'pass', '20.1 % free (5.0 GB)', '> 20 %'],
    ['latency', latency(49.96), 'pass', '49.9 ms', '< 50 ms'],
    ['latency', latency(50), 'breach', '50 ms', '< 50 ms'],
    ['latency', latency(0.42), 'pass', '0.4 ms', '< 50 ms'],
    ['app_health', health(200), 'pass', '200 in 12 ms', 'answers 2xx'],
    ['app_health', health(299), 'pass', '299 in 12 ms', 'answers 2xx'],
    ['app_health', health(503), 'breach', '503 in 12 ms', 'answers 2xx'],
    ['error_rate', metrics({ errorRate: 0.0009 }), 'pass', '0.09 % of 5000 requests', '< 0.1 %'],
    ['error_rate', metrics({ errorRate: 0.001 }), 'breach', '0.1 % of 5000 requests', '< 0.1 %'],
    ['error_rate', metrics({ errorRate: 0, requests: 99 }), 'unknown', '99 requests are too few to tell; 100 are needed', '< 0.1 %'],
    ['error_rate', metrics({ errorRate: 0, requests: 100 }), 'pass', '0 % of 100 requests', '< 0.1 %'],
    ['p95', metrics({ p95Ms: 499.9 }), 'pass', '499.9 ms', '< 500 ms'],
    ['p95', metrics({ p95Ms: 500 }), 'breach', '500 ms', '< 500 ms'],
    ['p95', metrics({ requests: 0 }), 'unknown', 'no request to measure', '< 500 ms'],
  ])('%s %#', async (item, sources, verdict, value, limit) => {
    expect(await finding(item, sources)).toEqual({ item, verdict, value, limit, source: 'test' });
  });
});
