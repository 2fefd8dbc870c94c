import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { Task } from '../../src/worker/task.ts';
import { watchRun } from '../../src/worker/watch.ts';
import { aRunIn, by, evening } from '../support/runs.ts';

/** A claimed run on a target that nobody can read. */
function aTask(run: Run, time: string, load: () => Run): Task {
  const ledger = { now: async () => evening(time), recent: async () => [], record: async () => {} };
  const unread = async () => ({ ok: false, why: '', source: '' });
  return {
    claim: { run },
    load: async () => load(),
    report: async () => ({ ok: false }),
    lease: { signal: new AbortController().signal, lost: () => false },
    context: { sources: { database: { vitals: unread }, application: { metrics: unread } } },
    services: { ledger, log: { warn: () => {} } },
  } as unknown as Task;
}

/** Whether a backup that is under way is stopped when the clock of the ledger shows this. */
async function stopped(run: Run, time: string): Promise<boolean> {
  const task = aTask(run, time, () => run);
  const watch = watchRun(task, { sampleMs: 1_000, lookMs: 5, shutdown: new AbortController().signal });
  const signal = watch.begin(run, { kind: 'step', step: 'backup' });
  await pause(40);
  await watch.stop();
  return signal.aborted;
}

it('R37 a backup that hangs is stopped at T-15, so that preparation opens, and at T-5, so that it says it is late', async () => {
  expect([await stopped(aRunIn('scheduled'), '18:44:59'), await stopped(aRunIn('scheduled'), '18:45')]).toEqual([false, true]);
  expect([await stopped(aRunIn('preparing'), '18:54:59'), await stopped(aRunIn('preparing'), '18:55')]).toEqual([false, true]);
  expect(await stopped(aRunIn('approved'), '18:55')).toBe(false);
});

it('a wish to stop after this step lets the step finish', async () => {
  expect(await stopped({ ...aRunIn('preparing'), stopRequested: by('olga') }, '18:50')).toBe(false);
});

it('R51 the error tracker is asked what is new while the run works, and not before the first write', async () => {
  const asked = async (run: Run) => {
    const since: string[] = [];
    const task = aTask(run, '19:01', () => run);
    const newIssues = async (from: string) => {
      since.push(from);
      return { ok: true as const, value: { issues: [], more: false }, source: '' };
    };
    const { sources } = task.context;
    const watch = watchRun(
      { ...task, context: { ...task.context, sources: { ...sources, newIssues } } },
      { sampleMs: 60_000, lookMs: 10_000, shutdown: new AbortController().signal },
    );
    await watch.stop();
    return since;
  };
  expect(await asked(aRunIn('migrating'))).toEqual([aRunIn('migrating').t0]);
  expect(await asked(aRunIn('scheduled'))).toEqual([]);
});

/** How long after a change the step is stopped, when looks come only every ten seconds. */
async function stoppedAfterChange(told: boolean): Promise<boolean> {
  const before = aRunIn('migrating');
  const state = { run: before };
  const task = aTask(before, '19:01', () => state.run);
  const watch = watchRun(task, { sampleMs: 60_000, lookMs: 10_000, shutdown: new AbortController().signal });
  const signal = watch.begin(before, { kind: 'step', step: 'apply' });
  await pause(20);
  state.run = { ...aRunIn('stopping'), version: before.version + 1 };
  if (told) watch.changed();
  await pause(200);
  await watch.stop();
  return signal.aborted;
}

it('R74 a click stops the statement as soon as the ledger tells of it, and not at the next look', async () => {
  expect([await stoppedAfterChange(true), await stoppedAfterChange(false)]).toEqual([true, false]);
});
