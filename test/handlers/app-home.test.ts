import { describe, expect, it } from 'vitest';
import { appHomeOpened } from '../../handlers/app-home-opened.ts';
import { storyTo, type Scene as Story } from '../support/runs.ts';
import { buttonsOf, wordsOf } from '../slack/scenes.ts';
import { aScene } from './a-visit.ts';

async function opened(story: Story, name: 'nora' | 'sam' | 'guest') {
  const { run, now } = storyTo(story);
  const scene = aScene([run]);
  scene.tools.ledger.set(now);
  const { client, user } = scene.click(name, run, { action: 'cancel' });
  await appHomeOpened(scene.tools, { user: user.id, client });
  return scene.seen.homes[0] as { blocks: readonly unknown[] };
}

describe('the Home tab (R12)', () => {
  it('shows what runs with its way back', async () => {
    const view = await opened('migrating', 'nora');
    expect(wordsOf(view)).toContain('⚙️ Migrating · #42');
    expect(buttonsOf(view).map((button) => button.action_id)).toEqual(['roll_back']);
  });

  it.each<[Story, 'nora' | 'sam' | 'guest', string]>([
    ['checklist_proved', 'sam', 'approve or reject the plan'],
    ['checklist_proved', 'nora', 'confirm "Staging looked at"'],
    ['approved', 'nora', 'start it, or schedule it'],
    ['holding', 'nora', 'it holds: resume or roll back'],
    ['checklist_proved', 'guest', 'Nothing.'],
  ])('in %s tells %s what waits: %s', async (story, name, line) => {
    expect(wordsOf(await opened(story, name))).toContain(line);
  });

  it('lists what was, with whether the database was touched', async () => {
    expect(wordsOf(await opened('rejected', 'nora'))).toMatch(/🚫 Cancelled · #42 .* · database not touched/);
  });

  it('survives a ledger that is down', async () => {
    const scene = aScene([]);
    scene.tools.ledger.break(new Error('gone'));
    const { client } = scene.slash('nora', '');
    await expect(appHomeOpened(scene.tools, { user: 'U0NORA', client })).resolves.toBeUndefined();
  });
});
