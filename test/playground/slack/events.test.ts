import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aBolt, aSlack, call, control, sentencesOf } from './bolt.ts';

type Entry = {
  readonly method: string;
  readonly error?: string;
  readonly request: {
    readonly envelope_id: string;
    readonly retry_attempt?: number;
    readonly retry_reason?: string;
    readonly payload: { readonly event_id: string };
  };
};

let slack: LocalSlack;
let bolt: App | undefined;
let heard: { readonly type: string }[];

const everything = [
  'app_home_opened',
  'app_uninstalled',
  'channel_archive',
  'channel_left',
  'channel_rename',
  'channel_unarchive',
  'member_joined_channel',
  'message.channels',
  'tokens_revoked',
];

beforeEach(() => {
  heard = [];
});
afterEach(async () => {
  await bolt?.stop();
  bolt = undefined;
  await slack.stop();
});

async function start(options: Partial<SlackOptions> = {}): Promise<void> {
  slack = await aSlack(options);
  bolt = await aBolt(slack, (app) => {
    app.event(/./, async ({ event }) => {
      heard.push(event);
      await Promise.resolve();
    });
  });
}

async function deliveries(): Promise<Entry[]> {
  const { log } = (await control(slack, 'log')).body as { log: (Entry & { direction: string })[] };
  return log.filter(({ direction }) => direction === 'to_program');
}

const told = (type: string): Promise<object> => until(() => heard.find((event) => event.type === type), { what: type, deadlineMs: 3_000 });

describe('an event that is not acknowledged', () => {
  it('is delivered again after the waits, under the same event_id, with attempt and reason, and then dropped', async () => {
    slack = await aSlack({ eventDelaysMs: [0, 0, 20, 20], ackWithinMs: 50 });
    await control(slack, 'home', { user: 'sam' });
    const tries = await until(async () => (await deliveries()).length === 4 && deliveries(), { what: 'four deliveries' });
    expect(new Set(tries.map(({ request }) => request.payload.event_id)).size).toBe(1);
    expect(new Set(tries.map(({ request }) => request.envelope_id)).size).toBe(4);
    expect(tries.map(({ request }) => request.retry_attempt)).toEqual([undefined, 1, 2, 3]);
    expect(tries.map(({ request }) => request.retry_reason)).toEqual([undefined, 'timeout', 'timeout', 'timeout']);
    expect(tries.map(({ error }) => error)).toEqual(['no_socket', 'no_socket', 'no_socket', 'no_socket']);
  });

  it('reaches a program that comes back in time, once', async () => {
    slack = await aSlack({ eventDelaysMs: [0, 400, 20] });
    expect((await control(slack, 'home', { user: 'sam' })).body).toMatchObject({ ok: false, acknowledged: false });
    bolt = await aBolt(slack, (app) => {
      app.event('app_home_opened', async ({ event }) => {
        heard.push(event);
        await Promise.resolve();
      });
    });
    await told('app_home_opened');
    expect((await deliveries()).map(({ error }) => error)).toEqual(['no_socket', undefined]);
  });
});

describe('what happens in the workspace', () => {
  it.each([
    ['channel_archive', 'archive', { channel: 'deployments', on: true }, { user: 'U0MAYA' }],
    ['channel_left', 'kick', { channel: 'deployments', user: 'sam' }, { actor_id: 'U0SAM' }],
    ['channel_rename', 'rename', { channel: 'deployments', name: 'releases' }, { channel: { name: 'releases' } }],
    ['message', 'say', { user: 'sam', channel: 'deployments', text: 'hello' }, { user: 'U0SAM', text: 'hello', channel_type: 'channel' }],
    ['tokens_revoked', 'revoke', { token: 'bot', on: true }, { tokens: { bot: ['U0LOCALBOT'] } }],
    ['app_uninstalled', 'revoke', { token: 'bot', on: true, uninstalled: true }, {}],
    ['app_home_opened', 'home', { user: 'sam' }, { user: 'U0SAM', tab: 'home' }],
  ])('is told to a program that subscribed to it: %s', async (type, what, given, expected) => {
    await start({ events: everything });
    expect((await control(slack, what, given)).status).toBe(200);
    expect(await told(type)).toMatchObject({ type, ...expected });
  });

  it('is told when a channel comes back, and when the app joins one', async () => {
    await start({ events: everything });
    await control(slack, 'archive', { channel: 'general', on: true });
    await control(slack, 'archive', { channel: 'general', on: false });
    await told('channel_unarchive');
    const { body } = await call(slack, 'conversations.list', {});
    const general = (body['channels'] as { id: string; name: string }[]).find(({ name }) => name === 'general')?.id;
    await call(slack, 'conversations.join', { channel: general });
    expect(await told('member_joined_channel')).toMatchObject({ user: 'U0LOCALBOT', channel: general });
  });

  it('is told of a message that a person deletes, with what it was (T10)', async () => {
    await start({ events: everything });
    const { body } = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'the card' });
    await control(slack, 'delete', { channel: 'deployments', ts: body['ts'] });
    expect(await told('message')).toMatchObject({
      subtype: 'message_deleted',
      deleted_ts: body['ts'],
      previous_message: { text: 'the card' },
    });
  });

  it('is not told to a program whose manifest did not ask', async () => {
    await start();
    await control(slack, 'archive', { channel: 'deployments', on: true });
    await control(slack, 'say', { user: 'sam', channel: 'general', text: 'hello' });
    await control(slack, 'revoke', { token: 'bot', on: true });
    expect(await deliveries()).toEqual([]);
  });

  it('is not told at all to a program that asked for nothing', async () => {
    await start({ events: [] });
    expect((await control(slack, 'home', { user: 'sam' })).body).toMatchObject({ ok: true, acknowledged: false });
    expect(await deliveries()).toEqual([]);
  });
});

describe('a delivery', () => {
  it('comes twice when it is asked for: the same envelope or event, and the attempt counts on (T1)', async () => {
    await start();
    await control(slack, 'home', { user: 'sam' });
    const [first] = await deliveries();
    expect((await control(slack, 'redeliver', { event_id: first?.request.payload.event_id })).body).toMatchObject({ acknowledged: true });
    await control(slack, 'redeliver', { envelope_id: first?.request.envelope_id });
    const all = await deliveries();
    expect(heard).toHaveLength(3);
    const again = (attempt: number): object => ({ ...first?.request, retry_attempt: attempt, retry_reason: 'timeout' });
    expect(all.map(({ request }) => request)).toEqual([first?.request, again(1), again(2)]);
    const unknown = await control(slack, 'redeliver', { event_id: 'Ev404' });
    expect(unknown.status).toBe(404);
    expect(sentencesOf(unknown)).toEqual(['There is no delivery "Ev404"; give the envelope_id or event_id of one.']);
  });
});
