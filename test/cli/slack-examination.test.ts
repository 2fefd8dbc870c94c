import nock from 'nock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackExamination } from '../../src/cli/slack-examination.ts';

const apiUrl = 'https://slack.test/api/';
const botToken = 'xoxb-very-secret';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

function slack(channels: readonly object[], cursor = ''): void {
  nock('https://slack.test').post('/api/auth.test').reply(200, { ok: true, user: 'offpeak', team: 'Acme' });
  nock('https://slack.test')
    .post('/api/conversations.list')
    .reply(200, { ok: true, channels, response_metadata: { next_cursor: cursor } });
}

const look = () => slackExamination({ apiUrl, botToken, channel: 'deployments' }).look();

test('a bot that is a member of the channel is well, on whichever page the channel is', async () => {
  slack([{ name: 'general', is_member: true }], 'more');
  nock('https://slack.test')
    .post('/api/conversations.list', /cursor=more/)
    .reply(200, { ok: true, channels: [{ name: 'deployments', is_member: true }] });
  expect(await look()).toEqual({ ok: true, detail: '@offpeak in Acme, member of #deployments' });
});

test('a channel without the bot, and no channel at all, say what to do', async () => {
  slack([{ name: 'deployments', is_member: false }]);
  expect(await look()).toMatchObject({ ok: false, fix: 'In Slack, write in #deployments: /invite @offpeak' });
  slack([]);
  expect(await look()).toMatchObject({ ok: false, fix: 'Create #deployments, or correct slack.channel.' });
});

test('a refused token is a mistake, a Slack that does not answer is unknown, and no token is shown', async () => {
  nock('https://slack.test').post('/api/auth.test').reply(200, { ok: false, error: 'invalid_auth' });
  const refused = await look();
  expect(refused).toMatchObject({ ok: false, detail: 'Slack says invalid_auth' });
  nock('https://slack.test').post('/api/auth.test').replyWithError('connect ECONNREFUSED');
  const silent = await look();
  expect(silent).toMatchObject({ ok: 'unknown', detail: 'Slack cannot be reached' });
  expect(JSON.stringify([refused, silent])).not.toContain('very-secret');
});
