import { describe, expect, it } from 'vitest';
import { CLICKS } from '../../handlers/index.ts';
import { storyTo } from '../support/runs.ts';
import { aScene, type Weather } from './a-visit.ts';

async function refused(weather: Weather) {
  const { run, now } = storyTo('migrating');
  const scene = aScene([run], weather);
  scene.tools.ledger.set(now);
  await CLICKS.stop_after_step(scene.tools, scene.click('sam', run, { action: 'stop_after_step' }));
  return scene;
}

describe('R6 an answer to one person', () => {
  it('T20 that the channel does not take (user_not_in_channel) goes to their direct messages, with the same words', async () => {
    const there = await refused({});
    const { seen } = await refused({ failing: ['ephemeral'], failure: new Error('user_not_in_channel') });
    expect(seen.order.slice(-2)).toEqual(['ephemeral', 'message']);
    expect(seen.told).toMatchObject([{ to: 'U0SAM', text: there.seen.told[0]?.text }]);
  });

  it('T20 that nobody takes, because direct messages are blocked, is in the log, and the click did what it did', async () => {
    const failure = new Error('cannot_dm_bot');
    const { seen, tools } = await refused({ failing: ['ephemeral', 'message'], failure });
    expect(seen.told).toEqual([]);
    expect(tools.logged.filter((line) => line.startsWith('an answer reached nobody') && line.includes('cannot_dm_bot'))).toHaveLength(1);
    expect(tools.ledger.commands).toHaveLength(1);
  });
});
