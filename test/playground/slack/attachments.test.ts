import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, buttons, call, control } from './bolt.ts';

let slack: LocalSlack;
let bolt: App;
let clicked: unknown[] = [];

beforeEach(async () => {
  clicked = [];
  slack = await aSlack({ rateLimits: false });
  bolt = await aBolt(slack, (app) => {
    app.action('go', async ({ ack, action, respond }) => {
      clicked.push(action);
      await ack();
      await respond({ replace_original: false, attachments: [{ text: 'Only you' }] });
    });
  });
});
afterEach(async () => {
  await bolt.stop();
  await slack.stop();
});

const attachments = [
  { color: 'danger', title: 'p95', fields: [{ title: 'now', value: '900 ms', short: true }] },
  { blocks: [buttons('go')] },
];
const send = (method: string, args: object) => call(slack, method, { channel: 'deployments', text: 'x', ...args });
const sentence = ({ body }: Awaited<ReturnType<typeof call>>) => (body['response_metadata'] as { messages: string[] }).messages[0];

async function stored(channel: unknown): Promise<unknown> {
  const { body } = await call(slack, 'conversations.history', { channel });
  return (body['messages'] as { attachments?: unknown }[])[0]?.attachments;
}

describe('attachments', () => {
  it('are kept, answered, read back, and stay until an edit gives others', async () => {
    const { body } = await send('chat.postMessage', { attachments });
    expect(body).toMatchObject({ ok: true, message: { attachments } });
    const { channel, ts } = body;
    expect(await stored(channel)).toMatchObject([{ id: 1, ...attachments[0] }, { id: 2 }]);
    await call(slack, 'chat.update', { channel, ts, text: 'newer' });
    expect(await stored(channel)).toMatchObject(attachments);
    await call(slack, 'chat.update', { channel, ts, text: 'newer', attachments: [] });
    expect(await stored(channel)).toBeUndefined();
    expect((await call(slack, 'chat.postMessage', { channel, attachments })).body).toMatchObject({ ok: true });
  });

  it('hold buttons that can be clicked, and come in an answer through response_url', async () => {
    const { body } = await send('chat.postMessage', { attachments });
    const click = { user: 'sam', channel: 'deployments', ts: body['ts'], action_id: 'go' };
    expect((await control(slack, 'click', click)).body).toMatchObject({ ok: true });
    expect(clicked).toMatchObject([{ action_id: 'go', value: 'go:v1' }]);
    await expect
      .poll(async () => (await control(slack, 'ephemerals?user=sam')).body)
      .toMatchObject({ ephemerals: [{ attachments: [{ text: 'Only you' }] }] });
  });

  it.each<[string, unknown, string, string]>([
    ['no list', { text: 'x' }, 'invalid_attachments', '/attachments]'],
    ['something that is no attachment', ['x'], 'invalid_attachments', '/attachments/0]'],
    ['a title that is no text', [{ title: 1 }], 'invalid_attachments', '/attachments/0/title]'],
    ['a field that is none', [{ fields: ['x'] }], 'invalid_attachments', '/attachments/0/fields/0]'],
    ['a block there is none of', [{ text: 'x' }, { blocks: [{ type: 'constructor' }] }], 'invalid_blocks', '/attachments/1/blocks/0/type]'],
  ])('with %s are refused with a pointer', async (_, given, error, pointer) => {
    const posted = await send('chat.postMessage', { attachments: given });
    expect(posted.body['error']).toBe(error);
    expect(sentence(posted)).toContain(`json-pointer:${pointer}`);
    expect((await send('chat.postEphemeral', { user: 'U0SAM', attachments: given })).body['error']).toBe(error);
  });

  it('are a hundred at most', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ text: 'x' }));
    expect((await send('chat.postMessage', { attachments: many(100) })).body['ok']).toBe(true);
    expect((await send('chat.postMessage', { attachments: many(101) })).body['error']).toBe('too_many_attachments');
  });
});
