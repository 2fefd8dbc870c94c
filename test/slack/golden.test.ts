import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Scene } from '../support/runs.ts';
import { ALL_SCENES, messageOf } from './scenes.ts';

/** Replies in the thread, each in the scenes in which it differs. The card has a file for every scene. */
const REPLIES: readonly (readonly [Scene, string])[] = [
  ['checklist', 'checklist'],
  ['checklist_ready', 'checklist'],
  ['holding_untouched', 'checklist'],
  ['checklist_proved', 'approval'],
  ['checklist_one_approval', 'approval'],
  ['scheduled', 'approval'],
  ['preparing', 'started'],
  ['preparing_ready', 'dry_run'],
  ['holding', 'hold:2026-11-24T19:01:00.000Z'],
  ['migrating_alert', 'alert:p95'],
  ['completed', 'report'],
  ['rolled_back', 'report'],
  ['rollback_failed', 'report'],
  ['failed', 'report'],
];

const CASES: readonly (readonly [Scene, string])[] = [...ALL_SCENES.map((scene) => [scene, 'card'] as const), ...REPLIES];
const fileOf = (scene: Scene, key: string) => `${key.split(':')[0]}.${scene}.json`;

describe('golden messages: paste one into the Block Kit Builder to see it', () => {
  it.each(CASES)('%s shows its %s as drawn before', async (scene, key) => {
    const { text, blocks } = messageOf(scene, key);
    await expect(`${JSON.stringify({ text, blocks }, null, 2)}\n`).toMatchFileSnapshot(`golden/${fileOf(scene, key)}`);
  });

  it('has no file that nothing draws', () => {
    const files = readdirSync(new URL('golden/', import.meta.url)).toSorted();
    expect(files).toEqual(CASES.map(([scene, key]) => fileOf(scene, key)).toSorted());
  });
});
