import { describe, expect, it } from 'vitest';
import { listener } from '../../src/worker/monitor.ts';
import { databaseSamples, enoughForBaseline, signalSamples, typical } from '../../src/worker/samples.ts';
import type { Sample } from '../../src/domain/monitor.ts';
import { sourceWatch } from '../../src/worker/source-watch.ts';
import { recoveryWatch } from '../../src/worker/recovery.ts';
import { BASELINE, by, evening, storyTo } from '../support/runs.ts';
import { aSignal, aWatchedRun } from './a-watched-run.ts';

const AT = evening('19:02');
const BAD = { errorRate: 0, requests: 500, p95Ms: 900 };
const migrating = () => aWatchedRun(storyTo('migrating').run, AT);

describe('a source of the monitor', () => {
  it('M19 asked five times for one measurement is one sample, and no alert', async () => {
    const watched = migrating();
    const ask = listener(watched.task, aSignal([{ ...BAD, at: evening('19:01:58') }]));
    for (let second = 0; second < 5; second += 1) {
      await ask(watched.run());
      watched.pass(1);
    }
    expect(watched.samples.filter(({ metric }) => metric === 'p95')).toHaveLength(1);
    expect(watched.run().alerts.p95).toBeUndefined();
  });

  it('that measured three times over the limit raises, and says since when', async () => {
    const watched = migrating();
    const ask = listener(watched.task, aSignal(['19:01:58', '19:02:13', '19:02:28'].map((time) => ({ ...BAD, at: evening(time) }))));
    for (let third = 0; third < 3; third += 1) {
      await ask(watched.run());
      watched.pass(15);
    }
    expect(watched.run().alerts.p95).toMatchObject({ level: 'roll_back', value: 900, limit: 118 * 1.2, since: AT });
  });

  it('F49 that cannot be read leaves samples without a value, and raises nothing', async () => {
    const watched = migrating();
    const ask = listener(watched.task, aSignal([]));
    for (let second = 0; second < 5; second += 1) await ask(watched.run());
    expect(new Set(watched.samples.map(({ metric, value }) => `${metric} ${value}`))).toEqual(new Set(['error_rate null', 'p95 null']));
    expect(watched.reported).toEqual([]);
  });

  it('M19 with too few requests says nothing about errors, and something about time', () => {
    const told = signalSamples(aSignal([]), { ok: true, value: { ...BAD, requests: 19 }, source: 's' }, { minimumSamples: 20, at: AT });
    expect(told.map(({ metric, value, detail }) => [metric, value, detail])).toEqual([
      ['error_rate', null, 'only 19 requests'],
      ['p95', 900, 's'],
    ]);
  });

  it('R71 that counts database errors tells them, one that does not is not unknown for it', () => {
    const asked = { minimumSamples: 20, at: AT };
    const told = (databaseErrors?: number) =>
      signalSamples(
        aSignal([]),
        { ok: true, value: { ...BAD, ...(databaseErrors === undefined ? {} : { databaseErrors }) }, source: 's' },
        asked,
      );
    expect(told(3).find(({ metric }) => metric === 'database_errors')?.value).toBe(3);
    expect(told().some(({ metric }) => metric === 'database_errors')).toBe(false);
  });
});

describe('R71 a source that was named for the database errors', () => {
  const counting = (before: number | null, counts: readonly number[]) => {
    const { run } = storyTo('migrating');
    const watched = aWatchedRun({ ...run, baseline: { ...BASELINE, database_errors: before } }, AT);
    const answers = counts.map((databaseErrors) => ({ databaseErrors }));
    const ask = listener(watched.task, aSignal(answers, 15_000, ['database_errors']));
    const asked = async () => {
      for (const _count of counts) {
        await ask(watched.run());
        watched.pass(15);
      }
      return watched.run().alerts.database_errors;
    };
    return { watched, asked };
  };

  it('raises the alert that says roll back when it counts more than before the first write', async () => {
    expect(await counting(0, [1, 1, 2]).asked()).toMatchObject({ level: 'roll_back', value: 2, limit: 0, baseline: 0 });
    expect(await counting(2, [3, 3, 3]).asked()).toMatchObject({ level: 'roll_back', limit: 2 });
  });

  it('raises nothing from 0 to 0, nor from what it was to what it was', async () => {
    expect(await counting(0, [0, 0, 0, 0, 0]).asked()).toBeUndefined();
    expect(await counting(2, [2, 2, 2, 2, 2]).asked()).toBeUndefined();
  });

  it('asks only to consider where it could not be read before', async () => {
    expect(await counting(null, [1, 1, 1]).asked()).toMatchObject({ level: 'consider' });
  });

  it('F49 that cannot be read is unknown, and dark when it could be read before', async () => {
    const { watched } = counting(0, []);
    const signal = aSignal([], 15_000, ['database_errors']);
    const look = sourceWatch(watched.task, [signal]);
    watched.sampled({ database_errors: 0 });
    const ask = listener(watched.task, signal);
    for (let round = 0; round < 5; round += 1) {
      watched.pass(15);
      await ask(watched.run());
      await look(watched.run(), watched.now());
    }
    expect(watched.samples.slice(1).map(({ metric, value }) => `${metric} ${value}`)).toEqual(Array(5).fill('database_errors null'));
    expect(Object.values(watched.run().lost)).toMatchObject([{ metrics: ['database_errors'], detail: 'no answer' }]);
  });
});

describe('what PostgreSQL says', () => {
  const locks = { waiting: 12, behindUs: 12, blocker: { pid: 4711, application: 'reporting', ours: false } };
  const vitals = { used: 40, usable: 80, hidden: 0, longest: null, locks };

  it('R53 names the true blocker, and how many wait behind our own statement', () => {
    const [, , waits] = databaseSamples({ ok: true, value: vitals, source: 's' }, AT);
    expect(waits).toMatchObject({
      value: 12,
      detail: '12 waiting, 12 of them behind our own statement; pid 4711 (reporting) holds them up',
    });
  });

  it('invariant 10: while sessions are hidden nobody knows how long queries run; when nothing is read, nothing is known', () => {
    const hidden = databaseSamples({ ok: true, value: { ...vitals, hidden: 3 }, source: 's' }, AT);
    expect(hidden.map(({ metric, value }) => [metric, value])).toEqual([
      ['connections', 0.5],
      ['long_queries', null],
      ['lock_waits', 12],
    ]);
    const none = databaseSamples({ ok: false, why: 'away', source: 's' }, AT);
    expect(none.every(({ value, detail }) => value === null && detail === 'away')).toBe(true);
  });
});

describe('R52 the baseline', () => {
  const p95 = (values: readonly (number | null)[]): readonly Sample[] =>
    values.map((value) => ({ metric: 'p95', at: AT, value, detail: '' }));

  it('is the middle of nine known readings, so that one slow one is no baseline', () => {
    expect(typical(p95([9_000, 100, 110, 120, 130, 140, 150, 160, null, 170]), 9).p95).toBe(140);
    expect(typical(p95([null, null]), 9).p95).toBeNull();
  });

  it('waits for three readings of whatever is read, and not for what is not', () => {
    expect(enoughForBaseline(p95([100, 110]))).toBe(false);
    expect(enoughForBaseline(p95([100, null, 110, 120]))).toBe(true);
    expect(enoughForBaseline(p95([null, null, null]))).toBe(true);
  });
});

describe('F49 a source that goes dark', () => {
  const sources = [{ name: 'The application', metrics: ['error_rate', 'p95'] as const, everyMs: 1_000 }];

  it('is told to the run after a minute, once, and when it is back', async () => {
    const watched = migrating();
    const look = sourceWatch(watched.task, sources);
    watched.sampled({ error_rate: 0, p95: 120 });
    for (let second = 0; second < 90; second += 1) {
      watched.pass(1);
      watched.sampled({ error_rate: null, p95: null });
      await look(watched.run(), watched.now());
      expect(Object.keys(watched.run().lost).length).toBe(second < 60 ? 0 : 1);
    }
    expect(watched.run().lost['The application']).toMatchObject({ since: AT, detail: 'no answer' });
    watched.sampled({ error_rate: 0, p95: 120 });
    await look(watched.run(), watched.now());
    expect([watched.run().lost, watched.reported.length]).toEqual([{}, 2]);
    expect(watched.run().darkMs).toBe(90_000);
  });

  it('is dark while one of its metrics is, and is none of ours when it could not be read before either', async () => {
    const watched = migrating();
    const look = sourceWatch(watched.task, sources);
    watched.sampled({ error_rate: 0, p95: 120 });
    for (let second = 0; second < 61; second += 1) {
      watched.pass(1);
      watched.sampled({ error_rate: null, p95: 120 });
      await look(watched.run(), watched.now());
    }
    expect(Object.keys(watched.run().lost)).toEqual(['The application']);
    const never = aWatchedRun({ ...storyTo('migrating').run, baseline: { ...BASELINE, error_rate: null, p95: null } }, AT);
    const other = sourceWatch(never.task, sources);
    never.pass(600);
    await other(never.run(), never.now());
    expect(never.reported).toEqual([]);
  });

  it('is remembered by the next worker from the samples', async () => {
    const watched = migrating();
    watched.sampled({ error_rate: 0, p95: 120 });
    for (let second = 0; second < 50; second += 1) {
      watched.pass(1);
      watched.sampled({ error_rate: null, p95: null });
    }
    const next = sourceWatch(watched.task, sources);
    await next(watched.run(), watched.now());
    watched.pass(11);
    await next(watched.run(), watched.now());
    expect(watched.run().lost['The application']?.since).toBe(AT);
  });
});

describe('R80 after a rollback', () => {
  const well = { error_rate: 0, p95: 120, connections: 0.3, long_queries: 0, lock_waits: 0 };
  const rolledBack = () => {
    const { run, now } = storyTo('rolled_back');
    const watched = aWatchedRun(run, now);
    const look = recoveryWatch(watched.task);
    const seconds = async (many: number, values: Parameters<typeof watched.sampled>[0]) => {
      for (let second = 0; second < many; second += 1) {
        watched.pass(1);
        watched.sampled(values);
        await look(watched.run(), { now: watched.now(), samples: watched.newest(), freshMs: () => 7_000 });
      }
    };
    return { watched, seconds };
  };

  it('recovered is said after five minutes in which all is well', async () => {
    const { watched, seconds } = rolledBack();
    await seconds(300, well);
    expect(watched.run().recovery).toBeNull();
    await seconds(1, well);
    expect(watched.run().recovery).toMatchObject({ after: { p95: 120 } });
  });

  it('begins to count anew after a breach and after a gap: unknown is not recovered', async () => {
    const { watched, seconds } = rolledBack();
    await seconds(200, well);
    await seconds(1, { ...well, p95: 900 });
    await seconds(200, well);
    await seconds(1, { ...well, p95: null });
    await seconds(299, well);
    expect(watched.run().recovery).toBeNull();
    await seconds(2, well);
    expect(watched.run().recovery?.after).not.toBeNull();
  });

  it('is given up after an hour, with what is not well', async () => {
    const { watched, seconds } = rolledBack();
    watched.pass(3_590);
    await seconds(20, { ...well, p95: 900 });
    expect(watched.run().recovery).toMatchObject({ after: null, detail: 'An hour after the rollback not every signal is well: the p95.' });
    expect(watched.says(by('ana'), { type: 'roll_back' }).ok).toBe(false);
  });
});
