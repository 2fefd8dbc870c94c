import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';
import { aSlack, botToken, call, control, plain } from './bolt.ts';

let slack: LocalSlack;
const rich = { usergroups: [{ id: 'S0DBA', handle: 'dba', name: 'Database', users: ['U0SAM'] }] };

beforeEach(async () => {
  slack = await aSlack({ rateLimits: false, ...rich });
});
afterEach(() => slack.stop());

async function again(options: Partial<SlackOptions>): Promise<void> {
  await slack.stop();
  slack = await aSlack({ rateLimits: false, ...options });
}

const ask = async (method: string, args: object = {}): Promise<Record<string, unknown>> => (await call(slack, method, args)).body;
const errorOf = async (method: string, args: object = {}): Promise<unknown> => (await ask(method, args))['error'];

async function idOf(name: string): Promise<string> {
  const { channels } = (await ask('conversations.list')) as { channels: { id: string; name: string }[] };
  return channels.find((channel) => channel.name === name)?.id ?? '';
}

async function posted(args: object = {}): Promise<{ channel: string; ts: string }> {
  const { channel, ts } = await ask('chat.postMessage', { channel: 'deployments', text: 'card', ...args });
  return { channel: String(channel), ts: String(ts) };
}

const archive = async (name: string): Promise<unknown> => control(slack, 'archive', { channel: name, on: true });

describe('every method', () => {
  it.each([
    ['chat.postMessage', 'channel'],
    ['chat.update', 'channel'],
    ['conversations.info', 'channel'],
    ['users.lookupByEmail', 'email'],
    ['views.open', 'view'],
    ['reactions.add', 'channel'],
    ['files.info', 'file'],
  ])('%s says which argument is missing', async (method, argument) => {
    expect(await ask(method)).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: expect.arrayContaining([`[ERROR] missing required field: ${argument}`]) },
    });
  });

  it('is found only if Slack has it: unknown_method, with its name', async () => {
    expect(await ask('chat.shout')).toMatchObject({ ok: false, error: 'unknown_method', req_method: 'chat.shout' });
  });
});

describe('pages', () => {
  it('of channels end with an empty cursor, and every channel is on one of them', async () => {
    const first = await ask('conversations.list', { limit: 1 });
    const cursor = (first['response_metadata'] as { next_cursor: string }).next_cursor;
    const second = await ask('conversations.list', { limit: 1, cursor });
    expect([first, second].flatMap((page) => (page['channels'] as { name: string }[]).map(({ name }) => name))).toEqual([
      'deployments',
      'general',
    ]);
    expect(second['response_metadata']).toEqual({ next_cursor: '' });
  });

  it('of messages do not slip when something new is said between them', async () => {
    const { channel } = await posted({ text: 'one' });
    await posted({ text: 'two' });
    await posted({ text: 'three' });
    const first = await ask('conversations.history', { channel, limit: 2 });
    await posted({ text: 'four' });
    const cursor = (first['response_metadata'] as { next_cursor: string }).next_cursor;
    const second = await ask('conversations.history', { channel, limit: 2, cursor });
    expect(first['has_more']).toBe(true);
    expect((second['messages'] as { text: string }[]).map(({ text }) => text)).toEqual(['one']);
  });

  it.each([
    ['users.list', { cursor: 'no-such-cursor' }, 'invalid_cursor'],
    ['users.list', { limit: -1 }, 'invalid_limit'],
    ['conversations.list', { limit: 'many' }, 'invalid_limit'],
    ['conversations.list', { types: 'public' }, 'invalid_types'],
  ])('%s refuses %o: %s', async (method, args, error) => {
    expect(await errorOf(method, args)).toBe(error);
  });

  it('leave out archived channels when asked to', async () => {
    await archive('general');
    const { channels } = (await ask('conversations.list', { exclude_archived: true })) as { channels: { name: string }[] };
    expect(channels.map(({ name }) => name)).toEqual(['deployments']);
  });
});

describe('people and groups', () => {
  it('are found by e-mail, unless they left', async () => {
    await again({ people: [{ id: 'U0ADA', name: 'ada', real_name: 'Ada', roles: [], email: 'ada@example.com' }] });
    expect(await ask('users.lookupByEmail', { email: 'Ada@example.com' })).toMatchObject({
      user: { id: 'U0ADA', profile: { email: 'ada@example.com' } },
    });
    await control(slack, 'person', { user: 'ada', deleted: true });
    expect(await errorOf('users.lookupByEmail', { email: 'ada@example.com' })).toBe('users_not_found');
  });

  it('keep their e-mail from an app without users:read.email', async () => {
    await again({ scopes: ['users:read'], people: [{ id: 'U0ADA', name: 'ada', real_name: 'Ada', roles: [], email: 'ada@example.com' }] });
    const { user } = (await ask('users.info', { user: 'U0ADA' })) as { user: { profile: Record<string, unknown> } };
    expect(user.profile['email']).toBeUndefined();
    expect(await ask('users.lookupByEmail', { email: 'ada@example.com' })).toMatchObject({
      error: 'missing_scope',
      needed: 'users:read.email',
      provided: 'users:read',
    });
  });

  it('T18 users.info shows a guest of one channel and somebody from another workspace', async () => {
    await control(slack, 'person', { user: 'sam', is_ultra_restricted: true, is_stranger: true });
    expect(await ask('users.info', { user: 'U0SAM' })).toMatchObject({
      user: { is_restricted: true, is_ultra_restricted: true, is_stranger: true },
    });
  });

  it('T19 there are user groups only on a paid plan', async () => {
    expect(await ask('usergroups.list', { include_users: true })).toMatchObject({ usergroups: [{ handle: 'dba', users: ['U0SAM'] }] });
    expect(await ask('usergroups.users.list', { usergroup: 'S0DBA' })).toMatchObject({ users: ['U0SAM'] });
    expect(await errorOf('usergroups.users.list', { usergroup: 'S0GONE' })).toBe('no_such_subteam');
    await again({});
    expect(await errorOf('usergroups.list')).toBe('plan_upgrade_required');
  });
});

describe('channels', () => {
  it('T9 an archived channel takes no posts and no edits, until it is opened again', async () => {
    const at = await posted();
    await archive('deployments');
    expect(await errorOf('chat.postMessage', { channel: 'deployments', text: 'x' })).toBe('is_archived');
    expect(await errorOf('chat.update', { ...at, text: 'x' })).toBe('is_inactive');
    expect(await errorOf('reactions.add', { channel: at.channel, timestamp: at.ts, name: 'eyes' })).toBe('is_archived');
    expect(await errorOf('conversations.unarchive', { channel: at.channel })).toBeUndefined();
    expect(await errorOf('chat.update', { ...at, text: 'x' })).toBeUndefined();
  });

  it('can be left, archived, named a topic, by an app that may manage them', async () => {
    const channel = await idOf('deployments');
    expect(await ask('conversations.setTopic', { channel, topic: 'Run #42' })).toMatchObject({ channel: { topic: { value: 'Run #42' } } });
    expect(await errorOf('conversations.setTopic', { channel, topic: 'x'.repeat(251) })).toBe('too_long');
    expect(await errorOf('conversations.kick', { channel, user: 'U0SAM' })).toBeUndefined();
    expect(await errorOf('conversations.kick', { channel, user: 'U0SAM' })).toBe('not_in_channel');
    expect(await errorOf('conversations.kick', { channel, user: 'U0LOCALBOT' })).toBe('cant_kick_self');
    expect(await errorOf('conversations.invite', { channel, users: 'U0SAM' })).toBeUndefined();
    expect(await errorOf('conversations.invite', { channel, users: 'U0SAM' })).toBe('already_in_channel');
    expect(await errorOf('conversations.archive', { channel })).toBeUndefined();
    expect(await errorOf('conversations.archive', { channel })).toBe('already_archived');
    expect(await errorOf('conversations.unarchive', { channel })).toBeUndefined();
    expect(await errorOf('conversations.leave', { channel })).toBeUndefined();
    expect(await ask('conversations.leave', { channel })).toMatchObject({ ok: true, not_in_channel: true });
    expect(await errorOf('conversations.archive', { channel: await idOf('general') })).toBe('cant_archive_general');
  });

  it('are not managed by an app whose manifest does not say so', async () => {
    await again({ scopes: ['channels:read'] });
    const channel = await idOf('deployments');
    expect(await errorOf('conversations.archive', { channel })).toBe('missing_scope');
    expect(await errorOf('conversations.list', { types: 'im' })).toBe('missing_scope');
    expect(await errorOf('conversations.history', { channel })).toBe('missing_scope');
  });

  it('count their members only when asked', async () => {
    const channel = await idOf('deployments');
    const bare = (await ask('conversations.info', { channel }))['channel'] as Record<string, unknown>;
    const full = (await ask('conversations.info', { channel, include_num_members: true }))['channel'] as Record<string, unknown>;
    expect([bare['num_members'], full['num_members']]).toEqual([undefined, 3]);
  });
});

describe('direct messages', () => {
  it('T20 a direct message is refused when the person or the app does not take it', async () => {
    const { channel } = (await ask('conversations.open', { users: 'U0MAYA' })) as { channel: { id: string } };
    expect(await errorOf('chat.postMessage', { channel: channel.id, text: 'x' })).toBeUndefined();
    await control(slack, 'person', { user: 'maya', dm_blocked: true });
    expect(await errorOf('chat.postMessage', { channel: channel.id, text: 'x' })).toBe('cannot_dm_bot');
    expect(await errorOf('conversations.open', { users: 'U0LOCALBOT' })).toBe('cannot_dm_bot');
    expect(await errorOf('conversations.open', { users: 'U0OLD' })).toBe('user_disabled');
    await again({ messagesTab: false });
    expect(await errorOf('chat.postMessage', { channel: 'U0MAYA', text: 'x' })).toBe('messages_tab_disabled');
  });
});

describe('the Home tab', () => {
  it('T21 the Home tab is refused when the manifest has none, and when it changed meanwhile', async () => {
    const view = { type: 'home', blocks: [{ type: 'header', text: plain('Now') }] };
    const first = (await ask('views.publish', { user_id: 'U0MAYA', view }))['view'] as { hash: string };
    expect(await errorOf('views.publish', { user_id: 'U0MAYA', view, hash: first.hash })).toBeUndefined();
    expect(await errorOf('views.publish', { user_id: 'U0MAYA', view, hash: first.hash })).toBe('hash_conflict');
    await again({ homeTab: false });
    expect(await errorOf('views.publish', { user_id: 'U0MAYA', view })).toBe('not_enabled');
  });

  it('may weigh 250,000 bytes, not characters', async () => {
    // Two bytes each: fewer characters than bytes are allowed.
    const option = (n: number): object => ({ text: plain('é'.repeat(75)), value: `${n}-${'é'.repeat(60)}` });
    const select = (n: number): object => ({
      type: 'actions',
      elements: [{ type: 'static_select', action_id: `a${n}`, options: Array.from({ length: 100 }, (_, index) => option(index)) }],
    });
    const blocks = Array.from({ length: 10 }, (_, index) => select(index));
    expect(JSON.stringify({ type: 'home', blocks }).length).toBeLessThan(250_000);
    expect(await errorOf('views.publish', { user_id: 'U0MAYA', view: { type: 'home', blocks } })).toBe('view_too_large');
  });
});

describe('marks', () => {
  it('are put on messages once, and listed', async () => {
    const { channel, ts } = await posted();
    const at = { channel, timestamp: ts };
    expect([await errorOf('pins.add', at), await errorOf('pins.add', at)]).toEqual([undefined, 'already_pinned']);
    expect(await ask('pins.list', { channel })).toMatchObject({ items: [{ type: 'message', message: { ts } }] });
    expect([await errorOf('pins.remove', at), await errorOf('pins.remove', at)]).toEqual([undefined, 'no_pin']);
    const eyes = { ...at, name: 'eyes' };
    expect([await errorOf('reactions.add', eyes), await errorOf('reactions.add', eyes)]).toEqual([undefined, 'already_reacted']);
    expect([await errorOf('reactions.remove', eyes), await errorOf('reactions.remove', eyes)]).toEqual([undefined, 'no_reaction']);
    expect(await errorOf('pins.add', { channel })).toBe('no_item_specified');
    expect(await errorOf('pins.add', { channel, timestamp: 'yesterday' })).toBe('bad_timestamp');
    expect(await errorOf('pins.add', { channel, timestamp: '1.000001' })).toBe('message_not_found');
  });

  it('bookmarks are links', async () => {
    const channel_id = await idOf('deployments');
    const bookmark = { channel_id, title: 'Runbook', type: 'link', link: 'https://example.com/runbook' };
    expect(await ask('bookmarks.add', bookmark)).toMatchObject({ ok: true, bookmark: { title: 'Runbook', channel_id } });
    expect(await errorOf('bookmarks.add', { ...bookmark, link: 'javascript:alert(1)' })).toBe('invalid_link');
    expect(await ask('bookmarks.list', { channel_id })).toMatchObject({ bookmarks: [{ title: 'Runbook' }] });
  });
});

describe('the app itself', () => {
  it('T8 the app can give its token back, and has none afterwards', async () => {
    expect(await ask('auth.revoke', { test: true })).toMatchObject({ ok: true, revoked: false });
    expect(await errorOf('auth.test')).toBeUndefined();
    expect(await ask('auth.revoke')).toMatchObject({ ok: true, revoked: true });
    expect(await errorOf('auth.test')).toBe('token_revoked');
  });

  it('knows its team, its bot, and an echo', async () => {
    expect(await ask('team.info')).toMatchObject({ team: { id: 'T0LOCALDEV' } });
    expect(await errorOf('team.info', { team: 'T0OTHER' })).toBe('team_not_found');
    expect(await ask('bots.info', { bot: 'B0LOCALBOT' })).toMatchObject({ bot: { app_id: 'A0LOCALAPP' } });
    expect(await errorOf('bots.info', { bot: 'B0OTHER' })).toBe('bot_not_found');
    expect(await ask('api.test', { error: 'my_error' })).toMatchObject({ ok: false, error: 'my_error', args: { error: 'my_error' } });
  });

  it('gives permalinks that lead to the message, in its thread', async () => {
    const root = await posted();
    const reply = await posted({ thread_ts: root.ts });
    const { permalink } = await ask('chat.getPermalink', { channel: root.channel, message_ts: reply.ts });
    expect(permalink).toBe(`${slack.url}/archives/${root.channel}/p${reply.ts.replace('.', '')}?thread_ts=${root.ts}&cid=${root.channel}`);
    expect(await errorOf('chat.getPermalink', { channel: root.channel, message_ts: '1.000001' })).toBe('message_not_found');
  });

  it('posts where it is not, only with chat:write.public in the manifest', async () => {
    await again({ scopes: ['chat:write'] });
    expect(await errorOf('chat.postMessage', { channel: 'general', text: 'x' })).toBe('not_in_channel');
    await again({ scopes: ['chat:write', 'chat:write.public'] });
    expect(await errorOf('chat.postMessage', { channel: 'general', text: 'x' })).toBeUndefined();
  });

  it('is known by its token in a query too', async () => {
    const response = await fetch(`${slack.apiUrl}users.info?user=U0SAM`, { headers: { authorization: `Bearer ${botToken}` } });
    expect(await response.json()).toMatchObject({ ok: true, user: { name: 'sam' } });
  });
});
