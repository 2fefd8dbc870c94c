import type { App, BlockAction } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, call, control, plain, post } from './bolt.ts';

let slack: LocalSlack;
let bolt: App;
let heard: BlockAction[] = [];
let triggers: string[] = [];

const button = (value: string, block_id = 'gate', action_id = 'approve') => [
  { type: 'actions' as const, block_id, elements: [{ type: 'button' as const, action_id, text: plain('Approve'), value }] },
];
const gone = [{ type: 'section' as const, block_id: 'gate', text: plain('Recorded.') }];

beforeEach(async () => {
  heard = [];
  triggers = [];
  slack = await aSlack({ rateLimits: false });
  bolt = await aBolt(slack, (app) => {
    app.command('/migrate', async ({ ack, command }) => {
      triggers.push(command.trigger_id);
      await ack();
    });
    app.action(/./, async ({ ack, body }) => {
      heard.push(body as BlockAction);
      await ack();
    });
  });
});
afterEach(async () => {
  await bolt.stop();
  await slack.stop();
});

async function card(): Promise<{ channel: string; ts: string }> {
  const { channel = '', ts = '' } = await post(bolt.client, { channel: 'deployments', text: 'card', blocks: button('plan:1') });
  return { channel, ts };
}
const click = (ts: string, more: object): ReturnType<typeof control> =>
  control(slack, 'click', { user: 'sam', channel: 'deployments', ts, action_id: 'approve', ...more });

describe('a click on what the screen showed before an edit', () => {
  it('is delivered with the value and block of then and the message of now (T3)', async () => {
    const { channel, ts } = await card();
    await bolt.client.chat.update({ channel, ts, text: 'newer', blocks: button('plan:2', 'gate-2') });
    expect((await click(ts, { value: 'plan:1', block_id: 'gate' })).body).toMatchObject({ ok: true, acknowledged: true });
    expect(heard[0]?.actions[0]).toMatchObject({ action_id: 'approve', value: 'plan:1', block_id: 'gate' });
    expect(heard[0]?.message).toMatchObject({ ts, text: 'newer', blocks: [{ block_id: 'gate-2' }] });
    expect((await click(ts, {})).body).toMatchObject({ ok: true });
    expect(heard[1]?.actions[0]).toMatchObject({ value: 'plan:2' });
  });

  it('is delivered when the button is gone altogether; one that never stood there is refused', async () => {
    const { channel, ts } = await card();
    await bolt.client.chat.update({ channel, ts, text: 'done', blocks: gone });
    expect((await click(ts, { value: 'plan:1' })).body).toMatchObject({ ok: true });
    expect(await click(ts, { value: 'plan:7' })).toMatchObject({ status: 404, body: { ok: false, error: 'invalid_arguments' } });
    expect(await click(ts, { action_id: 'reject' })).toMatchObject({ status: 404 });
    expect(heard).toHaveLength(1);
  });

  it('of five people at once reaches the program five times, though the first answer takes the button away (T2)', async () => {
    const { channel, ts } = await card();
    bolt.action('approve', async ({ client }) => {
      await client.chat.update({ channel, ts, text: 'done', blocks: gone });
    });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => click(ts, { value: 'plan:1' })));
    expect(outcomes.map(({ body }) => body['ok'])).toEqual([true, true, true, true, true]);
    expect(heard).toHaveLength(5);
  });

  it('is still known after twenty edits minus one, however many replies and reactions came, and forgotten later', async () => {
    const { channel, ts } = await card();
    for (let reply = 0; reply < 25; reply += 1) await post(bolt.client, { channel, text: 'progress', thread_ts: ts });
    for (let edit = 2; edit <= 20; edit += 1)
      await bolt.client.chat.update({ channel, ts, text: String(edit), blocks: button(`plan:${edit}`) });
    expect((await click(ts, { value: 'plan:1' })).body).toMatchObject({ ok: true });
    await bolt.client.chat.update({ channel, ts, text: '21', blocks: button('plan:21') });
    expect((await click(ts, { value: 'plan:1' })).status).toBe(404);
  });

  it('is delivered in a modal that was updated under the hand, and in a Home tab published anew', async () => {
    await control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate' });
    const modal = { type: 'modal' as const, title: plain('T') };
    const { view } = await bolt.client.views.open({ trigger_id: triggers[0] ?? '', view: { ...modal, blocks: button('plan:1') } });
    await bolt.client.views.update({ view_id: view?.id ?? '', view: { ...modal, blocks: gone } });
    const inModal = { user: 'sam', view_id: view?.id, action_id: 'approve', value: 'plan:1' };
    expect((await control(slack, 'click', inModal)).body).toMatchObject({ ok: true });
    const publish = (blocks: object[]) => call(slack, 'views.publish', { user_id: 'U0SAM', view: { type: 'home', blocks } });
    const { body } = await publish(button('plan:1'));
    await publish(gone);
    const home = { user: 'sam', view_id: (body['view'] as { id: string }).id, action_id: 'approve', value: 'plan:1' };
    expect((await control(slack, 'click', home)).body).toMatchObject({ ok: true });
    expect(heard.map(({ actions }) => actions[0])).toMatchObject([{ value: 'plan:1' }, { value: 'plan:1' }]);
  });
});
