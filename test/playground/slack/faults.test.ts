import { LogLevel, WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { taken } from '../../../playground/slack/faults.ts';
import type { Fault } from '../../../playground/slack/faults.ts';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aSlack, botToken, control, post, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let client: WebClient;

beforeEach(async () => {
  slack = await aSlack();
  client = new WebClient(botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 300,
    logLevel: LogLevel.ERROR,
    logger: { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} },
  });
});
afterEach(() => slack.stop());

type Failed = { readonly code?: string; readonly message: string; readonly retryAfter?: number; readonly statusCode?: number };

const fault = (given: object): ReturnType<typeof control> => control(slack, 'fault', { method: 'chat.postMessage', ...given });
const say = (): Promise<unknown> => post(client, { channel: 'deployments', text: 'Approved.' });
const sayInVain = (): Promise<Failed> =>
  say().then(
    () => expect.fail('the call went through'),
    (error: Failed) => error,
  );

async function said(): Promise<number> {
  return ((await control(slack, 'messages?channel=deployments')).body['messages'] as unknown[]).length;
}

describe('a fault', () => {
  it.each([
    ['rate_limited', { retry_after: 30 }, { code: 'slack_webapi_rate_limited_error', retryAfter: 30 }],
    ['http_500', { status: 503 }, { code: 'slack_webapi_http_error', statusCode: 503 }],
    ['timeout', {}, { code: 'slack_webapi_request_error' }],
    ['reset', {}, { code: 'slack_webapi_request_error' }],
    ['error', { error: 'is_archived' }, { code: 'slack_webapi_platform_error', data: { ok: false, error: 'is_archived' } }],
  ])('an unmodified WebClient sees %s, nothing is posted, and the next call goes through (T11, T12)', async (kind, more, error) => {
    await fault({ kind, ...more });
    expect(await sayInVain()).toMatchObject(error);
    expect(await said()).toBe(0);
    await say();
    expect(await said()).toBe(1);
  });

  it.each([
    ['lost', {}, { code: 'slack_webapi_request_error' }],
    ['error', { error: 'internal_error', applied: true }, { data: { error: 'internal_error' } }],
    ['http_500', { applied: true }, { statusCode: 500 }],
  ])('an unmodified WebClient sees %s, and the message stands all the same (T12, T13)', async (kind, more, error) => {
    await fault({ kind, ...more });
    expect(await sayInVain()).toMatchObject(error);
    expect(await said()).toBe(1);
  });

  it('an unmodified WebClient sees a maintenance page with status 200 as an error made of HTML (T12)', async () => {
    await fault({ kind: 'html' });
    expect((await sayInVain()).message).toContain('<!DOCTYPE html>');
    expect(await said()).toBe(0);
  });

  it('an unmodified WebClient sees an answer that is cut in the middle, of a call that was carried out (T12)', async () => {
    await fault({ kind: 'truncated' });
    await sayInVain();
    expect(await said()).toBe(1);
  });

  it('without a Retry-After is a 429 that does not say how long (T11)', async () => {
    await fault({ kind: 'rate_limited', retry_after: null });
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, null]);
  });

  it('lasts as many calls as it was asked for, in the order of asking, and * is any method', async () => {
    await fault({ kind: 'error', error: 'first', times: 2 });
    await fault({ kind: 'error', error: 'second', method: '*' });
    const words = [];
    for (let count = 0; count < 3; count += 1) words.push((await sayInVain()).message.split(': ')[1]);
    expect(words).toEqual(['first', 'first', 'second']);
    await say();
    expect((await control(slack, 'faults')).body).toEqual({ faults: [] });
  });

  it('is cleared by times 0: of one kind, of one method, or all', async () => {
    await fault({ kind: 'html' });
    await fault({ kind: 'reset' });
    await fault({ kind: 'reset', method: 'upload' });
    const left = (body: Record<string, unknown>): string[] => (body['faults'] as Fault[]).map(({ method, kind }) => `${method} ${kind}`);
    expect(left((await fault({ kind: 'html', times: 0 })).body)).toEqual(['chat.postMessage reset', 'upload reset']);
    expect(left((await fault({ times: 0 })).body)).toEqual(['upload reset']);
    expect(left((await fault({ method: '*', times: 0 })).body)).toEqual([]);
  });

  it('hits a response_url and an upload only by their own names', async () => {
    await fault({ method: '*', kind: 'http_500' });
    await fault({ method: 'response_url', kind: 'http_500', status: 502 });
    await fault({ method: 'upload', kind: 'http_500', status: 504 });
    const status = async (path: string): Promise<number> => (await fetch(slack.url + path, { method: 'POST', body: '{}' })).status;
    expect([await status('/actions/T0/x'), await status('/upload/v1/x')]).toEqual([502, 504]);
    expect([await status('/actions/T0/x'), await status('/upload/v1/x')]).toEqual([400, 404]);
    expect((await control(slack, 'faults')).body['faults']).toHaveLength(1);
  });

  it('stands in the log of the traffic with what was asked and what came back', async () => {
    await fault({ kind: 'lost' });
    await sayInVain();
    const { log } = (await control(slack, 'log?limit=1')).body as { log: Record<string, unknown>[] };
    expect(log).toMatchObject([{ method: 'chat.postMessage', ok: false, error: 'lost', fault: 'lost', response: null }]);
    expect(log[0]?.['request']).toMatchObject({ text: 'Approved.' });
  });

  it.each([
    [{ method: 'chat.shout' }, ['method is "chat.shout", which this Slack lacks']],
    [{ kind: 'flood' }, [/^kind must be one of rate_limited, /]],
    [{ kind: 'reset', times: -1 }, ['times must be a whole number from 0 to 10000, not -1']],
    [{ kind: 'http_500', status: 404 }, ['status must be 500 to 599, not 404']],
    [{ kind: 'rate_limited', retry_after: 'soon' }, ['retry_after must be seconds or null, not "soon"']],
    [{ kind: 'rate_limited', applied: true }, ['a call that is rate_limited is never carried out']],
    [{ kind: 'error', error: 'Oh no!', times: 'twice' }, [/^times must be /, /^error must be one of Slack's words/]],
  ])('that makes no sense is refused in the shape of Slack: %j', async (given, expected) => {
    const answer = await fault({ kind: 'reset', ...given });
    expect(answer).toMatchObject({ status: 400, body: { ok: false, error: 'invalid_arguments' } });
    expect(sentencesOf(answer)).toEqual(expected.map((part) => (typeof part === 'string' ? part : expect.stringMatching(part))));
  });
});

describe('the table of faults', () => {
  const one: Fault = { id: 1, method: 'chat.update', kind: 'reset', left: 2, applied: false };

  it('answers the fault and what remains, and changes nothing itself', () => {
    expect(taken([one], 'chat.update')).toEqual({ hit: one, rest: [{ ...one, left: 1 }] });
    expect(taken([{ ...one, left: 1 }], 'chat.update').rest).toEqual([]);
    expect(taken([one], 'chat.delete')).toEqual({ rest: [one] });
  });
});

describe('the page', () => {
  it('hears of faults and traffic as they happen, and of no bodies', async () => {
    const heard: Record<string, unknown>[] = [];
    const stream = await fetch(`${slack.url}/_page/events`);
    const reader = stream.body?.getReader();
    const reading = (async () => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        for (const [, data = ''] of Buffer.from(part.value)
          .toString()
          .matchAll(/^data: (.+)$/gm))
          heard.push(JSON.parse(data));
      }
    })();
    await fault({ kind: 'error', error: 'is_archived' });
    await sayInVain();
    await until(() => heard.length >= 3, { what: 'the fault, its end and the call' });
    expect(heard.filter(({ type }) => type === 'faults').map(({ faults }) => (faults as unknown[]).length)).toEqual([1, 0]);
    const [traffic] = heard.filter(({ type }) => type === 'traffic');
    expect(traffic).toMatchObject({ entry: { method: 'chat.postMessage', ok: false, error: 'is_archived' } });
    expect(traffic?.['entry']).not.toHaveProperty('request');
    await reader?.cancel();
    await reading;
  });
});
