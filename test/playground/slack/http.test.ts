import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestOf } from '../../../playground/slack/http-delivery.ts';
import { sendSigned, signed } from '../../../playground/slack/signing.ts';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { epochSeconds } from '../../../playground/slack/time.ts';
import { until } from '../../support/until.ts';
import { aSlack, botToken, buttons, control, plain, post } from './bolt.ts';

const signingSecret = 'the-secret-of-the-app';
const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} };

let slack: LocalSlack;
let url: string;
let app: App | undefined;
let heard: { readonly what: string; readonly retry?: string | undefined }[];
let submitted: Record<string, unknown>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** An unmodified Bolt with its HTTPReceiver, listening where the local Slack delivers. */
async function startBolt(): Promise<void> {
  const receiver = new HTTPReceiver({ signingSecret, logger: quiet, customPropertiesExtractor: ({ headers }) => ({ headers }) });
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } };
  const rest = { logger: quiet, convoStore: false, deferInitialization: true } as const;
  const bolt = new App({ token: botToken, receiver, clientOptions, ...rest });
  await bolt.init();

  bolt.command('/migrate', async ({ ack, command }) => {
    heard.push({ what: command.text });
    if (command.text !== 'sleep') await ack(command.text === 'json' ? { response_type: 'in_channel', text: 'To all.' } : 'To you.');
  });
  bolt.action('go', async ({ ack, respond }) => {
    heard.push({ what: 'go' });
    await ack();
    await respond({ text: 'Recorded.', replace_original: false });
  });
  bolt.shortcut('plan', async ({ ack, shortcut, client }) => {
    await ack();
    const element = { type: 'plain_text_input', action_id: 'text' } as const;
    const blocks = [{ type: 'input', block_id: 'why', label: plain('Why'), element } as const];
    const view: ModalView = { type: 'modal', callback_id: 'plan', title: plain('Plan'), submit: plain('Plan'), blocks };
    await client.views.open({ trigger_id: shortcut.trigger_id, view });
  });
  bolt.view('plan', async ({ ack, view }) => {
    submitted = view.state.values;
    await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
  });
  bolt.event('app_home_opened', async ({ event, context }) => {
    heard.push({ what: event.type, retry: context.retryReason });
    await Promise.resolve();
  });
  await bolt.start(Number(new URL(url).port));
  app = bolt;
}

async function stopBolt(): Promise<void> {
  await app?.stop();
  app = undefined;
}

beforeEach(async () => {
  heard = [];
  url = `http://127.0.0.1:${await freePort()}/slack/events`;
  const shortcuts = [{ type: 'global', callback_id: 'plan', name: 'Plan', description: 'Plan a migration' }] as const;
  slack = await aSlack({ http: { url, signingSecret }, ackWithinMs: 400, eventDelaysMs: [0, 300, 300, 300, 300], shortcuts });
  await startBolt();
});
afterEach(async () => {
  await stopBolt();
  await slack.stop();
});

const type = (text: string): ReturnType<typeof control> =>
  control(slack, 'slash', { user: 'maya', channel: 'deployments', text: `/migrate ${text}` });

describe('HTTP mode, with an unmodified HTTPReceiver', () => {
  it('delivers a slash command as a form; a text is the answer for one, JSON says for whom', async () => {
    expect((await type('status')).body).toMatchObject({ ok: true, acknowledged: true, ack: { text: 'To you.' } });
    expect((await control(slack, 'ephemerals?user=maya')).body).toMatchObject({ ephemerals: [{ text: 'To you.' }] });
    await type('json');
    expect((await control(slack, 'messages?channel=deployments')).body).toMatchObject({ messages: [{}, { text: 'To all.' }] });
    expect(heard).toEqual([{ what: 'status' }, { what: 'json' }]);
  });

  it('delivers a click in payload=, and the response_url works', async () => {
    const client = new WebClient(botToken, { slackApiUrl: slack.apiUrl });
    const { ts } = await post(client, { channel: 'deployments', text: 'card', blocks: [buttons('go')] });
    const { body } = await control(slack, 'click', { user: 'sam', channel: 'deployments', ts, action_id: 'go' });
    expect(body).toMatchObject({ ok: true, acknowledged: true, ack: null });
    expect((await control(slack, 'ephemerals?user=sam')).body).toMatchObject({ ephemerals: [{ text: 'Recorded.' }] });
  });

  it('opens a modal from a shortcut, and does what the answer to its submission says', async () => {
    expect((await control(slack, 'shortcut', { user: 'sam', callback_id: 'plan' })).body).toMatchObject({ acknowledged: true });
    const view = (await control(slack, 'view?user=sam')).body['view'] as { id: string };
    const { body } = await control(slack, 'submit', { user: 'sam', view_id: view.id, values: { why: { text: 'x' } } });
    expect(body).toMatchObject({ ack: { response_action: 'errors', errors: { why: 'Say more.' } } });
    expect(submitted).toEqual({ why: { text: { type: 'plain_text_input', value: 'x' } } });
    expect((await control(slack, 'view?user=sam')).body).toMatchObject({ stack: 1 });
  });

  it('says operation_timeout, dispatch_failed when nobody listens, and is answered again when somebody does', async () => {
    expect((await type('sleep')).body).toMatchObject({ acknowledged: false, error: '/migrate failed with the error "operation_timeout"' });
    await stopBolt();
    expect((await type('status')).body).toMatchObject({ acknowledged: false, error: '/migrate failed with the error "dispatch_failed"' });
    await startBolt();
    expect((await type('status')).body).toMatchObject({ acknowledged: true });
  });

  it('retries an event with its number and its reason in the headers', async () => {
    const log = async (): Promise<{ method: string; ok: boolean }[]> => (await control(slack, 'log')).body['log'] as never;
    await until(async () => (await log()).some(({ method, ok }) => method === 'url_verification' && ok), { what: 'the verification' });
    await stopBolt();
    expect((await control(slack, 'home', { user: 'sam' })).body).toMatchObject({ acknowledged: false });
    await startBolt();
    expect(await until(() => heard[0], { what: 'the retry' })).toEqual({ what: 'app_home_opened', retry: 'connection_failed' });
  });
});

describe('the address', () => {
  it('gets no event before it has answered a url_verification, and then the event that waited', async () => {
    await slack.stop();
    await stopBolt();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const { type, challenge = '' } = JSON.parse(body) as { type: string; challenge?: string };
        asked.push(type);
        response.end(asked.length === 1 ? 'what challenge?' : challenge);
      });
    });
    await new Promise<void>((done) => server.listen(Number(new URL(url).port), '127.0.0.1', done));
    slack = await aSlack({ http: { url, signingSecret }, eventDelaysMs: [0, 600] });
    expect((await control(slack, 'home', { user: 'sam' })).body).toMatchObject({ acknowledged: false });
    await until(() => asked.includes('event_callback'), { what: 'the event' });
    expect(asked).toEqual(['url_verification', 'url_verification', 'event_callback']);
    await new Promise((done) => server.close(done));
  });
});

describe('a request that Slack would not send (T23)', () => {
  const body = 'command=%2Fmigrate&text=forged';
  const contentType = 'application/x-www-form-urlencoded';
  const request = (more: object = {}): ReturnType<typeof signed> => signed({ url, secret: signingSecret, body, contentType, ...more });
  const status = async (sent: ReturnType<typeof signed>): Promise<number> => (await sendSigned(sent)).status;

  it.each([
    ['wrongly signed', { secret: 'a guess' }],
    ['six minutes old', { timestamp: epochSeconds() - 360 }],
  ])('is refused by an unmodified HTTPReceiver when it is %s', async (_name, more) => {
    expect(await status(request(more))).toBe(401);
    expect(heard).toEqual([]);
  });

  it.each([
    ['six minutes in the future', { timestamp: epochSeconds() + 360 }],
    ['rightly signed', {}],
  ])('is let in by an unmodified HTTPReceiver when it is %s: that check is the program’s own', async (_name, more) => {
    expect(await status(request(more))).toBe(200);
    expect(heard).toEqual([{ what: 'forged' }]);
  });

  it('is let in twice when it is replayed: not to do it twice is the program’s own affair, too', async () => {
    const replayed = request();
    expect([await status(replayed), await status(replayed)]).toEqual([200, 200]);
    expect(heard).toHaveLength(2);
  });

  it('is refused when its body was changed on the way', async () => {
    expect(await status({ ...request(), body: body.replace('forged', 'changed') })).toBe(401);
  });
});

describe('what is sent', () => {
  it('is signed as the documentation of Slack does it', () => {
    // The worked example of docs.slack.dev/authentication/verifying-requests-from-slack.
    const { headers } = signed({
      url,
      secret: '8f742231b10e8888abcd99yyyzzz85a5',
      timestamp: 1531420618,
      contentType: 'application/x-www-form-urlencoded',
      body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    });
    expect(headers['x-slack-signature']).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503');
  });

  it('is JSON for an event, with the retry in its headers', () => {
    const envelope = {
      envelope_id: 'e',
      type: 'events_api',
      accepts_response_payload: false,
      payload: { type: 'event_callback' },
    } as const;
    const again = requestOf({ url, signingSecret }, { ...envelope, retry_attempt: 2, retry_reason: 'http_timeout' });
    expect(JSON.parse(again.body)).toEqual(envelope.payload);
    expect(again.headers).toMatchObject({
      'content-type': 'application/json',
      'x-slack-retry-num': '2',
      'x-slack-retry-reason': 'http_timeout',
    });
    expect(requestOf({ url, signingSecret }, envelope).headers).not.toHaveProperty('x-slack-retry-num');
  });
});
