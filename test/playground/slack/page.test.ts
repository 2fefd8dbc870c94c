import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aSlack, call, control } from './bolt.ts';

const folder = fileURLToPath(new URL('../../../playground/slack/page/', import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
const markup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(/;

let slack: LocalSlack | undefined;
afterEach(async () => {
  await slack?.stop();
  slack = undefined;
});

describe('the page', () => {
  it('never turns text into markup', () => {
    expect(scripts.length).toBeGreaterThan(15);
    expect(scripts.filter((name) => markup.test(readFileSync(folder + name, 'utf8')))).toEqual([]);
    expect(markup.test('node.innerHTML = message.text')).toBe(true);
  });

  it('is served with a policy that runs its own files only, and with every file it names', async () => {
    slack = await aSlack();
    const response = await fetch(`${slack.url}/archives/C1/p1`);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await response.text();
    const names = [...html.matchAll(/"(\/page\/[\w.-]+)"/g)].map(([, path]) => path ?? '');
    expect(names.length).toBeGreaterThan(5);
    const statuses = await Promise.all(names.map(async (path) => (await fetch(`${slack?.url}${path}`)).status));
    expect(statuses).toEqual(names.map(() => 200));
    expect((await fetch(`${slack.url}/page/..%2Fserver.ts`)).status).toBe(404);
  });

  it('hears of a message as it is posted', async () => {
    slack = await aSlack();
    const stream = await fetch(`${slack.url}/_page/events`);
    const reader = stream.body?.getReader();
    let heard = '';
    const reading = (async () => {
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) heard += Buffer.from(part.value).toString();
    })();
    await until(() => heard.includes(': connected'), { what: 'the stream' });
    await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'as it happens' });
    await until(() => heard.includes('as it happens'), { what: 'the message' });
    await reader?.cancel();
    await reading;
  });

  it('starts without ephemerals: in Slack, too, they are gone after a reload', async () => {
    slack = await aSlack();
    await call(slack, 'chat.postEphemeral', { channel: 'deployments', user: 'U0SAM', text: 'only you' });
    await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'everybody' });
    const state = await (await fetch(`${slack.url}/_page/state`)).text();
    expect([state.includes('everybody'), state.includes('only you')]).toEqual([true, false]);
    expect((await control(slack, 'ephemerals?user=sam')).body['ephemerals']).toHaveLength(1);
  });
});
