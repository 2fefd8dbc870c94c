import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { slackApp } from '../../src/slack/bolt.ts';
import { until } from '../support/until.ts';
import { aWorkspace, BOT_TOKEN, lookAt } from './a-workspace.ts';

const SECRET = 'signing-secret';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** A well signed slash command for this app. */
async function commandFor(app: string, port: number): Promise<number> {
  const body = new URLSearchParams({ command: '/migrate', text: app, team_id: 'T0LOCALDEV', user_id: 'U0ANA', api_app_id: app }).toString();
  const at = String(Math.floor(Date.now() / 1000));
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': at,
    'x-slack-signature': `v0=${createHmac('sha256', SECRET).update(`v0:${at}:${body}`).digest('hex')}`,
  };
  return (await fetch(`http://127.0.0.1:${port}/slack/events`, { method: 'POST', headers, body })).status;
}

it('T23 a well signed payload for another app reaches no listener, one for ours does', async () => {
  const slack = await aWorkspace();
  onTestFinished(() => slack.stop());
  const port = await freePort();
  const heard: string[] = [];
  const app = slackApp({
    settings: { mode: 'http', apiUrl: slack.apiUrl, botToken: BOT_TOKEN, signingSecret: SECRET, port },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    register: (bolt) =>
      bolt.command(/^/, async ({ ack, command }) => {
        heard.push(command.api_app_id);
        await ack();
      }),
  });
  await app.start();
  onTestFinished(() => app.stop());
  const asked = async () =>
    (await lookAt<{ log: readonly { method: string; ok: boolean }[] }>(slack, 'log')).log.some(
      ({ method, ok }) => method === 'bots.info' && ok,
    );
  await until(asked, { what: 'Slack to say which app we are' });
  expect(await commandFor('A0LOCALAPP', port)).toBe(200);
  expect(await commandFor('A0OTHERAPP', port)).not.toBe(200);
  expect(heard).toEqual(['A0LOCALAPP']);
});
