import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { METRICS, type Sample } from '../../src/domain/monitor.ts';
import { plus } from '../../src/domain/instant.ts';
import { evening } from '../support/runs.ts';
import { sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

let on: TestLedger;
let runId = '';
beforeEach(async () => {
  on = await aLedger();
  runId = (await played(on, 'migrating')).run.id;
});
afterEach(async () => {
  await on.drop();
});

const START = evening('19:01');
const sample = (metric: Sample['metric'], seconds: number, value: number | null = seconds): Sample => ({
  metric,
  at: plus(START, seconds * 1000),
  value,
  detail: `after ${seconds} s`,
});

describe('samples', () => {
  test('come back oldest first, the newest of each metric', async () => {
    for (let second = 0; second < 9; second += 1) {
      await on.ledger.record(
        runId,
        METRICS.map((metric) => sample(metric, second)),
      );
    }
    const recent = await on.ledger.recent(runId, 5);
    expect(recent).toEqual([4, 5, 6, 7, 8].flatMap((second) => METRICS.map((metric) => sample(metric, second))));
    expect(await on.ledger.newest(runId)).toBe(sample('p95', 8).at);
  });

  test('of one run are not those of another', async () => {
    const other = (await played(on, 'migrating', 'other')).run.id;
    await on.ledger.record(other, [sample('p95', 1)]);
    expect(await on.ledger.recent(runId, 5)).toEqual([]);
    expect(await on.ledger.newest(runId)).toBeNull();
    expect(await on.ledger.recent('no-run', 5)).toEqual([]);
    expect(await on.ledger.newest('no-run')).toBeNull();
  });

  test('without a value are kept as unknown, and are no sign that the monitor reads anything', async () => {
    await on.ledger.record(runId, [sample('p95', 1, 118), sample('error_rate', 2, null), sample('p95', 3, Number.NaN)]);
    expect((await on.ledger.recent(runId, 5)).map((entry) => entry.value)).toEqual([118, null, null]);
    expect(await on.ledger.newest(runId)).toBe(sample('p95', 1).at);
  });

  test('are read in the order they were recorded, also when the clock was set back between', async () => {
    await on.ledger.record(runId, [sample('p95', 600)]);
    await on.ledger.record(runId, [sample('p95', 10)]);
    expect((await on.ledger.recent(runId, 5)).map((entry) => entry.value)).toEqual([600, 10]);
    expect(await on.ledger.newest(runId)).toBe(sample('p95', 10).at);
  });

  test('are kept for two hours of the ledger clock', async () => {
    await on.setClock(START);
    await on.ledger.record(runId, [sample('p95', 0)]);
    await on.setClock(plus(START, 7_200_000));
    await on.ledger.record(runId, [sample('p95', 7_200)]);
    expect(await on.ledger.recent(runId, 5)).toHaveLength(2);
    await on.setClock(plus(START, 7_201_000));
    await on.ledger.record(runId, [sample('p95', 7_201)]);
    expect((await on.ledger.recent(runId, 5)).map((entry) => entry.value)).toEqual([7_200, 7_201]);
  });

  test('are found through the index among many', async () => {
    await sql(
      on.url,
      `INSERT INTO offpeak.sample (run_id, metric, at, value, detail)
       SELECT $1, (ARRAY['p95', 'error_rate'])[1 + n % 2], timestamptz '2026-11-24 19:00Z', n, '' FROM generate_series(1, 50000) AS n`,
      [runId],
    );
    await sql(on.url, 'ANALYZE offpeak.sample');
    const read = async () => {
      const [row] = await sql<{ scans: number; read: number }>(
        on.url,
        `SELECT idx_scan::int AS scans, (seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_user_tables WHERE relname = 'sample'`,
      );
      return row ?? { scans: 0, read: 0 };
    };
    const before = await read();
    for (let round = 0; round < 20; round += 1) await on.ledger.recent(runId, 5);
    // A session tells the statistics of its work when it ends, at the latest.
    await on.ledger.close();
    const after = await until(async () => ((await read()).scans >= before.scans + 20 * METRICS.length ? await read() : null), {
      what: 'the statistics of twenty reads',
    });
    expect(after.read - before.read).toBeLessThanOrEqual(20 * 2 * 5);
    expect((await on.another().recent(runId, 1)).map((entry) => entry.value)).toEqual([49_999, 50_000]);
  });
});

test('progress is the last that was reported, also for more rows than an int4 holds', async () => {
  expect(await on.ledger.progress(runId)).toBeNull();
  expect(await on.ledger.progress('no-run')).toBeNull();
  await on.ledger.report(runId, { position: 2, doneRows: 1_000, totalRows: 5_000_000_000, rowsPerSecond: null, note: '', at: START });
  const note = 'a replica is 14 s behind (limit 10 s)';
  const last = { position: 2, doneRows: 4_200_000_000, totalRows: 5_000_000_000, rowsPerSecond: 41_250.5, note, at: plus(START, 1) };
  await on.ledger.report(runId, last);
  expect(await on.another().progress(runId)).toEqual(last);
});

describe('messages', () => {
  const card = { key: 'card', channel: 'C0OPS', ts: '1764010000.000100', hash: 'a', postedAt: START };

  test('are found by run and by their place in Slack', async () => {
    const alert = { ...card, runId, key: 'alert:p95', ts: '1764010000.000200', postedAt: plus(START, 5) };
    await on.ledger.save({ ...card, runId });
    await on.ledger.save(alert);
    expect(await on.ledger.posted(runId)).toEqual([{ ...card, runId }, alert]);
    expect(await on.ledger.find('C0OPS', alert.ts)).toEqual(alert);
    expect(await on.ledger.find('C0OTHER', alert.ts)).toBeNull();
    expect(await on.ledger.posted('no-run')).toEqual([]);
  });

  test('saved again under their key take the place of the one before', async () => {
    await on.ledger.save({ ...card, runId });
    const moved = { ...card, runId, ts: '1764010099.000100', hash: 'b', postedAt: plus(START, 9) };
    await on.ledger.save(moved);
    expect(await on.ledger.posted(runId)).toEqual([moved]);
    expect(await on.ledger.find('C0OPS', card.ts)).toBeNull();
  });

  test('T9 tell the channel of the newest card, and no direct message or reply beside it', async () => {
    expect(await on.ledger.lastChannel()).toBeNull();
    await on.ledger.save({ ...card, runId });
    await on.ledger.save({ ...card, runId, key: 'direct:U0ANA:card', channel: 'D0ANA', postedAt: plus(START, 5) });
    await on.ledger.save({ ...card, runId, key: 'alert:p95', channel: 'C0OTHER', postedAt: plus(START, 9) });
    expect(await on.ledger.lastChannel()).toBe('C0OPS');
  });
});

test('processes are as they last said they live, by the clock of the ledger', async () => {
  await on.setClock(START);
  await on.ledger.beat({ name: 'worker-1', role: 'worker', pid: 17, version: '0.1.0' });
  await on.ledger.beat({ name: 'bot-1', role: 'bot', pid: 18, version: '0.1.0' });
  await on.setClock(plus(START, 3_000));
  await on.ledger.beat({ name: 'worker-1', role: 'worker', pid: 19, version: '0.2.0' });
  expect(await on.another().beats()).toEqual([
    { name: 'bot-1', role: 'bot', pid: 18, version: '0.1.0', seenAt: START },
    { name: 'worker-1', role: 'worker', pid: 19, version: '0.2.0', seenAt: plus(START, 3_000) },
  ]);
});
