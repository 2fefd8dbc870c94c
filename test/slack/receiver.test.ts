import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../playground/slack/server.ts';
import { interactiveOptions } from '../../src/slack/client.ts';
import { slackLogger } from '../../src/slack/logger.ts';
import { supervisedReceiver, type SupervisedReceiver } from '../../src/slack/receiver.ts';
import { until } from '../support/until.ts';
import { actIn, APP_TOKEN, aWorkspace } from './a-workspace.ts';

let unhandled: unknown[];
let logged: string[];
let stops: (() => Promise<unknown>)[];
const note = (reason: unknown) => void unhandled.push(reason);
const write = (_fields: object, message: string) => void logged.push(message);
const log = { info: write, warn: write, error: write };

beforeEach(() => {
  [unhandled, logged, stops] = [[], [], []];
  process.on('unhandledRejection', note);
});

afterEach(async () => {
  for (const stop of stops) await stop();
  process.off('unhandledRejection', note);
  expect(unhandled, 'nothing may end the process').toEqual([]);
});

function aReceiver(apiUrl: string, appToken = APP_TOKEN): SupervisedReceiver {
  const logger = slackLogger({ ...log, error: () => undefined });
  const clientOptions = () => interactiveOptions({ apiUrl, logger });
  const receiver = supervisedReceiver({ appToken, clientOptions, logger, log, backoff: () => 50 });
  stops.unshift(() => receiver.stop());
  return receiver;
}

async function started(options: Parameters<typeof aWorkspace>[0] = {}): Promise<{ slack: LocalSlack; receiver: SupervisedReceiver }> {
  const slack = await aWorkspace(options);
  stops.push(() => slack.stop());
  const receiver = aReceiver(slack.apiUrl);
  await receiver.start();
  return { slack, receiver };
}

describe('the supervised receiver', () => {
  it('holds two sockets', async () => {
    const { slack, receiver } = await started();
    expect(receiver.open()).toBe(2);
    expect(slack.sockets()).toBe(2);
  });

  it.each(['warning', 'refresh_requested'] as const)('keeps one socket open while the other is replaced after %s (T16)', async (reason) => {
    const { slack, receiver } = await started();
    slack.disconnect(reason, 1);
    expect(slack.sockets()).toBe(1);
    await until(() => slack.sockets() === 2 && receiver.open() === 2, { what: 'the second socket' });
  });

  it.each(['warning', 'refresh_requested', 'link_disabled', 'too_many_websockets'])(
    'has both sockets again within a second though Slack never says goodbye: %s (T16)',
    async (reason) => {
      const { slack, receiver } = await started();
      await actIn(slack, 'socket', { refresh: true, reason, linger: true });
      await until(() => receiver.open() === 0, { what: 'both to be given up', deadlineMs: 1_000 });
      await until(() => slack.sockets() === 2 && receiver.open() === 2, { what: 'both sockets', deadlineMs: 1_500 });
    },
  );

  it('replaces sockets that are cut off (T16)', async () => {
    const { slack, receiver } = await started();
    await actIn(slack, 'socket', { drop: true });
    await until(() => slack.sockets() === 2 && receiver.open() === 2, { what: 'both sockets', deadlineMs: 2_000 });
  });

  it('replaces a half-open socket, which answers no ping, while the other one is in use (T16)', async () => {
    const { slack, receiver } = await started();
    await actIn(slack, 'socket', { freeze: true, atMost: 1 });
    await until(() => receiver.open() === 1, { what: 'the silence to be noticed', deadlineMs: 12_000 });
    await until(() => slack.sockets() === 2 && receiver.open() === 2, { what: 'its replacement', deadlineMs: 2_000 });
  }, 20_000);

  it('goes on trying when the app token is revoked at a reconnect, and is back when it is good again (T8)', async () => {
    const { slack, receiver } = await started();
    await actIn(slack, 'revoke', { token: 'app', on: true });
    await actIn(slack, 'socket', { drop: true });
    await until(() => logged.filter((line) => line === 'no connection to Slack').length >= 4, { what: 'two tries of each socket' });
    expect(receiver.open()).toBe(0);
    await actIn(slack, 'revoke', { token: 'app', on: false });
    await until(() => slack.sockets() === 2 && receiver.open() === 2, { what: 'both sockets' });
  });

  it('is back by itself after Slack was away, with both sockets (T15)', async () => {
    const { slack, receiver } = await started();
    const port = Number(new URL(slack.url).port);
    await slack.stop();
    await until(() => logged.filter((line) => line === 'no connection to Slack').length >= 4, { what: 'four tries' });
    expect(receiver.open()).toBe(0);
    const again = await aWorkspace({ port });
    stops.push(() => again.stop());
    await until(() => again.sockets() === 2, { what: 'both sockets on the new server' });
  });

  it('goes on trying with a revoked token and ends nothing (T8)', async () => {
    const slack = await aWorkspace();
    stops.push(() => slack.stop());
    const receiver = aReceiver(slack.apiUrl, 'xapp-revoked');
    await receiver.start();
    await until(() => logged.length >= 6, { what: 'three tries of each socket' });
    expect(receiver.open()).toBe(0);
  });

  it.each([
    ['an error of the server', 500, 'no'],
    ['a maintenance page', 200, '<html>maintenance</html>'],
  ])('survives %s (T12)', async (_name, status, body) => {
    const server = await answering(status, body);
    const receiver = aReceiver(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`);
    await receiver.start();
    await until(() => logged.length >= 4, { what: 'two tries of each socket' });
    expect(receiver.open()).toBe(0);
  });

  it('stops within two seconds, connected or not, and does not come back', async () => {
    const { slack, receiver } = await started();
    const begun = performance.now();
    await receiver.stop();
    expect(performance.now() - begun).toBeLessThan(2_100);
    await until(() => slack.sockets() === 0, { what: 'both sockets to be closed' });
    expect(receiver.open()).toBe(0);
    const away = aReceiver('http://127.0.0.1:9/api/');
    await away.start();
    const again = performance.now();
    await away.stop();
    expect(performance.now() - again).toBeLessThan(2_100);
  });
});

function answering(status: number, body: string): Promise<Server> {
  const server = createServer((_request, response) => response.writeHead(status, { 'content-type': 'text/html' }).end(body));
  stops.push(() => new Promise((done) => server.close(done)));
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}
