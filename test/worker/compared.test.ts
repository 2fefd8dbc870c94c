import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { forEnd } from '../../src/domain/end-comparison.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Run } from '../../src/domain/run.ts';
import { beginMigrating } from '../../src/worker/steps/begin.ts';
import { finish } from '../../src/worker/steps/finish.ts';
import type { Task } from '../../src/worker/task.ts';
import { evening, PEOPLE, by } from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';

const statements = { resetAt: null, statements: [{ id: '7', calls: 2, ms: 3.5, query: 'SELECT 1' }] };
const activity = { now: 5, earlier: [4, 6] };

/** What the step reports of this run, and from how many milliseconds on it asked for statements. */
async function reportedBy(step: typeof finish, run: Run, now: string) {
  const asked: (number | null)[] = [];
  const reported: Command[] = [];
  const database = {
    statements: async (leastMs: number | null) => {
      asked.push(leastMs);
      return { ok: true, value: statements, source: 'test' };
    },
  };
  const readings = { userActivity: async () => ({ ok: true, value: activity, source: 'test' }) };
  const sample = { metric: 'lock_waits', at: now, value: 0, detail: '' };
  const task = {
    services: {
      checks: [],
      sha256: () => 'f',
      people: () => PEOPLE,
      ledger: { now: async () => now, recent: async () => [sample, sample, sample], newest: async () => now },
    },
    context: {
      sources: { database, readings },
      target: { identity: async () => run.plan.identity, fingerprint: async () => ({ hash: run.plan.fingerprint, lines: [] }) },
    },
    lockTarget: async () => true,
    report: async (command: Command) => {
      reported.push(command);
      return { ok: false };
    },
  } as unknown as Task;
  const prepared = run.state === 'preparing' ? { ...run, plan: { ...run.plan, items: [] } } : run;
  await step({ task, run: prepared, signal: new AbortController().signal } as Parameters<typeof finish>[0]);
  return { asked, reported };
}

describe('R67 R68 what the end is compared with', () => {
  it('is read just before the first write, every statement of it, and kept with the run', async () => {
    const { run, now } = storyTo('preparing_ready');
    const { asked, reported } = await reportedBy(beginMigrating, run, now);
    expect(asked).toEqual([null]);
    const told = { statements: { ok: true, value: statements }, activity: { ok: true, value: activity } } as const;
    expect(reported).toMatchObject([{ type: 'begin_migrating', forEnd: forEnd(told), newestSample: now }]);
  });

  it('is read at the end, and of statements what may be too slow alone', async () => {
    const run: Run = { ...aRunIn('observing'), validatedAt: evening('19:15:10') };
    const { asked, reported } = await reportedBy(finish, run, evening('19:15:11'));
    expect(asked).toEqual([5_000]);
    expect(reported).toMatchObject([{ type: 'finish', statements: { ok: true, value: statements }, activity: { value: activity } }]);
    const stricter = { ...run, plan: { ...run.plan, thresholds: { ...run.plan.thresholds, statementMeanMs: 200 } } };
    expect((await reportedBy(finish, stricter, evening('19:15:11'))).asked).toEqual([1_000]);
  });

  it('is not asked before everything was validated again, nor when somebody vouched', async () => {
    const run: Run = { ...aRunIn('observing'), validatedAt: evening('19:05') };
    expect((await reportedBy(finish, run, evening('19:15:11'))).asked).toEqual([]);
    const vouched: Run = { ...run, validatedAt: plus(evening('19:15'), 1), vouched: by('olga') };
    expect((await reportedBy(finish, vouched, evening('19:15:11'))).asked).toEqual([]);
  });

  it('is nothing for a staging run, whose application has no traffic', async () => {
    const { run, now } = storyTo('preparing_ready');
    const stagingFor = { runId: run.id, number: run.number, target: 'production' };
    const staged = { ...run, plan: { ...run.plan, stagingFor } } as unknown as Run;
    const { asked, reported } = await reportedBy(beginMigrating, staged, now);
    expect(asked).toEqual([]);
    expect(reported[0]).not.toHaveProperty('forEnd');
  });
});
