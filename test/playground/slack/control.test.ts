import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aSlack, appToken, botToken, call, control, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
beforeEach(async () => {
  slack = await aSlack();
});
afterEach(() => slack.stop());

const refusal = async (method: string, args: object = {}, token: string = botToken): Promise<unknown> =>
  (await call(slack, method, args, token)).body['error'];
const post = (channel = 'deployments'): Promise<unknown> => refusal('chat.postMessage', { channel, text: 'x' });

async function state(): Promise<{ channels: Record<string, unknown>[]; people: Record<string, unknown>[] }> {
  return (await control(slack, 'state')).body as never;
}

describe('what people do to a channel behind the program’s back (T9)', () => {
  it('archives it and brings it back', async () => {
    expect((await control(slack, 'archive', { channel: 'deployments', on: true })).body).toMatchObject({ channel: { archived: true } });
    expect(await post()).toBe('is_archived');
    await control(slack, 'archive', { channel: 'deployments', on: false });
    expect(await post()).toBeUndefined();
  });

  it('removes the app from it', async () => {
    await control(slack, 'kick', { channel: 'deployments' });
    expect(await post()).toBe('not_in_channel');
    expect((await control(slack, 'kick', { channel: 'deployments' })).status).toBe(404);
  });

  it('gives it another name under the same id', async () => {
    const { body } = await control(slack, 'rename', { channel: 'deployments', name: '#releases' });
    const { id } = body['channel'] as { id: string };
    expect([await post('deployments'), await post('releases'), await post(id)]).toEqual(['channel_not_found', undefined, undefined]);
  });

  it('deletes a message in it, once (T10)', async () => {
    const { body } = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'the card' });
    const { channel, ts } = body;
    expect((await control(slack, 'delete', { channel, ts })).body).toEqual({ ok: true });
    expect(await refusal('chat.update', { channel, ts, text: 'again' })).toBe('message_not_found');
    expect((await control(slack, 'delete', { channel, ts })).status).toBe(404);
  });
});

describe('what happens to a person (T18)', () => {
  it('shows in users.info, and one who is gone can do nothing until they are back', async () => {
    const { body } = await control(slack, 'person', { user: 'sam', deleted: true, is_restricted: true });
    expect(body['person']).toMatchObject({ id: 'U0SAM', deleted: true, is_restricted: true });
    expect((await call(slack, 'users.info', { user: 'U0SAM' })).body['user']).toMatchObject({ deleted: true, is_restricted: true });
    const say = { user: 'sam', channel: 'deployments', text: 'hello' };
    expect(sentencesOf(await control(slack, 'say', say))).toEqual(['sam is deactivated and can do nothing.']);
    await control(slack, 'person', { user: 'sam', deleted: false });
    expect((await control(slack, 'say', say)).status).toBe(200);
    expect((await state()).people.find(({ id }) => id === 'U0SAM')).toMatchObject({ deleted: false, is_restricted: true });
  });
});

describe('a token that no longer counts (T8)', () => {
  it.each([
    [{ token: 'bot' }, 'auth.test', botToken, 'token_revoked'],
    [{ token: 'bot', error: 'token_expired' }, 'auth.test', botToken, 'token_expired'],
    [{ token: 'bot', uninstalled: true }, 'chat.postMessage', botToken, 'account_inactive'],
    [{ token: 'app', error: 'invalid_auth' }, 'apps.connections.open', appToken, 'invalid_auth'],
  ])('%j is refused in the word of Slack, until it counts again', async (wish, method, token, word) => {
    await control(slack, 'revoke', { ...wish, on: true });
    expect(await refusal(method, {}, token)).toBe(word);
    await control(slack, 'revoke', { ...wish, on: false });
    expect(await refusal(method, {}, token)).not.toBe(word);
  });

  it('leaves the other token alone', async () => {
    await control(slack, 'revoke', { token: 'bot', on: true });
    expect(await refusal('apps.connections.open', {}, appToken)).toBeUndefined();
  });
});

describe('the log of the traffic', () => {
  type Entry = { id: number; at: string; method: string; request: unknown; response: unknown };
  const log = async (query = ''): Promise<Entry[]> => (await control(slack, `log${query}`)).body['log'] as Entry[];

  it('keeps what was asked and answered, and no token', async () => {
    await call(slack, 'api.test', { token: botToken, said: `my token is ${appToken}` });
    const [entry] = await log();
    expect(entry).toMatchObject({ id: 1, method: 'api.test', request: { token: 'xoxb-…', said: 'my token is xapp-…' } });
    expect(JSON.stringify(entry)).not.toMatch(/local-test/);
  });

  it('is read in part: the newest, or what came after an entry or a time', async () => {
    for (const text of ['a', 'b', 'c']) await call(slack, 'api.test', { text });
    expect((await log('?limit=2')).map(({ id }) => id)).toEqual([2, 3]);
    expect((await log('?since=1')).map(({ id }) => id)).toEqual([2, 3]);
    expect((await log('?since=1&limit=1')).map(({ id }) => id)).toEqual([3]);
    expect(await log('?limit=0')).toEqual([]);
    expect(await log(`?since=${(await log()).at(-1)?.at}`)).toEqual([]);
    expect(await log('?since=2020-01-01T00:00:00Z')).toHaveLength(3);
    expect((await control(slack, 'log?since=yesterday')).status).toBe(400);
    expect((await control(slack, 'log?limit=-1')).status).toBe(400);
  });

  it('keeps the bodies of the newest five hundred', async () => {
    for (let count = 0; count < 501; count += 1) await call(slack, 'api.test', { count });
    const all = await log();
    expect(all).toHaveLength(501);
    expect(all.slice(0, 2).map(({ request }) => request)).toEqual([null, { count: 1 }]);
  });
});

describe('the control API', () => {
  it('shows how things stand', async () => {
    await control(slack, 'fault', { method: '*', kind: 'html', times: 3 });
    expect((await control(slack, 'state')).body).toMatchObject({
      sockets: 0,
      outage: false,
      faults: [{ method: '*', kind: 'html', left: 3 }],
      channels: [{ name: 'deployments', joined: true, archived: false }, { name: 'general', joined: false }, {}, {}, {}],
      people: [{ name: 'maya' }, { name: 'sam' }, { name: 'oskar', deleted: true }],
    });
  });

  it.each([
    ['archive', { channel: 'deployments' }, 'on must be true or false'],
    ['archive', { channel: 'nowhere', on: true }, 'There is no channel "nowhere" in this workspace.'],
    ['rename', { channel: 'deployments', name: 'Two words' }, 'name must be 1 to 80 of a-z, 0-9, - and _'],
    ['rename', { channel: 'deployments', name: 'general' }, 'There is a channel #general already.'],
    ['delete', { channel: 'deployments', ts: '1.2' }, 'There is no message 1.2 in #deployments.'],
    ['person', { user: 'nobody', deleted: true }, 'There is no user "nobody" in this workspace.'],
    ['person', { user: 'sam', deleted: 'yes' }, 'deleted must be true or false'],
    ['person', { user: 'sam' }, 'give at least one of deleted, is_restricted, is_ultra_restricted, is_stranger, dm_blocked'],
    ['revoke', { token: 'user', on: true }, 'token must be bot or app'],
    [
      'revoke',
      { token: 'bot', on: true, error: 'gone' },
      'error must be one of token_revoked, account_inactive, token_expired, invalid_auth',
    ],
    ['outage', { on: 'yes' }, 'on must be true or false'],
    ['dance', {}, 'There is no POST /_control/dance here.'],
  ])('refuses %s %j with the reason, in the shape of Slack', async (what, given, sentence) => {
    const answer = await control(slack, what, given);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).toMatchObject({ ok: false, error: 'invalid_arguments' });
    expect(sentencesOf(answer)).toEqual([sentence]);
  });

  it.each(['not json', '[1]', '"text"'])('refuses a body that is no object: %s', async (body) => {
    for (const what of ['fault', 'slash', 'clock']) {
      expect((await fetch(`${slack.url}/_control/${what}`, { method: 'POST', body })).status).toBe(400);
    }
  });
});
