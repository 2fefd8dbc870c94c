import type { App, BlockAction, BlockSuggestion, ViewSubmitAction } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, buttons, call, control, plain, post, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let app: App;
let asked: BlockSuggestion[];
let heard: Record<string, unknown>[];

const select = { type: 'external_select', action_id: 'table', placeholder: plain('A table'), min_query_length: 2 } as const;
const option = (value: string): { text: ReturnType<typeof plain>; value: string } => ({ text: plain(value), value });

beforeEach(async () => {
  [asked, heard] = [[], []];
  const shortcuts = [
    { type: 'global', callback_id: 'status', name: 'Migration status', description: 'What runs now' },
    { type: 'message', callback_id: 'explain', name: 'Explain', description: 'Explain this card' },
  ] as const;
  slack = await aSlack({ shortcuts, ackWithinMs: 400 });
  app = await aBolt(slack, (bolt) => {
    bolt.options('table', async ({ ack, body }) => {
      asked.push(body);
      await ack({ options: ['leads', 'lead_events'].filter((name) => name.startsWith(body.value)).map(option) });
    });
    bolt.action(/./, async ({ ack, body }) => {
      heard.push(body as BlockAction & Record<string, unknown>);
      await ack();
    });
    bolt.view({ callback_id: 'pick', type: 'view_submission' }, async ({ ack, body }) => {
      heard.push(body as ViewSubmitAction & Record<string, unknown>);
      await ack();
    });
    bolt.view({ callback_id: 'pick', type: 'view_closed' }, async ({ ack, body }) => {
      heard.push({ ...body });
      await ack();
    });
    bolt.shortcut(/./, async ({ ack, shortcut, client }) => {
      heard.push({ ...shortcut });
      await ack();
      const blocks = [
        { type: 'input', block_id: 'which', label: plain('Table'), element: select } as const,
        { type: 'actions', block_id: 'do', elements: buttons('more').elements } as const,
      ];
      const rest = { title: plain('Pick'), submit: plain('Pick'), notify_on_close: true };
      const view: ModalView = { type: 'modal', callback_id: 'pick', ...rest, blocks };
      await client.views.open({ trigger_id: shortcut.trigger_id, view });
    });
  });
});
afterEach(async () => {
  await app.stop();
  await slack.stop();
});

async function card(): Promise<string> {
  const { ts } = await post(app.client, { channel: 'deployments', text: 'card', blocks: [{ type: 'actions', elements: [select] }] });
  return ts ?? '';
}

async function modal(): Promise<string> {
  await control(slack, 'shortcut', { user: 'sam', callback_id: 'status' });
  return ((await control(slack, 'view?user=sam')).body['view'] as { id: string }).id;
}

describe('an external select', () => {
  it('asks the program while a person types, and what was offered can be chosen', async () => {
    const at = { user: 'sam', channel: 'deployments', ts: await card(), action_id: 'table' };
    expect((await control(slack, 'click', { ...at, value: 'leads' })).status).toBe(404);
    const { body } = await control(slack, 'suggest', { ...at, value: 'lead' });
    expect(body).toMatchObject({ acknowledged: true, ack: { options: [option('leads'), option('lead_events')] } });
    expect(asked[0]).toMatchObject({ type: 'block_suggestion', action_id: 'table', value: 'lead', container: { type: 'message' } });
    expect((await control(slack, 'click', { ...at, value: 'leads' })).body).toMatchObject({ acknowledged: true });
    expect(heard[0]).toMatchObject({ actions: [{ type: 'external_select', selected_option: option('leads') }] });
    expect((await control(slack, 'click', { ...at, user: 'maya', value: 'leads' })).status).toBe(404);
  });

  it('works inside a modal, and its choice is submitted', async () => {
    const view_id = await modal();
    await control(slack, 'suggest', { user: 'sam', view_id, action_id: 'table', value: 'lead_' });
    expect(asked[0]).toMatchObject({ container: { type: 'view', view_id }, block_id: 'which' });
    await control(slack, 'submit', { user: 'sam', view_id, values: { which: { table: 'lead_events' } } });
    expect(heard.at(-1)).toMatchObject({
      type: 'view_submission',
      view: { state: { values: { which: { table: { selected_option: option('lead_events') } } } } },
    });
  });

  it('does not ask before there is enough to ask with, nor about what is none', async () => {
    const at = { user: 'sam', channel: 'deployments', ts: await card() };
    expect(sentencesOf(await control(slack, 'suggest', { ...at, action_id: 'table', value: 'l' }))).toEqual([
      'table asks from 2 characters on.',
    ]);
    const unknown = await control(slack, 'suggest', { ...at, action_id: 'column', value: 'lead' });
    expect(unknown).toMatchObject({ status: 404, body: { action_ids: ['table'] } });
    expect(asked).toEqual([]);
  });
});

describe('a shortcut', () => {
  it('of the manifest reaches the program, from the menu and from a message', async () => {
    const ts = await card();
    await control(slack, 'shortcut', { user: 'sam', callback_id: 'status' });
    await control(slack, 'shortcut', { user: 'sam', callback_id: 'explain', channel: 'deployments', ts });
    expect(heard).toMatchObject([
      { type: 'shortcut', callback_id: 'status', user: { id: 'U0SAM' } },
      { type: 'message_action', callback_id: 'explain', message_ts: ts, message: { ts, text: 'card' }, channel: { name: 'deployments' } },
    ]);
  });

  it('that is not declared, or not for messages, reaches nobody', async () => {
    const unknown = await control(slack, 'shortcut', { user: 'sam', callback_id: 'explain' });
    expect(unknown).toMatchObject({ status: 404, body: { shortcuts: ['status'] } });
    expect(sentencesOf(unknown)).toEqual(['The manifest declares no global shortcut explain.']);
    expect(heard).toEqual([]);
  });
});

describe('inside a modal and the Home tab', () => {
  it('a click is delivered with the view and no message, and closing is told where the view asked for it (T22)', async () => {
    const view_id = await modal();
    await control(slack, 'click', { user: 'sam', view_id, action_id: 'more' });
    expect(heard.at(-1)).toMatchObject({ type: 'block_actions', container: { type: 'view', view_id }, view: { callback_id: 'pick' } });
    expect(heard.at(-1)).not.toHaveProperty('message');
    expect(heard.at(-1)).not.toHaveProperty('response_url');
    await control(slack, 'close', { user: 'sam' });
    expect(heard.at(-1)).toMatchObject({ type: 'view_closed', is_cleared: false, view: { id: view_id } });
  });

  it('a click in the Home tab can open a modal', async () => {
    const { body } = await call(slack, 'views.publish', { user_id: 'U0SAM', view: { type: 'home', blocks: [buttons('roll_back')] } });
    const { id } = body['view'] as { id: string };
    expect((await control(slack, 'click', { user: 'sam', view_id: id, action_id: 'roll_back' })).body).toMatchObject({
      acknowledged: true,
    });
    const { trigger_id, view } = heard[0] as { trigger_id: string; view: { type: string } };
    expect(view.type).toBe('home');
    const opened = await call(slack, 'views.open', {
      trigger_id,
      view: { type: 'modal', title: plain('Sure?'), blocks: [buttons('yes')] },
    });
    expect(opened.body).toMatchObject({ ok: true });
  });
});
