import { LogLevel, WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aSlack, appToken, botToken, buttons, call, control, plain, post } from './bolt.ts';

let slack: LocalSlack;
let client: WebClient;
let elapsed = 0;

beforeEach(async () => {
  elapsed = 0;
  slack = await aSlack({ elapsedMs: () => elapsed });
  client = new WebClient(botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
});
afterEach(() => slack.stop());

async function channelId(name: string): Promise<string> {
  const { channels = [] } = await client.conversations.list();
  return channels.find((channel) => channel.name === name)?.id ?? '';
}

const refusal = async (method: string, args: object, token?: string): Promise<unknown> =>
  (await call(slack, method, args, token)).body['error'];

const once = (): Promise<unknown> => refusal('chat.postMessage', { channel: 'deployments', text: 'x' });

async function look(): Promise<Record<string, unknown>> {
  const { body } = await control(slack, 'messages?channel=deployments');
  return (body['messages'] as Record<string, unknown>[])[0] ?? {};
}

describe('the way in', () => {
  it('refuses missing, foreign and swapped tokens, and methods it does not know', async () => {
    expect(await refusal('auth.test', {}, '')).toBe('not_authed');
    expect(await refusal('auth.test', {}, 'xoxb-real-looking')).toBe('invalid_auth');
    expect(await refusal('auth.test', {}, appToken)).toBe('not_allowed_token_type');
    expect(await refusal('chat.scheduleMessage', {})).toBe('unknown_method');
    expect(await refusal('toString', {})).toBe('unknown_method');
  });

  it('names the missing scope when scopes are given', async () => {
    await slack.stop();
    slack = await aSlack({ scopes: ['chat:write'] });
    const { body } = await call(slack, 'users.info', { user: 'U0SAM' });
    expect(body).toEqual({ ok: false, error: 'missing_scope', needed: 'users:read', provided: 'chat:write' });
  });

  it('answers 429 with Retry-After past the limit of the tier, and lets go after a minute', async () => {
    for (let count = 0; count < 20; count += 1) await call(slack, 'conversations.list', {});
    elapsed = 15_000;
    const response = await fetch(`${slack.apiUrl}conversations.list`, { headers: { authorization: `Bearer ${botToken}` } });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '45']);
    expect(await response.json()).toEqual({ ok: false, error: 'ratelimited' });
    elapsed = 60_000;
    expect(await refusal('conversations.list', {})).toBeUndefined();
  });

  it('allows a short burst of posts per channel, then one a second', async () => {
    for (let count = 0; count < 10; count += 1) expect(await once()).toBeUndefined();
    expect(await once()).toBe('ratelimited');
    elapsed += 1_000;
    expect(await once()).toBeUndefined();
  });

  it('lets no other website act here', async () => {
    const response = await fetch(`${slack.url}/_control/people`, { headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
  });
});

describe('channels', () => {
  it('are closed to the app until it joins', async () => {
    const general = await channelId('general');
    expect(await refusal('chat.postMessage', { channel: general, text: 'x' })).toBe('not_in_channel');
    await client.conversations.join({ channel: general });
    expect(await refusal('chat.postMessage', { channel: general, text: 'x' })).toBeUndefined();
    expect(await refusal('chat.postMessage', { channel: 'C0NOWHERE', text: 'x' })).toBe('channel_not_found');
  });

  it('give history without metadata unless asked for it', async () => {
    const channel = await channelId('deployments');
    const metadata = { event_type: 'run', event_payload: { run: '42' } };
    await post(client, { channel, text: 'x', metadata });
    const bare = await client.conversations.history({ channel });
    const full = await client.conversations.history({ channel, include_all_metadata: true });
    expect([bare.messages?.[0]?.metadata, full.messages?.[0]?.metadata]).toEqual([undefined, metadata]);
  });
});

describe('chat.update', () => {
  const metadata = { event_type: 'run', event_payload: { run: '42' } };

  async function posted(): Promise<{ channel: string; ts: string }> {
    const { channel = '', ts = '' } = await post(client, {
      channel: 'deployments',
      text: 'card',
      blocks: [buttons('go')],
      metadata,
    });
    return { channel, ts };
  }

  it('with text alone takes the blocks away, marks it edited and keeps the metadata', async () => {
    const at = await posted();
    await client.chat.update({ ...at, text: 'only text' });
    expect(await look()).toMatchObject({ text: 'only text', blocks: [], metadata, edited: { user: 'U0LOCALBOT' } });
  });

  it('with blocks does not mark it edited', async () => {
    const at = await posted();
    await client.chat.update({ ...at, text: 'card 2', blocks: [{ type: 'section', text: plain('new') }] });
    const message = await look();
    expect(message['edited']).toBeUndefined();
    expect(message).toMatchObject({ text: 'card 2', blocks: [{ type: 'section' }] });
  });

  it('refuses unknown messages, messages of people, and more than 4,000 characters', async () => {
    const at = await posted();
    await control(slack, 'say', { user: 'maya', channel: 'deployments', text: 'mine' });
    const all = (await control(slack, 'messages?channel=deployments')).body['messages'] as { ts: string; user: string }[];
    const hers = all.find(({ user }) => user === 'U0MAYA');
    expect(await refusal('chat.update', { ...at, ts: '1.000000', text: 'x' })).toBe('message_not_found');
    expect(await refusal('chat.update', { channel: at.channel, ts: hers?.ts, text: 'x' })).toBe('cant_update_message');
    expect(await refusal('chat.update', { ...at, text: 'x'.repeat(4_001) })).toBe('msg_too_long');
  });
});

describe('Block Kit', () => {
  it('refuses broken blocks with a pointer to each fault, from a form body too', async () => {
    const blocks = [{ type: 'section' }, { type: 'actions', elements: [{ type: 'button', text: plain('x'.repeat(76)), action_id: 'a' }] }];
    const error = await post(client, { channel: 'deployments', text: 'x', blocks }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: {
          messages: [
            '[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]',
            '[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]',
          ],
        },
      },
    });
  });

  it('keeps text that merely looks like JSON as text', async () => {
    await post(client, { channel: 'deployments', text: '[1, 2]' });
    const { body } = await control(slack, 'messages?channel=deployments');
    expect(body).toMatchObject({ messages: [{ text: '[1, 2]' }] });
  });
});

describe('files', () => {
  it('are uploaded in three steps and shared in a thread', async () => {
    const { channel = '', ts = '' } = await post(client, { channel: 'deployments', text: 'root' });
    await client.files.uploadV2({ channel_id: channel, thread_ts: ts, filename: 'up.sql', content: 'select 1' });
    const { body } = await control(slack, `messages?channel=deployments&thread_ts=${ts}`);
    const files = (body['messages'] as { files?: { url: string; name: string }[] }[])[1]?.files ?? [];
    expect(files[0]?.name).toBe('up.sql');
    const response = await fetch(files[0]?.url ?? '');
    expect([await response.text(), response.headers.get('content-type')]).toEqual(['select 1', 'text/plain; charset=utf-8']);
  });
});
