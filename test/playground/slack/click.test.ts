import type { App, BlockAction } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aBolt, aSlack, buttons, control, plain, post, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let apps: App[] = [];
let heard: { readonly by: number; readonly body: BlockAction }[] = [];

async function listener(by: number): Promise<App> {
  const app = await aBolt(slack, (bolt) => {
    bolt.action(/go|pick|more/, async ({ ack, body }) => {
      heard.push({ by, body: body as BlockAction });
      await ack();
    });
  });
  apps.push(app);
  return app;
}

async function card(app: App, extra: object = {}): Promise<string> {
  const blocks = [
    buttons('go', 'other'),
    {
      type: 'section',
      text: plain('x'),
      accessory: { type: 'overflow', action_id: 'more', options: [{ text: plain('One'), value: '1' }] },
    },
  ];
  const { ts } = await post(app.client, { channel: 'deployments', text: 'card', blocks, ...extra });
  return ts ?? '';
}

const press = (ts: string, action: object = { action_id: 'go' }): ReturnType<typeof control> =>
  control(slack, 'click', { user: 'sam', channel: 'deployments', ts, ...action });

beforeEach(async () => {
  heard = [];
  apps = [];
  slack = await aSlack({ ackWithinMs: 400 });
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.stop()));
  await slack.stop();
});

describe('clicks', () => {
  it('deliver block_actions once, to exactly one of two sockets, and use both in turn', async () => {
    const first = await listener(1);
    await listener(2);
    const ts = await card(first);
    await press(ts);
    expect(heard).toHaveLength(1);
    await press(ts);
    expect(heard.map(({ by }) => by).toSorted()).toEqual([1, 2]);
    expect(heard[0]?.body).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0SAM', username: 'sam' },
      container: { type: 'message', message_ts: ts, is_ephemeral: false },
      message: { ts, text: 'card' },
      actions: [{ type: 'button', action_id: 'go', value: 'go:v1' }],
    });
    expect(heard[0]?.body.response_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/actions\//);
  });

  it('are not lost while one socket is refreshed', async () => {
    const first = await listener(1);
    await listener(2);
    const ts = await card(first);
    expect(slack.disconnect('refresh_requested', 1)).toBe(1);
    const { body } = await press(ts);
    expect(body).toMatchObject({ ok: true, acknowledged: true });
    expect(heard).toHaveLength(1);
  });

  it('are lost, in Slack too, while no socket is there', async () => {
    const first = await listener(1);
    const ts = await card(first);
    slack.disconnect('refresh_requested');
    const { body } = await press(ts);
    expect(body).toMatchObject({ ok: false, acknowledged: false });
    expect(heard).toHaveLength(0);
  });

  it('time out with the words Slack shows beside the button, and are not delivered again', async () => {
    const ts = await card(await listener(1));
    const { body } = await press(ts, { action_id: 'other' });
    expect(body).toMatchObject({ acknowledged: false, error: 'Operation timed out. Apps need to respond within 3 seconds.' });
    const { body: log } = await control(slack, 'log');
    const deliveries = (log['log'] as { method: string }[]).filter(({ method }) => method === 'block_actions other');
    expect(deliveries).toHaveLength(1);
  });

  it('reach thread replies and ephemerals of this person only', async () => {
    const app = await listener(1);
    const root = await card(app);
    const reply = await card(app, { thread_ts: root });
    await press(reply);
    expect(heard.at(-1)?.body.container).toMatchObject({ message_ts: reply, thread_ts: root });
    const { message_ts: whisper = '' } = await app.client.chat.postEphemeral({
      channel: 'deployments',
      user: 'U0SAM',
      text: 'w',
      blocks: [buttons('go')],
    });
    await press(whisper);
    expect(heard.at(-1)?.body.container).toMatchObject({ is_ephemeral: true });
    expect(heard.at(-1)?.body.message).toBeUndefined();
    const stranger = await control(slack, 'click', { user: 'maya', channel: 'deployments', ts: whisper, action_id: 'go' });
    expect(stranger.status).toBe(404);
  });

  it('choose options by value and refuse what is not there, naming what is', async () => {
    const ts = await card(await listener(1));
    await press(ts, { action_id: 'more', value: '1' });
    expect(heard.at(-1)?.body.actions[0]).toMatchObject({ type: 'overflow', selected_option: { value: '1' } });
    expect(await press(ts, { action_id: 'more', value: '9' })).toMatchObject({ status: 404, body: { options: ['1'] } });
    expect(await press(ts, { action_id: 'gone' })).toMatchObject({ status: 404, body: { action_ids: ['go', 'other', 'more'] } });
    expect(sentencesOf(await press('1.2'))).toEqual(['There is no message 1.2 in #deployments that sam can see.']);
    expect(heard).toHaveLength(1);
  });
});

describe('periodic refresh', () => {
  it('asks every socket to reconnect, and a new one takes over', async () => {
    await slack.stop();
    slack = await aSlack({ refreshEveryMs: 60 });
    await listener(1);
    await until(() => slack.sockets() === 0, { what: 'the first socket to be retired' });
    await listener(2);
    expect(slack.sockets()).toBe(1);
  });
});
