import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTPReceiver } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forAnotherApp, guarded } from '../../src/slack/http-guard.ts';

const SECRET = 'signing-secret';
const NOW = 1_795_540_000;
const silent = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error' as never, setName() {} };

/** Bolt's own listener behind our guard, with a clock in our hand; what it lets through is counted. */
function anEndpoint() {
  const logged: string[] = [];
  const write = (fields: object) => void logged.push(JSON.stringify(fields));
  const receiver = new HTTPReceiver({ signingSecret: SECRET, logger: silent });
  const taken: object[] = [];
  receiver.init({
    processEvent: async ({ body, ack }: { body: object; ack: () => Promise<void> }) => {
      taken.push(body);
      await ack();
    },
  } as never);
  const clock = { now: NOW };
  const listener = guarded(receiver.requestListener, { nowMs: () => clock.now * 1000, log: { info: write, warn: write, error: write } });
  return { listener, taken, logged, clock };
}

let server: ReturnType<typeof createServer>;
let endpoint: ReturnType<typeof anEndpoint>;

beforeEach(async () => {
  endpoint = anEndpoint();
  server = createServer(endpoint.listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterEach(() => new Promise((done) => server.close(done)));

type Sent = { readonly at?: number; readonly key?: string; readonly signature?: string; readonly text?: string };

/** What Slack would send: a signed slash command. */
async function send({ at = Math.floor(Date.now() / 1000), key = SECRET, signature, text = 'help' }: Sent = {}): Promise<number> {
  const body = new URLSearchParams({ command: '/migrate', text, team_id: 'T1', user_id: 'U1' }).toString();
  const signed = signature ?? `v0=${createHmac('sha256', key).update(`v0:${at}:${body}`).digest('hex')}`;
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': String(at), 'x-slack-signature': signed },
    body,
  });
  return answer.status;
}

const now = () => Math.floor(Date.now() / 1000);

describe('the HTTP endpoint', () => {
  beforeEach(() => {
    endpoint.clock.now = now();
  });

  it('T23 takes what is signed now, and what is signed a little ahead of a slow clock', async () => {
    expect(await send()).toBe(200);
    expect(await send({ at: now() + 290 })).toBe(200);
    expect(endpoint.taken).toHaveLength(2);
  });

  it.each([
    ['signed six minutes in the future', { at: () => now() + 360 }],
    ['signed six minutes ago', { at: () => now() - 360 }],
  ])('T23 refuses what is %s', async (_what, { at }) => {
    expect(await send({ at: at() })).toBe(401);
    expect(endpoint.taken).toEqual([]);
  });

  it.each([
    ['with another secret', { key: 'other' }],
    ['not at all', { signature: '' }],
    ['with something that is no signature', { signature: 'v0=nonsense' }],
  ])('T23 refuses what is signed %s', async (_what, sent) => {
    expect(await send(sent)).toBe(401);
    expect(endpoint.taken).toEqual([]);
  });

  it('T23 refuses a request that is played back, and takes a delivery that Slack has signed anew', async () => {
    const at = now();
    expect([await send({ at }), await send({ at }), await send({ at: at + 1 })]).toEqual([200, 401, 200]);
    expect(endpoint.taken).toHaveLength(2);
    expect(endpoint.logged.join()).toContain('its signature was used before');
  });

  it('T23 refuses one of two that arrive at the same moment', async () => {
    const at = now();
    const answers = await Promise.all([send({ at }), send({ at })]);
    expect(answers.toSorted()).toEqual([200, 401]);
  });

  it('T23 knows a payload for another app; without the answer which app we are, the signature decides', () => {
    expect(forAnotherApp({ api_app_id: 'A2' }, 'A1')).toBe(true);
    expect([forAnotherApp({ api_app_id: 'A1' }, 'A1'), forAnotherApp({ api_app_id: 'A2' }, null), forAnotherApp({}, 'A1')]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
