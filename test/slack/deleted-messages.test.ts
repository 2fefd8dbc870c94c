import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { by } from '../support/runs.ts';
import { aStage, hasButtons, keyOf, type Stage } from './a-publisher.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await aStage();
});
afterEach(() => stage.stop());

const remove = (ts: string) => stage.control('delete', { channel: 'deployments', ts });

const rollBack = () => stage.ledger.execute('00000000-0000-4000-8000-000000000042', { type: 'roll_back' }, by('ana'));

/** The cards that still stand in the channel. */
const cards = async () => (await stage.roots()).filter((message) => keyOf(message) === 'card' && message.blocks.length > 0);

describe('when people delete messages', () => {
  it('posts the card once more, and everything below it moves along with a pointer left behind (T10)', async () => {
    const bot = stage.aBot();
    stage.show('migrating_alert');
    await stage.seconds(bot, 2);
    const first = await stage.card();
    const before = (await stage.thread()).filter(({ ts }) => ts !== first.ts);
    await remove(first.ts);
    await rollBack();
    await stage.seconds(bot, 5);
    const [card, ...others] = await cards();
    expect(others).toEqual([]);
    expect(card?.ts).not.toBe(first.ts);
    const after = (await stage.thread()).filter(({ ts, files }) => ts !== card?.ts && files === undefined);
    expect(after.map(keyOf).toSorted()).toEqual(
      before
        .filter(({ files }) => files === undefined)
        .map(keyOf)
        .toSorted(),
    );
    expect(after.find((message) => keyOf(message) === 'alert:p95')).toBeDefined();
    const old = (await stage.oldThread(first.ts)).filter(({ ts, files }) => ts !== first.ts && files === undefined);
    for (const message of old) {
      expect(hasButtons(message), keyOf(message)).toBe(false);
      expect(JSON.stringify(message)).toContain(`/p${card?.ts.replace('.', '')}|the card`);
    }
    expect(old).toHaveLength(after.length);
    expect(stage.logged.filter((line) => line.startsWith('a message is gone'))).toHaveLength(1);
  });

  it('rings the channel no second time for what moves along (T10)', async () => {
    const bot = stage.aBot();
    stage.show('migrating_alert');
    await stage.seconds(bot, 2);
    const first = await stage.card();
    await remove(first.ts);
    await rollBack();
    await stage.seconds(bot, 5);
    const broadcasts = await stage.requests('chat.postMessage', (request) => request['reply_broadcast'] === 'true');
    expect(broadcasts.map(({ text }) => text)).toHaveLength(new Set(broadcasts.map(({ text }) => text)).size);
  });

  it('misses the card of an open run within about a minute, though nothing changes (T10)', async () => {
    const bot = stage.aBot();
    stage.show('planned');
    await bot.tick();
    await remove((await stage.card()).ts);
    expect(await cards()).toHaveLength(0);
    await stage.seconds(bot, 62);
    expect(await cards()).toHaveLength(1);
  });

  it('goes on after a restart in the middle of the move (T10, T28)', async () => {
    const bot = stage.aBot();
    stage.show('migrating_alert');
    await stage.seconds(bot, 2);
    const first = await stage.card();
    await remove(first.ts);
    await stage.fault('chat.postMessage', { kind: 'http_500', times: 1 });
    await rollBack();
    await stage.seconds(bot, 1);
    await stage.seconds(stage.aBot(), 5);
    expect(await cards()).toHaveLength(1);
    const card = await stage.card();
    const replies = (await stage.thread()).filter(({ ts }) => ts !== card.ts).map(keyOf);
    expect(replies).toContain('alert:p95');
    expect(new Set(replies).size).toBe(replies.length);
  });

  it('posts a deleted alert again, in the same thread (T10)', async () => {
    const bot = stage.aBot();
    stage.show('migrating_alert');
    await stage.seconds(bot, 2);
    const alert = (await stage.thread()).find((message) => keyOf(message) === 'alert:p95');
    await remove(alert?.ts ?? '');
    await rollBack();
    await stage.seconds(bot, 5);
    const again = (await stage.thread()).filter((message) => keyOf(message) === 'alert:p95');
    expect(again).toHaveLength(1);
    expect(again[0]?.ts).not.toBe(alert?.ts);
    expect(await cards()).toHaveLength(1);
  });
});
