import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { holdLate } from '../../src/worker/steps/late.ts';
import type { Task } from '../../src/worker/task.ts';
import { aRunIn, by, evening } from '../support/runs.ts';

it('in preparation a wish to stop holds with the name of who asked', async () => {
  const told: Command[] = [];
  const report = async (command: Command) => ({ ok: told.push(command) > 0 });
  const task = { services: { ledger: { now: async () => evening('18:50') } }, report } as unknown as Task;
  const run = { ...aRunIn('preparing'), stopRequested: by('olga') };
  await holdLate({ task, run, next: { kind: 'step', step: 'late' }, signal: new AbortController().signal });
  expect(told).toEqual([{ type: 'hold', reason: 'stopped', detail: '@olga asked to stop after this step.' }]);
});
