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

  it('imports only files that are there, and has none that nobody imports', () => {
    const importsOf = (name: string): string[] =>
      [...readFileSync(folder + name, 'utf8').matchAll(/from '\.\/([\w.-]+)'/g)].map(([, file]) => file ?? '');
    const reached = new Set(['main.js']);
    for (const name of reached) for (const file of importsOf(name)) reached.add(file);
    expect([...reached].toSorted()).toEqual(scripts.toSorted());
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

  it('starts with the faults, the outage and the limits that hold at this moment', async () => {
    slack = await aSlack({ metricsLimits: { p95_ms: 500 } });
    await control(slack, 'fault', { method: 'chat.update', kind: 'http_500', times: 2 });
    await control(slack, 'outage', { on: true });
    const state = (await (await fetch(`${slack.url}/_page/state`)).json()) as Record<string, unknown>;
    expect(state).toMatchObject({ outage: true, faults: [{ method: 'chat.update', left: 2 }], metricsLimits: { p95_ms: 500 } });
  });

  it('shows pictures as pictures and everything else as text that runs nothing', async () => {
    slack = await aSlack();
    const sent = async (filename: string): Promise<Response> => {
      const { body } = await call(slack as LocalSlack, 'files.getUploadURLExternal', { filename, length: 4 });
      await fetch(String(body['upload_url']), { method: 'POST', body: '<b>x' });
      await call(slack as LocalSlack, 'files.completeUploadExternal', { files: [{ id: body['file_id'] }] });
      return fetch(`${slack?.url}/files/${String(body['file_id'])}/${filename}`);
    };
    const [picture, page] = [await sent('dot.png'), await sent('page.html')];
    expect([picture.headers.get('content-type'), page.headers.get('content-type')]).toEqual(['image/png', 'text/plain; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain('sandbox');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
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
