import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scene } from '../support/runs.ts';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const cards = async () => (await stage.roots()).filter((message) => keyOf(message) === 'card');
const keys = async () => (await stage.thread()).map(keyOf).filter((key) => key !== '');
const told = async () => (await stage.thread()).filter((message) => keyOf(message).startsWith('away:'));

/** Where a run was when Slack went away, what it went through meanwhile, and where it was when Slack came back. */
const OUTAGES: readonly (readonly [string, Scene, readonly Scene[]])[] = [
  ['before the approval', 'checklist', ['checklist_proved', 'checklist_one_approval', 'approved']],
  ['while it waits for a lock', 'preparing', ['migrating', 'holding']],
  ['in the middle of the statements', 'migrating', ['migrating_alert', 'validating', 'observing']],
  ['while it validates', 'validating', ['observing', 'completed']],
  ['in the rollback', 'stopping', ['rolling_back', 'rolled_back']],
];
const MINUTE = 60;

describe.each(OUTAGES)('when Slack goes away %s', (_when, before, during) => {
  const now = during.at(-1) ?? before;

  it.each([
    ['a minute', MINUTE, false],
    ['forty minutes', 40 * MINUTE, false],
    ['forty minutes, in which the bot was started anew', 40 * MINUTE, true],
  ])('shows after %s what is, not what was, each message once (T15)', async (_long, seconds, restarted) => {
    let bot = stage.aBot();
    stage.show(before);
    await stage.seconds(bot, 3);
    await stage.control('outage', { on: true });
    for (const scene of during) {
      stage.show(scene);
      await stage.seconds(bot, 3);
      stage.pass((seconds / during.length - 3) * 1_000);
    }
    if (restarted) bot = stage.aBot();
    await bot.tick();
    expect(bot.trouble()).not.toBeNull();
    await stage.control('outage', { on: false });
    await stage.seconds(bot, 90);
    expect(bot.trouble()).toBeNull();
    expect(await cards()).toHaveLength(1);
    const word = now.replace('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
    expect((await stage.card()).text).toMatch(new RegExp(`^${word}`));
    const standing = await keys();
    expect(new Set(standing).size, standing.join(' ')).toBe(standing.length);
    const drawn = stage.ledger.rows.map(({ key }) => key).filter((key) => !key.startsWith('sql:'));
    expect(drawn.toSorted()).toEqual(standing.toSorted());
  });
});

describe('after an outage', () => {
  it('tells the thread of a live run once how long Slack was away and what the run is now (T15)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.seconds(bot, 3);
    await stage.control('outage', { on: true });
    stage.show('observing');
    await stage.seconds(bot, 40 * MINUTE);
    await stage.control('outage', { on: false });
    await stage.seconds(bot, 60);
    const [catchUp, ...others] = await told();
    expect(others).toEqual([]);
    expect(catchUp?.text).toMatch(/^Slack took no messages for (39|40) min.*Run #42 .*: Observing\. Next: look at the card above\.$/);
  });

  it('says nothing where nothing happened meanwhile, and nothing after a hiccup (T15)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.seconds(bot, 3);
    await stage.control('outage', { on: true });
    await stage.seconds(bot, 5 * MINUTE);
    await stage.control('outage', { on: false });
    await stage.seconds(bot, 60);
    await stage.control('outage', { on: true });
    await stage.seconds(bot, 5);
    stage.show('observing');
    await stage.control('outage', { on: false });
    await stage.seconds(bot, 60);
    expect(await told()).toEqual([]);
  });

  it('rings nobody for an alert that came and went meanwhile; it is in the thread (T15)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.seconds(bot, 3);
    await stage.control('outage', { on: true });
    stage.show('migrating_alert_cleared');
    await stage.seconds(bot, 20);
    await stage.control('outage', { on: false });
    await stage.seconds(bot, 40);
    const posts = await stage.requests('chat.postMessage', ({ metadata }) => JSON.stringify(metadata).includes('alert:p95'));
    expect(posts.at(-1)).toMatchObject({ reply_broadcast: 'false' });
    expect(await keys()).toContain('alert:p95');
  });

  it('asks Slack ever more seldom while it is away (T15)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.seconds(bot, 3);
    await stage.control('outage', { on: true });
    const before = await stage.calls('chat.update');
    await stage.seconds(bot, 10 * MINUTE);
    expect((await stage.calls('chat.update')) - before).toBeLessThan(30);
    expect(stage.logged.filter((line) => line.startsWith('Slack takes no messages'))).toHaveLength(1);
  });
});

describe('when the token is not taken any more', () => {
  it.each(['token_revoked', 'token_expired', 'account_inactive', 'invalid_auth'])(
    'goes on in the middle of a run and shows the end of it when the token is good again: %s (T8)',
    async (error) => {
      const bot = stage.aBot();
      stage.show('migrating');
      await bot.tick();
      await stage.control('revoke', { token: 'bot', on: true, error });
      stage.show('rolled_back');
      await stage.seconds(bot, 10);
      expect(bot.trouble()).toBe(error);
      await stage.control('revoke', { token: 'bot', on: false });
      await stage.seconds(bot, 40);
      expect(bot.trouble()).toBeNull();
      expect((await stage.card()).text).toMatch(/^Rolled back/);
      expect(stage.logged.filter((line) => line.startsWith('Slack takes no messages'))).toHaveLength(1);
    },
  );

  it('posts nothing and stays up without the right to write (T8)', async () => {
    await stage.stop();
    stage = await aStage({ scopes: ['channels:read', 'channels:join'] });
    const bot = stage.aBot();
    stage.show('planned');
    await stage.seconds(bot, 20);
    expect(bot.trouble()).toBe('missing_scope');
    expect(await stage.roots()).toEqual([]);
  });
});
