import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../playground/slack/server.ts';
import { slackApp, type SlackApp } from '../../src/slack/bolt.ts';
import { until } from '../support/until.ts';
import { actIn, APP_TOKEN, aWorkspace, BOT_TOKEN, type Acted } from './a-workspace.ts';

let slack: LocalSlack;
let app: SlackApp;
let heard: string[];
let logged: string[];

const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log = { info: write, warn: write, error: write };

beforeEach(async () => {
  [heard, logged] = [[], []];
  slack = await aWorkspace({ appIn: ['deployments'] });
  app = anApp();
  await app.start();
});

afterEach(async () => {
  await app.stop();
  await slack.stop();
});

/** The bot's own Bolt with one listener that acknowledges and notes. */
function anApp(): SlackApp {
  return slackApp({
    settings: { mode: 'socket', apiUrl: slack.apiUrl, botToken: BOT_TOKEN, appToken: APP_TOKEN },
    log,
    register: (bolt) => {
      bolt.action('roll_back', async ({ ack, body }) => {
        heard.push(body.user.id);
        await ack();
      });
    },
  });
}

/** Posts a message with a button and answers how to press it. */
async function aButton(): Promise<() => Promise<Acted>> {
  const text = { type: 'plain_text', text: 'Roll back now' } as const;
  const { ts = '' } = await app.interactive.chat.postMessage({
    channel: 'deployments',
    text: 'A card',
    blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'roll_back', text, value: 'x' }] }],
  });
  return () => actIn(slack, 'click', { user: 'ana', channel: 'deployments', ts, action_id: 'roll_back' });
}

describe('clicks while sockets come and go', () => {
  it.each(['warning', 'refresh_requested', 'link_disabled'])(
    'loses none while Slack recycles one socket after the other: %s (T16)',
    async (reason) => {
      const press = await aButton();
      for (let round = 0; round < 4; round += 1) {
        await actIn(slack, 'socket', { refresh: true, reason, atMost: 1, linger: round % 2 === 0 });
        for (let click = 0; click < 3; click += 1) expect(await press()).toMatchObject({ ok: true, acknowledged: true });
        await until(() => app.connected() === 2 && slack.sockets() === 2, { what: 'the replacement' });
      }
      expect(heard).toHaveLength(12);
    },
  );

  it('lets the person see that nothing happened while there is no socket, and does nothing later either (T17)', async () => {
    const press = await aButton();
    await actIn(slack, 'fault', { method: 'apps.connections.open', kind: 'http_500', times: 10_000 });
    await actIn(slack, 'socket', { drop: true });
    await until(() => app.connected() === 0, { what: 'both sockets to be gone' });
    expect(await press()).toMatchObject({ acknowledged: false });
    await actIn(slack, 'fault', { method: 'apps.connections.open', times: 0 });
    await until(() => app.connected() === 2, { what: 'both sockets', deadlineMs: 15_000 });
    expect(heard, 'the lost click is not made up for').toEqual([]);
    expect(await press()).toMatchObject({ acknowledged: true });
    expect(heard).toEqual(['U0ANA']);
  }, 20_000);

  it('says less and less often that Slack does not know us, and knows itself once Slack does (T8)', async () => {
    await app.stop();
    await actIn(slack, 'revoke', { token: 'bot', on: true, error: 'account_inactive' });
    app = anApp();
    await app.start();
    expect([app.team(), app.connected()]).toEqual([null, 2]);
    await until(() => logged.filter((line) => line.startsWith('Slack does not say who we are')).length === 2, { what: 'the second try' });
    expect(logged.join('\n')).toMatch(/"retryMs":2000[\s\S]*"retryMs":4000/);
    expect(logged.join('\n')).not.toMatch(/xoxb-|xapp-/);
    await actIn(slack, 'revoke', { token: 'bot', on: false });
    await until(() => app.team() === 'T0LOCALDEV', { what: 'our name' });
  });

  it('stops within two seconds though sockets and publisher hang, and the call under way is broken off (T16)', async () => {
    await actIn(slack, 'socket', { freeze: true });
    await actIn(slack, 'fault', { method: 'chat.postMessage', kind: 'timeout', times: 1 });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the browser's
    const broken = expect(app.background.chat.postMessage({ channel: 'deployments', text: 'never answered' })).rejects.toThrow();
    const begun = performance.now();
    await app.stop();
    expect(performance.now() - begun).toBeLessThan(2_000);
    await broken;
    expect(performance.now() - begun).toBeLessThan(2_500);
  });
});
