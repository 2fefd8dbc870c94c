import { expect, it } from 'vitest';
import type { BackupTool, Ledger } from '../../src/ports.ts';
import { prove } from '../../src/worker/steps/prove.ts';
import type { Task } from '../../src/worker/task.ts';
import { aBackup, aRehearsal } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

const AT = '2026-11-24T19:00:00.000Z';
const { run } = storyTo('migrating');
const backup = aBackup({ id: 'acme-run42', startedAt: AT, finishedAt: AT });

/** The step with a backup tool of which every method that is not given answers null. */
async function step(given: Partial<BackupTool>, restoreError = '') {
  const said: string[] = [];
  const reported: string[] = [];
  const nothing = async () => null;
  const backups = {
    store: nothing,
    prune: nothing,
    prove: async () => aRehearsal(run.plan, { backupId: backup.id, at: AT, restoreError }),
    ...given,
  } as unknown as BackupTool;
  const note = (_fields: unknown, message: string) => void said.push(message);
  const ledger: Partial<Ledger> = { now: async () => AT, list: async () => [{ ...run, backup }] };
  const context = { name: run.target, backups };
  const task = {
    context,
    services: { ledger, targets: new Map([[run.target, context]]), log: { info: note, warn: note, error: note } },
    report: async ({ type }: { type: string }) => {
      reported.push(type);
      return { ok: true };
    },
  } as unknown as Task;
  const next = { kind: 'step', step: 'prove' } as const;
  const moved = await prove({ task, run: { ...run, backup }, next, signal: new AbortController().signal });
  return { moved, said, reported };
}

it('M18 the run does not wait for the copy in the object store, and needs none', async () => {
  const { moved, reported } = await step({ store: () => new Promise(() => {}) });
  expect({ moved, reported }).toEqual({ moved: true, reported: ['record_rehearsal'] });
  const failing = await step({ store: () => Promise.reject(new Error('The store failed.')) });
  expect(failing).toMatchObject({ moved: true, said: ['the backup was not copied'] });
});

it('R42 older backups go once a newer one is proved, but for what open runs refer to', async () => {
  const asked: unknown[] = [];
  const prune: BackupTool['prune'] = async (request) => {
    asked.push(request);
    return [aBackup({ startedAt: AT, finishedAt: AT })];
  };
  expect((await step({ prune })).said).toContain('older backups were removed');
  expect(asked).toEqual([{ needed: expect.arrayContaining(['acme-run42']), dryRun: false }]);
  expect(await step({ prune: () => Promise.reject(new Error('read-only file system')) })).toMatchObject({ moved: true });
});

it('R42 nothing is removed and nothing copied after a restore that failed', async () => {
  const asked: string[] = [];
  const noted = (what: string) => async () => {
    asked.push(what);
    return null;
  };
  await step({ prune: noted('prune'), store: noted('store') }, 'pg_restore ended with 1');
  expect(asked).toEqual([]);
});
