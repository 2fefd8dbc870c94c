import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { disk } from '../../checks/disk.ts';
import { CHECKS } from '../../checks/index.ts';
import type { DiskFree } from '../../src/domain/disk-space.ts';
import { HEALTH_ITEMS, type MachineItem, type Verdict } from '../../src/domain/items.ts';
import type { Thresholds } from '../../src/domain/plan.ts';
import type { ApplicationReadings, DatabaseReadings, Dump, Finding, LongQuery, OtherReadings, Reading, Sources } from '../../src/ports.ts';
import { aBackup, aPlan, aRehearsal } from '../support/plans.ts';

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
  vitals: unreadable,
  dumps: unreadable,
  close: () => Promise.resolve(),
};
const APPLICATION: ApplicationReadings = { health: unreadable, metrics: unreadable };
const READINGS: OtherReadings = {
  activeUsers: unreadable,
  cpu: unreadable,
  memory: unreadable,
  automatedBackup: unreadable,
  restoreDrill: unreadable,
  incidents: unreadable,
  platform: unreadable,
};
const NOW = '2026-11-24T18:00:00.000Z';
const before = (ms: number) => new Date(Date.parse(NOW) - ms).toISOString();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function finding(
  item: MachineItem,
  sources: {
    database?: Partial<DatabaseReadings>;
    application?: Partial<ApplicationReadings>;
    readings?: OtherReadings;
    nextBackup?: Sources['nextBackup'];
  } = {},
): Promise<Finding> {
  const check = CHECKS.find((candidate) => candidate.item === item);
  if (!check) throw new Error(`No check for ${item}`);
  return await check.find(
    {
      database: { ...DATABASE, ...sources.database },
      application: { ...APPLICATION, ...sources.application },
      readings: { ...READINGS, ...sources.readings },
      ...(sources.nextBackup && { nextBackup: sources.nextBackup }),
    },
    THRESHOLDS,
    NOW,
  );
}

it('lists every file of the folder, and one check for each line that a health check reads', async () => {
  const files = (await readdir(new URL('../../checks', import.meta.url))).filter((name) => name !== 'index.ts' && name !== 'check.ts');
  expect(CHECKS.map((check) => `${check.item.replaceAll('_', '-')}.ts`).toSorted()).toEqual(files.toSorted());
  expect(CHECKS.map((check) => check.item)).toEqual(HEALTH_ITEMS);
});

it('R33 the disk is judged with the run’s own backup and what its rehearsal measured', async () => {
  const plan = aPlan();
  const backup = aBackup({ startedAt: NOW, finishedAt: NOW, bytes: 3e9 });
  const plain = aRehearsal(plan, { backupId: backup.id, at: NOW, grewBytes: 2e9 });
  const rehearsal = { ...plain, statements: plain.statements.map((entry) => ({ ...entry, walBytes: 0 })) };
  const on = (free: DiskFree) => {
    const database = { ...DATABASE, diskFree: read(free) };
    return disk.find({ database, application: APPLICATION, nextBackup: unreadable }, THRESHOLDS, NOW, { backup, rehearsal });
  };
  const numbers = 'more than 5.0 GB needed: backup 3.0 GB + rehearsed growth 2.0 GB';
  expect(await on({ share: 0.5, bytes: 5e9 })).toMatchObject({ verdict: 'breach', value: `50 % free (5.0 GB); ${numbers}` });
  expect(await on({ share: 0.5, bytes: 5e9 + 1 })).toMatchObject({ verdict: 'pass' });
  expect(await on({ share: 0.5, bytes: 2e9 + 1, backupsElsewhere: true })).toMatchObject({ verdict: 'pass' });
});

it('R33 the disk is unknown while nobody can say how large the backup will be (invariant 10)', async () => {
  const database = { diskFree: read({ share: 0.5, bytes: 5e9 }) };
  const unknown = (why: string) =>
    `50 % free (5.0 GB); more than 0 B needed; growth not counted: no rehearsal measured it yet; backup unknown: ${why}`;
  expect(await finding('disk', { database, nextBackup: unreadable })).toMatchObject({
    verdict: 'unknown',
    value: unknown('The database gave no answer within 2 s.'),
  });
  expect(await finding('disk', { database })).toMatchObject({ verdict: 'unknown', value: unknown('nothing says how large it will be') });
});

it('has a title for success and another for failure', () => {
  for (const check of CHECKS) expect(check.title).not.toBe(check.failureTitle);
});

it.each(HEALTH_ITEMS)('%s that cannot be read is unknown with the reason (invariant 10)', async (item) => {
  expect(await finding(item)).toMatchObject({ item, verdict: 'unknown', value: 'The database gave no answer within 2 s.', source: 'test' });
});

it('a line of the plan whose source is not configured any more is unknown, not passed (invariant 10)', async () => {
  const { dumps: _, ...database } = DATABASE;
  for (const check of CHECKS.filter(({ item }) =>
    ['cpu', 'memory', 'active_users', 'automated_backup', 'restore_drill', 'other_dumps', 'incidents', 'platform'].includes(item),
  ))
    expect(await check.find({ database, application: APPLICATION }, THRESHOLDS, NOW)).toMatchObject({
      verdict: 'unknown',
      value: 'Nothing is configured that could read this.',
    });
});

it('the limits of a plan count instead of the runbook’s (R99)', async () => {
  const limits = { ...THRESHOLDS, activeUsers: 10, cpu: 0.2, memory: 0.2, automatedBackupMs: HOUR, restoreDrillMs: DAY };
  const readings: OtherReadings = {
    activeUsers: read(10),
    cpu: read(0.2),
    memory: read(0.2),
    automatedBackup: read({ newestAt: before(HOUR + 1), kind: 'snapshot' }),
    restoreDrill: read({ restoredAt: before(DAY + 1), backup: 'acme-1' }),
  };
  for (const check of CHECKS.filter(({ item }) => ['cpu', 'memory', 'active_users', 'automated_backup', 'restore_drill'].includes(item)))
    expect(await check.find({ database: DATABASE, application: APPLICATION, readings }, limits, NOW)).toMatchObject({ verdict: 'breach' });
});

describe('judges strictly at the edge', () => {
  const users = (value: number) => ({ readings: { activeUsers: read(value) } });
  const cpu = (value: number) => ({ readings: { cpu: read(value) } });
  const memory = (value: number) => ({ readings: { memory: read(value) } });
  const automated = (newestAt: string | null) => ({ readings: { automatedBackup: read({ newestAt, kind: 'daily backup' }) } });
  const drill = (restoredAt: string | null) => ({ readings: { restoreDrill: read({ restoredAt, backup: 'acme-run41' }) } });
  const dumps = (...found: readonly Dump[]) => ({ database: { dumps: read<readonly Dump[]>(found) } });
  const incidents = (...urgencies: readonly ('high' | 'low')[]) => ({
    readings: {
      incidents: read(urgencies.map((urgency, n) => ({ id: `P${n}`, title: `${urgency} ${n}`, urgency, link: 'https://pager.test' }))),
    },
  });
  const platform = (well: boolean, words: string) => ({ readings: { platform: read({ well, words }) } });
  const NO_DUMP = 'none, and no snapshot over 30 s';
  const DISK_LIMIT = '> 20 %, and > backup + rehearsed growth';
  const NO_GROWTH = 'growth not counted: no rehearsal measured it yet';

  const connections = (used: number) => ({ database: { connections: read({ used, usable: 100, byState: {} }) } });
  const lag = (value: number | null) => ({ database: { replicationLag: read(value) } });
  const disk = (share: number, nextBackup = read(1e9)) => ({ database: { diskFree: read({ share, bytes: 5e9 }) }, nextBackup });
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
    ['disk', disk(0.2), 'breach', `20 % free (5.0 GB); more than 1.0 GB needed: backup 1.0 GB; ${NO_GROWTH}`, DISK_LIMIT],
    ['disk', disk(0.2004), 'pass', `20.1 % free (5.0 GB); more than 1.0 GB needed: backup 1.0 GB; ${NO_GROWTH}`, DISK_LIMIT],
    ['disk', disk(0.5, read(5e9)), 'breach', `50 % free (5.0 GB); more than 5.0 GB needed: backup 5.0 GB; ${NO_GROWTH}`, DISK_LIMIT],
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
    ['active_users', users(99), 'pass', '99', '< 100'],
    ['active_users', users(100), 'breach', '100', '< 100'],
    ['cpu', cpu(0.6999), 'pass', '69.9 %', '< 70 %'],
    ['cpu', cpu(0.7), 'breach', '70 %', '< 70 %'],
    ['memory', memory(0.7999), 'pass', '79.9 %', '< 80 %'],
    ['memory', memory(0.8), 'breach', '80 %', '< 80 %'],
    ['other_dumps', dumps(), 'pass', 'none', NO_DUMP],
    [
      'other_dumps',
      dumps({ pid: 77, what: 'dump', application: 'pg_dump', seconds: 0.04 }),
      'breach',
      '1: dump by pg_dump, pid 77, for 0 s',
      NO_DUMP,
    ],
    ['automated_backup', automated(before(DAY)), 'pass', 'daily backup, 24 h old', 'at most 24 h old'],
    ['automated_backup', automated(before(DAY + 1)), 'breach', 'daily backup, 25 h old', 'at most 24 h old'],
    ['automated_backup', automated(before(50 * 60_000)), 'pass', 'daily backup, 50 min old', 'at most 24 h old'],
    ['automated_backup', automated(null), 'breach', 'no daily backup exists', 'at most 24 h old'],
    ['automated_backup', automated(before(-HOUR)), 'unknown', 'daily backup dated in the future: compare the clocks', 'at most 24 h old'],
    ['restore_drill', drill(before(92 * DAY)), 'pass', 'acme-run41 restored 92 days ago', 'at most 92 days ago'],
    ['restore_drill', drill(before(92 * DAY + 1)), 'breach', 'acme-run41 restored 93 days ago', 'at most 92 days ago'],
    [
      'restore_drill',
      drill(null),
      'breach',
      'no backup of this target was restored yet; the proof of this run will be the first',
      'at most 92 days ago',
    ],
    ['incidents', incidents(), 'pass', 'none', 'none'],
    ['incidents', incidents('low'), 'breach', '1: low 0 (low urgency)', 'none'],
    ['incidents', incidents('low', 'high'), 'breach', '2: high 1 (high urgency)', 'none'],
    [
      'platform',
      platform(true, 'database healthy; status.supabase.com says minor'),
      'pass',
      'database healthy; status.supabase.com says minor',
      'operational',
    ],
    [
      'platform',
      platform(false, 'database not healthy; no incident on status.supabase.com'),
      'breach',
      'database not healthy; no incident on status.supabase.com',
      'operational',
    ],
  ])('%s %#', async (item, sources, verdict, value, limit) => {
    expect(await finding(item, sources)).toEqual({ item, verdict, value, limit, source: 'test' });
  });
});
