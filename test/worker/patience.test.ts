import { expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { patience } from '../../src/worker/patience.ts';
import type { Task } from '../../src/worker/task.ts';
import { storyTo, type Scene } from '../support/runs.ts';

/** What is reported of a run of this scene when its target has failed for longer than anybody bears. */
async function reported(scene: Scene): Promise<readonly Command['type'][]> {
  const said: Command['type'][] = [];
  const task = {
    services: { log: { error: () => {} } },
    claim: { run: { number: 42 } },
    load: async () => storyTo(scene).run,
    report: async (command: Command) => void said.push(command.type),
  } as unknown as Task;
  await patience(task, 0).lasts(new Error('Nothing answers.'));
  return said;
}

it.each([
  ['migrating', ['hold']],
  ['rolling_back', ['record_rollback_failure']],
  ['restoring', ['record_restore_failure']],
  // Whether the names were exchanged only the server knows: a failure that nobody saw is not recorded (F7).
  ['restoring_validated', []],
] as const)('a target that cannot be reached while %s is told as %j', async (scene, expected) => {
  expect(await reported(scene)).toEqual(expected);
});
