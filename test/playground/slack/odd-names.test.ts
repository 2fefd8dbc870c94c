import type { App } from '@slack/bolt';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, botToken, call, control, plain } from './bolt.ts';

/** Names that every object of JavaScript answers to. */
const inherited = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
const odd = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...inherited) }, { weight: 1, arbitrary: fc.string() });
const label = plain('x');
const element = odd.map((type) => ({ type, action_id: 'a', text: label, options: [] }));
/** Blocks of a kind there is none of, and known ones that hold an element there is none of. */
const block = fc.oneof(
  odd.map((type) => ({ type, text: label })),
  element.map((each) => ({ type: 'actions', elements: [each] })),
  element.map((each) => ({ type: 'section', text: label, accessory: each })),
  element.map((each) => ({ type: 'input', label, element: each })),
  odd.map((type) => ({ type: 'section', text: { type, text: 'x' } })),
  odd.map((type) => ({ type: 'rich_text', elements: [{ type, elements: [] }] })),
);

let slack: LocalSlack;
let bolt: App;
let ts = '';
let channel = '';
let home = '';
let answered: object = {};
let triggers: string[] = [];

beforeAll(async () => {
  slack = await aSlack({ rateLimits: false });
  bolt = await aBolt(slack, (app) => {
    app.command('/migrate', async ({ ack, command }) => {
      triggers.push(command.trigger_id);
      await ack(answered);
    });
  });
  const posted = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'x' });
  ts = String(posted.body['ts']);
  channel = String(posted.body['channel']);
  const { body } = await call(slack, 'views.publish', { user_id: 'U0SAM', view: { type: 'home', blocks: [] } });
  home = (body['view'] as { id: string }).id;
});
afterAll(async () => {
  await bolt.stop();
  await slack.stop();
});

const pointed = expect.arrayContaining([expect.stringMatching(/json-pointer:/)]);

async function refused(method: string, args: object, error: string): Promise<void> {
  expect(await call(slack, method, args)).toMatchObject({
    status: 200,
    body: { ok: false, error, response_metadata: { messages: pointed } },
  });
}

describe('a type that is a word of the language and no type of Slack’s', () => {
  it('is refused with a pointer wherever blocks arrive', async () => {
    const each = fc.asyncProperty(block, async (given) => {
      const blocks = [given];
      await refused('chat.postMessage', { channel: 'deployments', text: 'x', blocks }, 'invalid_blocks');
      await refused('chat.update', { channel, ts, text: 'x', blocks }, 'invalid_blocks');
      await refused('chat.postEphemeral', { channel: 'deployments', user: 'U0SAM', text: 'x', blocks }, 'invalid_blocks');
      await refused('chat.postMessage', { channel: 'deployments', text: 'x', attachments: [{ blocks }] }, 'invalid_blocks');
      await refused('blocks.validate', { blocks }, 'invalid_blocks');
      const modal = { type: 'modal', title: label, submit: label, blocks };
      await refused('views.open', { trigger_id: 'any', view: modal }, 'invalid_arguments');
      await refused('views.push', { trigger_id: 'any', view: modal }, 'invalid_arguments');
      await refused('views.update', { view_id: home, view: { type: 'home', blocks } }, 'invalid_arguments');
      await refused('views.publish', { user_id: 'U0SAM', view: { type: 'home', blocks } }, 'invalid_arguments');
    });
    await fc.assert(each, { numRuns: 40, examples: inherited.map((type) => [{ type, text: label }] as never) });
  });

  it('is refused for the view itself', async () => {
    for (const type of inherited)
      await refused('views.publish', { user_id: 'U0SAM', view: { type, title: label, blocks: [] } }, 'invalid_arguments');
  });

  it('fails the command that answers it, in the words of Slack', async () => {
    for (const type of inherited) {
      answered = { text: 'x', blocks: [{ type, text: label }] };
      const { status, body } = await control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate' });
      expect([status, body['error']]).toEqual([200, '/migrate failed with the error "invalid_blocks"']);
    }
    answered = {};
  });

  it('is a good id all the same: what is typed under __proto__ arrives', async () => {
    await control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate' });
    const input = (id: string) => ({ type: 'input', block_id: id, label, element: { type: 'plain_text_input', action_id: id } });
    const view = { type: 'modal', callback_id: 'odd', title: label, submit: label, blocks: inherited.map(input) };
    const { body } = await call(slack, 'views.open', { trigger_id: triggers.at(-1), view });
    let values: unknown;
    bolt.view('odd', async ({ ack, view: sent }) => {
      values = JSON.stringify(sent.state.values);
      await ack();
    });
    const typed = Object.fromEntries(inherited.map((id) => [id, Object.fromEntries([[id, `typed ${id}`]])]));
    expect((await control(slack, 'submit', { user: 'sam', view_id: (body['view'] as { id: string }).id, values: typed })).status).toBe(200);
    for (const id of inherited) expect(values).toContain(`"${id}":{"${id}":{"type":"plain_text_input","value":"typed ${id}"}}`);
  });
});

describe('the address of a method', () => {
  const at = async (path: string, method = 'POST'): Promise<[number, unknown]> => {
    const response = await fetch(`${slack.apiUrl}${path}`, { method, headers: { authorization: `Bearer ${botToken}` } });
    return [response.status, await response.json()];
  };

  it.each(['', 'a.b/c', 'auth.test/', 'constructor', 'auth.test/x'])('%j is an unknown method', async (path) => {
    expect(await at(path)).toEqual([200, { ok: false, error: 'unknown_method', req_method: path }]);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('takes no %s', async (method) => {
    expect(await at('auth.test', method)).toEqual([405, { ok: false, error: 'method_not_allowed' }]);
    expect((await at('auth.test', 'POST'))[1]).toMatchObject({ ok: true });
  });
});
