import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { LocalSlack, SlackOptions } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aSlack, appToken, botToken, call, control, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let stops: (() => unknown)[];

beforeEach(() => {
  stops = [];
});
afterEach(async () => {
  for (const stop of stops.toReversed()) await stop();
});

async function start(options: Partial<SlackOptions> = {}): Promise<void> {
  slack = await aSlack({ ackWithinMs: 200, ...options });
  stops.push(() => slack.stop());
}

/** The unmodified Bolt, impatient: it notices a silent server, and reconnects, within a fraction of a second. */
async function aBolt(): Promise<void> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} };
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: quiet };
  const receiver = new SocketModeReceiver({ appToken, clientPingTimeout: 300, installerOptions: { clientOptions }, logger: quiet });
  const app = new App({ token: botToken, receiver, clientOptions, logger: quiet, convoStore: false });
  app.command('/migrate', ({ ack }) => ack());
  await app.start();
  stops.push(() => app.stop());
  await until(() => slack.sockets() === 1, { what: 'the socket' });
}

const socket = (wish: object): ReturnType<typeof control> => control(slack, 'socket', wish);
const type = async (): Promise<unknown> => {
  const { body } = await control(slack, 'slash', { user: 'maya', channel: 'deployments', text: '/migrate status' });
  return body['acknowledged'];
};

type Frame = { readonly type: string; readonly reason?: string; readonly num_connections?: number };
type Bare = { readonly ws: WebSocket; readonly frames: Frame[]; closed: boolean };

/** A socket without Bolt around it, to see what is on the wire. */
async function aBareSocket(): Promise<Bare> {
  const { body } = await call(slack, 'apps.connections.open', {}, appToken);
  const ws = new WebSocket(String(body['url']));
  const bare: Bare = { ws, frames: [], closed: false };
  ws.on('message', (data: Buffer) => bare.frames.push(JSON.parse(data.toString()) as Frame));
  ws.on('close', () => (bare.closed = true));
  ws.on('error', () => undefined);
  stops.push(() => ws.terminate());
  await until(() => bare.frames.length > 0, { what: 'hello' });
  return bare;
}

describe('a socket that is dropped', () => {
  it('is cut without a word; an unmodified Bolt comes back by itself', async () => {
    await start();
    await aBolt();
    const bare = await aBareSocket();
    expect((await socket({ drop: true })).body).toEqual({ ok: true, sockets: 2, open: 0 });
    await until(() => bare.closed, { what: 'the cut' });
    expect(bare.frames.map((frame) => frame.type)).toEqual(['hello']);
    await until(() => slack.sockets() === 1, { what: 'Bolt to come back' });
    expect(await type()).toBe(true);
  });

  it('may be one of several', async () => {
    await start();
    await aBareSocket();
    await aBareSocket();
    expect((await socket({ drop: true, atMost: 1 })).body).toMatchObject({ sockets: 1, open: 1 });
  });
});

describe('a socket that is asked to reconnect', () => {
  it.each(['warning', 'refresh_requested', 'link_disabled'] as const)(
    'hears %s, and an unmodified Bolt comes back (T16)',
    async (reason) => {
      await start();
      await aBolt();
      const bare = await aBareSocket();
      expect((await socket({ action: 'refresh', reason })).body).toEqual({ ok: true, sockets: 2, open: 0 });
      await until(() => bare.frames.at(-1)?.reason === reason, { what: 'the request' });
      await until(() => slack.sockets() === 1, { what: 'Bolt to come back' });
    },
  );

  it('lingers when told: even after the close handshake we leave the connection open, as Slack does', async () => {
    await start();
    const bare = await aBareSocket();
    await socket({ refresh: true, linger: true });
    await until(() => bare.frames.at(-1)?.type === 'disconnect', { what: 'the request' });
    let goodbyes = 0;
    bare.ws.on('close', () => (goodbyes += 1));
    bare.ws.close(1000);
    // Whatever the server would do about a close frame, it has done once another socket has come and gone.
    const other = await aBareSocket();
    other.ws.close(1000);
    await until(() => other.closed, { what: 'the other to be closed' });
    expect(goodbyes).toBe(0);
    await socket({ drop: true });
    await until(() => goodbyes === 1, { what: 'the cut' });
  });
});

describe('a socket that is frozen', () => {
  it('gets no pong, so that an unmodified Bolt gives it up and opens another (T16)', async () => {
    await start();
    await aBolt();
    expect((await socket({ freeze: true })).body).toEqual({ ok: true, sockets: 1, open: 1 });
    expect(await type()).toBe(false);
    await until(async () => (await type()) === true, { what: 'a click to arrive over the new socket' });
  });

  it('hears neither envelopes nor pings, and is well again when it is thawed', async () => {
    await start();
    const bare = await aBareSocket();
    let pongs = 0;
    bare.ws.on('pong', () => (pongs += 1));
    bare.ws.on('message', (data: Buffer) => bare.ws.send(data.toString()));
    await socket({ freeze: true });
    bare.ws.ping();
    expect(await type()).toBe(false);
    expect([pongs, bare.frames.length]).toEqual([0, 1]);
    expect((await socket({ freeze: false })).body).toMatchObject({ sockets: 1 });
    bare.ws.ping();
    await until(() => pongs === 1, { what: 'a pong' });
    expect(await type()).toBe(true);
  });
});

describe('sockets', () => {
  it('are ten at most: the eleventh is told too_many_websockets, and the others work on (T16)', async () => {
    await start();
    const all: Bare[] = [];
    for (let count = 0; count < 11; count += 1) all.push(await aBareSocket());
    await until(() => all[10]?.frames.at(-1)?.reason === 'too_many_websockets', { what: 'the refusal' });
    expect(slack.sockets()).toBe(10);
    expect(all.map(({ frames }) => frames[0]?.num_connections)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('open with a ticket once, and not with one that was made up', async () => {
    await start();
    const { body } = await call(slack, 'apps.connections.open', {}, appToken);
    const refused = (url: string): Promise<string> =>
      new Promise((done) => {
        const ws = new WebSocket(url);
        ws.on('open', () => done('open'));
        ws.on('error', (error) => done(error.message));
        stops.push(() => ws.terminate());
      });
    expect(await refused(String(body['url']))).toBe('open');
    expect(await refused(String(body['url']))).toContain('401');
    expect(await refused(`${slack.url.replace('http', 'ws')}/link/?ticket=guessed`)).toContain('401');
  });

  it.each([
    [{}, ['give exactly one of drop, refresh and freeze']],
    [{ drop: true, freeze: true }, ['give exactly one of drop, refresh and freeze']],
    [{ drop: true, atMost: 0 }, ['atMost must be a whole number from 1']],
    [{ refresh: true, reason: 'lunch' }, ['reason must be one of warning, refresh_requested, link_disabled, too_many_websockets']],
    [{ refresh: false }, ['refresh must be true']],
    [{ freeze: 'yes' }, ['freeze must be true or false']],
  ])('refuse a control that makes no sense: %j', async (wish, sentences) => {
    await start();
    const answer = await socket(wish);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_arguments' } });
    expect(sentencesOf(answer)).toEqual(sentences);
  });
});

describe('an envelope', () => {
  it('whose socket goes before the acknowledgement is not given to another one: the person sees a failure (T7)', async () => {
    await start();
    const [first, second] = [await aBareSocket(), await aBareSocket()];
    const typed = type();
    await until(() => first.frames.length === 2, { what: 'the envelope' });
    first.ws.terminate();
    expect(await typed).toBe(false);
    expect(second.frames).toHaveLength(1);
  });
});

describe('an outage', () => {
  it('cuts the sockets, refuses new ones, answers 503 and delivers nothing, until it ends (T15)', async () => {
    await start();
    const before = await aBareSocket();
    const { body } = await call(slack, 'apps.connections.open', {}, appToken);
    expect((await control(slack, 'outage', { on: true })).body).toEqual({ ok: true, outage: true });
    expect(slack.sockets()).toBe(0);
    const statuses = await Promise.all(
      ['/api/auth.test', '/actions/T0/x', '/upload/v1/x'].map(async (path) => (await fetch(slack.url + path, { method: 'POST' })).status),
    );
    expect(statuses).toEqual([503, 503, 503]);
    const refusal = await new Promise<string>((done) => {
      new WebSocket(String(body['url'])).on('error', (error) => done(error.message));
    });
    expect(refusal).toContain('503');
    expect(await type()).toBe(false);
    expect((await control(slack, 'state')).body).toMatchObject({ sockets: 0, outage: true });
    await until(() => before.closed, { what: 'the cut' });
    expect(before.frames).toHaveLength(1);
    expect((await control(slack, 'outage', { on: false })).body).toEqual({ ok: true, outage: false });
    const after = await aBareSocket();
    after.ws.on('message', (data: Buffer) => after.ws.send(data.toString()));
    expect(await type()).toBe(true);
    expect((await control(slack, 'outage', {})).status).toBe(400);
  });
});
