import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aSlack, call, control, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
beforeEach(async () => {
  slack = await aSlack();
});
afterEach(() => slack.stop());

const say = (more: object = {}) => control(slack, 'say', { user: 'sam', channel: 'deployments', text: 'hello', ...more });
const slash = (more: object = {}) => control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate plan', ...more });
const said = async () => ((await control(slack, 'messages?channel=deployments')).body['messages'] as { text: string }[]).length;

async function direct(user: string): Promise<string> {
  const { body } = await call(slack, 'conversations.open', { users: user });
  return (body['channel'] as { id: string }).id;
}

describe('people cannot write where Slack has no field for them', () => {
  it('in an archived channel', async () => {
    await control(slack, 'archive', { channel: 'deployments', on: true });
    for (const refused of [await say(), await slash()]) {
      expect(refused).toMatchObject({ status: 400, body: { ok: false, error: 'invalid_arguments' } });
      expect(sentencesOf(refused)).toEqual(['#deployments is archived: nobody can write there.']);
    }
    await control(slack, 'archive', { channel: 'deployments', on: false });
    expect((await say()).status).toBe(200);
    expect(await said()).toBe(1);
  });

  it('in a thread of a message that is not there', async () => {
    for (const thread_ts of ['nonsense', '1.2']) expect(await say({ thread_ts })).toMatchObject({ status: 404 });
    expect(await said()).toBe(0);
    const { body } = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'root' });
    expect((await say({ thread_ts: body['ts'] })).status).toBe(200);
    expect((await control(slack, `messages?channel=deployments&thread_ts=${String(body['ts'])}`)).body['messages']).toHaveLength(2);
  });

  it('when they are deactivated', async () => {
    await control(slack, 'person', { user: 'sam', deleted: true });
    for (const refused of [await say(), await slash()]) expect(sentencesOf(refused)).toEqual(['sam is deactivated and can do nothing.']);
  });

  it('in a channel they are not in, and in the direct messages of somebody else', async () => {
    await control(slack, 'person', { user: 'oskar', deleted: false });
    const stranger = [await say({ user: 'oskar' }), await slash({ user: 'oskar' })];
    for (const refused of stranger) expect(sentencesOf(refused)).toEqual(['oskar is not in #deployments.']);
    const channel = await direct('U0MAYA');
    expect(sentencesOf(await say({ channel }))).toEqual(['sam is not in this direct message.']);
    expect((await say({ channel, user: 'maya' })).status).toBe(200);
  });
});

describe('the log', () => {
  it.each(['2026-11-24', 'soon', '2026-11-24T19:00:00', '-1'])('since %s is refused with a sentence', async (since) => {
    const refused = await control(slack, `log?since=${since}`);
    expect([refused.status, sentencesOf(refused)]).toEqual([
      400,
      ['since must be the id of an entry, or a moment as 2026-11-24T19:00:00Z'],
    ]);
  });

  it.each(['0', '2026-11-24T19:00:00Z', '2026-11-24T19:00:00%2B01:00', '2026-11-24T19:00Z'])('since %s is answered', async (since) => {
    expect((await control(slack, `log?since=${since}`)).status).toBe(200);
  });
});
