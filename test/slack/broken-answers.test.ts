import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aStage, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const cards = async () => (await stage.roots()).filter((message) => keyOf(message) === 'card');

/** What may come back for a call, and whether it was carried out. */
const BROKEN = [
  ['HTTP 500', { kind: 'http_500' }],
  ['HTTP 503', { kind: 'http_500', status: 503 }],
  ['HTTP 500 after it was carried out', { kind: 'http_500', applied: true }],
  ['a reset connection', { kind: 'reset' }],
  ['an answer that is lost', { kind: 'lost' }],
  ['a maintenance page with status 200', { kind: 'html' }],
  ['a maintenance page after it was carried out', { kind: 'html', applied: true }],
  ['JSON that is cut in the middle', { kind: 'truncated' }],
] as const;

describe('when an answer of Slack is broken', () => {
  it.each(BROKEN)('posts one card: %s (T12)', async (_name, fault) => {
    await stage.fault('chat.postMessage', fault);
    const bot = stage.aBot();
    stage.show('planned');
    await bot.tick();
    expect(bot.trouble()).not.toBeNull();
    await stage.seconds(bot, 5);
    expect(await cards()).toHaveLength(1);
    expect(bot.trouble()).toBeNull();
    expect(stage.ledger.rows).toMatchObject([{ key: 'card', ts: (await stage.card()).ts }]);
  });

  it.each(BROKEN)('edits it in the end: %s (T12)', async (_name, fault) => {
    const bot = stage.aBot();
    stage.show('planned');
    await bot.tick();
    await stage.fault('chat.update', fault);
    stage.show('checklist');
    await stage.seconds(bot, 5);
    expect((await stage.card()).text).toMatch(/^Checklist/);
    expect(await cards()).toHaveLength(1);
  });

  it('posts one card when Slack hangs and the bot gives up (T12)', async () => {
    await stage.fault('chat.postMessage', { kind: 'timeout', applied: true });
    const bot = stage.aBot({ timeoutMs: 200 });
    stage.show('planned');
    await stage.seconds(bot, 5);
    expect(await cards()).toHaveLength(1);
    expect(bot.trouble()).toBeNull();
  });

  it.each(['internal_error', 'fatal_error', 'service_unavailable'])(
    'finds what %s had posted all the same, by its metadata (T13)',
    async (error) => {
      await stage.fault('chat.postMessage', { kind: 'error', error, applied: true });
      const bot = stage.aBot();
      stage.show('checklist');
      await stage.seconds(bot, 5);
      expect(await cards()).toHaveLength(1);
      expect((await stage.thread()).map(keyOf)).toContain('checklist');
      expect(await stage.calls('conversations.history')).toBeGreaterThan(0);
    },
  );

  it('holds no other message up because Slack does not take one (T12)', async () => {
    const bot = stage.aBot();
    stage.show('migrating');
    await stage.fault('chat.postMessage', { kind: 'error', error: 'metadata_too_large' });
    stage.ledger.put({ ...stage.show('migrating'), id: 'another', number: 43, target: 'crm' });
    await bot.tick();
    expect(await cards()).toHaveLength(1);
    await stage.seconds(bot, 62);
    expect(await cards()).toHaveLength(2);
    expect(stage.logged.filter((line) => line.startsWith('Slack does not take a message'))).toHaveLength(1);
  });
});

describe('when the bot dies between the ledger and Slack', () => {
  it('posts what was committed and never posted (T28)', async () => {
    stage.show('checklist');
    await stage.seconds(stage.aBot(), 2);
    expect(await cards()).toHaveLength(1);
    expect((await stage.thread()).map(keyOf)).toContain('checklist');
  });

  it('finds every message that was posted and not recorded, and posts none twice (T28)', async () => {
    stage.show('migrating_alert');
    await stage.seconds(stage.aBot(), 3);
    const before = (await stage.thread()).map(({ ts }) => ts);
    (stage.ledger.rows as unknown[]).length = 0;
    await stage.seconds(stage.aBot(), 3);
    expect(await cards()).toHaveLength(1);
    expect((await stage.thread()).map(({ ts }) => ts)).toEqual(before);
  });

  it('stops within two seconds while Slack hangs, and the next process posts nothing twice (T28)', async () => {
    await stage.fault('chat.postMessage', { kind: 'timeout', applied: true });
    const bot = stage.aBot();
    stage.show('planned');
    void bot.tick();
    await stage.until(async () => (await stage.calls('chat.postMessage')) > 0 || (await cards()).length > 0, 'the post under way');
    const begun = performance.now();
    await bot.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
    stage.abort();
    await stage.seconds(stage.aBot(), 3);
    expect(await cards()).toHaveLength(1);
  });
});
