import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aSlack, appToken, botToken, buttons, call, control } from './bolt.ts';

let slack: LocalSlack;
beforeEach(async () => {
  slack = await aSlack({ rateLimits: false });
});
afterEach(() => slack.stop());

const ask = async (method: string, args: object = {}): Promise<Record<string, unknown>> => (await call(slack, method, args)).body;
const errorOf = async (method: string, args: object = {}): Promise<unknown> => (await ask(method, args))['error'];
const say = (args: object): Promise<Record<string, unknown>> => ask('chat.postMessage', { channel: 'deployments', ...args });
const saidWrong = async (args: object): Promise<unknown> => (await say(args))['error'];
const metadata = { event_type: 'run', event_payload: { run: '42' } };

async function placeOf(answer: Promise<Record<string, unknown>>): Promise<{ channel: string; ts: string }> {
  const { channel, ts } = await answer;
  return { channel: String(channel), ts: String(ts) };
}

describe('a message', () => {
  it('T14 a message of more than 40,000 characters is cut, with a warning', async () => {
    const answer = await say({ text: 'x'.repeat(40_001) });
    expect(answer).toMatchObject({ ok: true, warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } });
    expect((answer['message'] as { text: string }).text).toHaveLength(40_000);
  });

  it.each([
    ['nothing to say', {}, 'no_text'],
    ['blocks that are no list', { blocks: 'plain words', text: 'x' }, 'invalid_blocks_format'],
    ['metadata without a payload', { text: 'x', metadata: { event_type: 'run' } }, 'invalid_metadata_format'],
    [
      'metadata that is too large',
      { text: 'x', metadata: { ...metadata, event_payload: { x: 'y'.repeat(16_000) } } },
      'metadata_too_large',
    ],
    ['Markdown beside text', { text: 'x', markdown_text: '**x**' }, 'markdown_text_conflict'],
    ['101 attachments', { attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) }, 'too_many_attachments'],
    ['a thread that is not there', { text: 'x', thread_ts: '1.000001' }, 'thread_not_found'],
    ['a channel that is not there', { text: 'x', channel: 'C0NOWHERE' }, 'channel_not_found'],
    ['a person who left', { text: 'x', channel: 'U0OLD' }, 'channel_not_found'],
    ['a channel the app is not in', { text: 'x', channel: 'general' }, 'not_in_channel'],
  ])('is refused with %s', async (_, args, error) => {
    expect(await saidWrong(args)).toBe(error);
  });

  it('in a thread belongs to the root, and is shown in the channel when broadcast', async () => {
    const root = await placeOf(say({ text: 'root' }));
    const reply = await placeOf(say({ text: 'reply', thread_ts: root.ts }));
    await say({ text: 'for all', thread_ts: reply.ts, reply_broadcast: true });
    const { messages } = (await ask('conversations.history', { channel: root.channel })) as { messages: object[] };
    expect(messages).toMatchObject([
      { text: 'for all', subtype: 'thread_broadcast', thread_ts: root.ts },
      { text: 'root', reply_count: 2, reply_users_count: 1 },
    ]);
  });

  it('T10 a message that a person deleted leaves a tombstone over its replies', async () => {
    const root = await placeOf(say({ text: 'root' }));
    await say({ text: 'reply', thread_ts: root.ts });
    await control(slack, 'delete', { channel: 'deployments', ts: root.ts });
    expect(await errorOf('chat.update', { ...root, text: 'x' })).toBe('message_not_found');
    const { messages } = (await ask('conversations.replies', root)) as { messages: object[] };
    expect(messages[0]).toMatchObject({ subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.' });
  });
});

describe('an edit', () => {
  it('keeps metadata that is not given, and takes what is', async () => {
    const at = await placeOf(say({ text: 'card', metadata }));
    const read = async (): Promise<unknown> => {
      const answer = await ask('conversations.history', { channel: at.channel, include_all_metadata: true });
      return (answer['messages'] as { metadata?: unknown }[])[0]?.metadata;
    };
    await ask('chat.update', { ...at, text: 'new' });
    expect(await read()).toEqual(metadata);
    const other = { ...metadata, event_payload: { run: '43' } };
    await ask('chat.update', { ...at, text: 'newer', metadata: other });
    expect(await read()).toEqual(other);
  });

  it('of 4,000 characters passes and of 4,001 does not', async () => {
    const at = await placeOf(say({ text: 'card' }));
    expect(await errorOf('chat.update', { ...at, text: 'x'.repeat(4_000) })).toBeUndefined();
    expect(await errorOf('chat.update', { ...at, text: 'x'.repeat(4_001) })).toBe('msg_too_long');
    expect(await errorOf('chat.update', at)).toBe('no_text');
  });

  it("of somebody else's message is refused, and so is deleting it", async () => {
    await control(slack, 'say', { user: 'maya', channel: 'deployments', text: 'mine' });
    const { channel } = await placeOf(say({ text: 'card' }));
    const { messages } = (await ask('conversations.history', { channel })) as { messages: { ts: string; user: string }[] };
    const ts = messages.find(({ user }) => user === 'U0MAYA')?.ts;
    expect(await errorOf('chat.update', { channel, ts, text: 'x' })).toBe('cant_update_message');
    expect(await errorOf('chat.delete', { channel, ts })).toBe('cant_delete_message');
  });
});

describe('an expired trigger id', () => {
  it.each([
    ['expired_trigger_id', undefined, { error: 'expired_trigger_id' }],
    [
      'invalid_arguments',
      'invalid_arguments' as const,
      { error: 'invalid_arguments', response_metadata: { messages: ['[ERROR] `trigger_id` expired'] } },
    ],
  ])('T7 an expired trigger id is refused as %s', async (_, expiredTriggerAs, refusal) => {
    await slack.stop();
    let elapsed = 0;
    slack = await aSlack({ elapsedMs: () => elapsed, ackWithinMs: 50, ...(expiredTriggerAs ? { expiredTriggerAs } : {}) });
    const at = await placeOf(say({ text: 'card', blocks: [buttons('go')] }));
    const trigger = await triggerFrom(at.ts);
    elapsed = 3_001;
    const view = { type: 'modal', title: { type: 'plain_text', text: 'T' }, blocks: [] };
    expect(await ask('views.open', { trigger_id: trigger, view })).toMatchObject({ ok: false, ...refusal });
  });
});

/** A click over a raw socket that acknowledges nothing: the trigger id is in what is delivered. */
async function triggerFrom(ts: string): Promise<string> {
  const { url } = (await call(slack, 'apps.connections.open', {}, appToken)).body;
  const socket = new WebSocket(String(url));
  const hello = Promise.withResolvers<void>();
  const trigger = Promise.withResolvers<string>();
  socket.addEventListener('message', ({ data }) => {
    const { type, payload } = JSON.parse(String(data)) as { type: string; payload?: { trigger_id: string } };
    if (type === 'hello') hello.resolve();
    if (payload) trigger.resolve(payload.trigger_id);
  });
  await hello.promise;
  await control(slack, 'click', { user: 'sam', channel: 'deployments', ts, action_id: 'go' });
  socket.close();
  return trigger.promise;
}

describe('a file', () => {
  it('that is a picture is served as one, and a page of HTML as plain text', async () => {
    const types: (string | null)[] = [];
    for (const filename of ['metrics.png', 'evil.html']) {
      const { upload_url, file_id } = await ask('files.getUploadURLExternal', { filename, length: 3, alt_txt: 'p95 over time' });
      await fetch(String(upload_url), { method: 'POST', body: 'abc' });
      const { files } = (await ask('files.completeUploadExternal', { files: [{ id: file_id }], channel_id: 'deployments' })) as {
        files: { url_private: string; alt_txt: string }[];
      };
      expect(files[0]?.alt_txt).toBe('p95 over time');
      types.push((await fetch(files[0]?.url_private ?? '')).headers.get('content-type'));
    }
    expect(types).toEqual(['image/png', 'text/plain; charset=utf-8']);
  });

  it('is completed once, after its bytes arrived, in a channel the app is in', async () => {
    const { upload_url, file_id } = await ask('files.getUploadURLExternal', { filename: 'up.sql', length: 3 });
    const files = [{ id: file_id, title: 'Up' }];
    expect(await errorOf('files.completeUploadExternal', { files })).toBe('file_not_found');
    await fetch(String(upload_url), { method: 'POST', body: 'abc' });
    expect(await errorOf('files.completeUploadExternal', { files, channel_id: 'general' })).toBe('not_in_channel');
    expect(await errorOf('files.info', { file: file_id })).toBe('file_not_found');
    expect(await errorOf('files.completeUploadExternal', { files, channel_id: 'deployments' })).toBeUndefined();
    expect(await errorOf('files.completeUploadExternal', { files, channel_id: 'deployments' })).toBe('file_not_found');
    expect(await ask('files.info', { file: file_id })).toMatchObject({ file: { name: 'up.sql', title: 'Up', size: 3, mode: 'hosted' } });
  });
});

describe('a request that cannot be read', () => {
  const send = async (type: string | undefined, body: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${botToken}`, ...(type === undefined ? {} : { 'content-type': type }) };
    const bytes = new TextEncoder().encode(body);
    return ((await (await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers, body: bytes })).json()) as { error?: string })
      .error;
  };

  it.each([
    ['JSON that is broken', 'application/json', '{"channel":', 'invalid_json'],
    ['JSON that is a list', 'application/json', '[1]', 'json_not_object'],
    ['JSON sent as a form', 'application/x-www-form-urlencoded', '{"channel":"deployments"}', 'invalid_form_data'],
    ['a multipart form without its boundary', 'multipart/form-data', 'channel=deployments', 'invalid_form_data'],
    ['a type Slack does not take', 'application/xml', '<x/>', 'invalid_post_type'],
    ['no type at all', undefined, 'channel=deployments', 'missing_post_type'],
    ['a charset Slack does not take', 'application/json; charset=utf-16', '{}', 'invalid_charset'],
    [
      'blocks of broken JSON in a form',
      'application/x-www-form-urlencoded',
      'channel=deployments&text=x&blocks=[{',
      'invalid_blocks_format',
    ],
  ])('%s', async (_, type, body, error) => {
    expect(await send(type, body)).toBe(error);
  });

  it('is none when it is a GET with its arguments in the query', async () => {
    const response = await fetch(`${slack.apiUrl}chat.postMessage?channel=deployments&text=hello&token=${botToken}`);
    expect(await response.json()).toMatchObject({ ok: true, message: { text: 'hello' } });
  });
});
