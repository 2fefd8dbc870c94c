import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { until } from '../../support/until.ts';
import { aBolt, aSlack, buttons, call, control, plain } from './bolt.ts';

const form: ModalView = {
  type: 'modal',
  callback_id: 'reason',
  private_metadata: 'run:42',
  notify_on_close: true,
  title: plain('Reject'),
  submit: plain('Reject'),
  blocks: [
    { type: 'input', block_id: 'why', label: plain('Why'), element: { type: 'plain_text_input', action_id: 'text' } },
    {
      type: 'input',
      block_id: 'kind',
      label: plain('Kind'),
      element: {
        type: 'static_select',
        action_id: 'pick',
        initial_option: { text: plain('Risk'), value: 'risk' },
        options: [
          { text: plain('Risk'), value: 'risk' },
          { text: plain('SQL'), value: 'sql' },
        ],
      },
    },
  ],
};

const withPush: ModalView = { ...form, blocks: [buttons('push')] };

let slack: LocalSlack;
let bolt: App;
let elapsed = 0;
let triggers: string[] = [];
let submitted: unknown[] = [];
let closed = 0;
let refusals: string[] = [];

beforeEach(async () => {
  elapsed = 1_000;
  triggers = [];
  submitted = [];
  closed = 0;
  refusals = [];
  slack = await aSlack({ elapsedMs: () => elapsed, rateLimits: false });
  bolt = await aBolt(slack, (app) => {
    app.command('/migrate', async ({ ack, command }) => {
      triggers.push(command.trigger_id);
      await ack();
    });
    app.action('push', async ({ ack, body, client }) => {
      await ack();
      if (!('trigger_id' in body)) return;
      const push = client.views.push({ trigger_id: body.trigger_id, view: withPush });
      await push.catch((error: unknown) => refusals.push(String(error)));
    });
    app.view('reason', async ({ ack, view }) => {
      submitted.push(view.state.values);
      if (view.state.values['why']?.['text']?.value === 'no') await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
      else await ack();
    });
    app.view({ callback_id: 'reason', type: 'view_closed' }, async ({ ack }) => {
      closed += 1;
      await ack();
    });
  });
});

afterEach(async () => {
  await bolt.stop();
  await slack.stop();
});

async function trigger(): Promise<string> {
  await control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate reject' });
  return triggers.at(-1) ?? '';
}

async function opened(view: ModalView = form): Promise<{ id: string; hash: string }> {
  const answer = await bolt.client.views.open({ trigger_id: await trigger(), view });
  return { id: answer.view?.id ?? '', hash: answer.view?.hash ?? '' };
}

const submit = (view_id: string, values: object): ReturnType<typeof control> => control(slack, 'submit', { user: 'sam', view_id, values });
const top = async (): Promise<Record<string, unknown>> => (await control(slack, 'view?user=sam')).body;

describe('modals', () => {
  it('open, keep errors open, and close on a good submission; inputs not given keep their initial value', async () => {
    const { id } = await opened();
    expect(await top()).toMatchObject({ stack: 1, view: { id, callback_id: 'reason', private_metadata: 'run:42' } });
    const wrong = await submit(id, { why: { text: 'no' } });
    expect(wrong.body).toMatchObject({ ok: true, acknowledged: true, ack: { response_action: 'errors', errors: { why: 'Say more.' } } });
    expect(await top()).toMatchObject({ stack: 1 });
    await submit(id, { why: { text: 'Too risky tonight.' } });
    expect(await top()).toEqual({ view: null, stack: 0 });
    expect(submitted.at(-1)).toMatchObject({
      why: { text: { type: 'plain_text_input', value: 'Too risky tonight.' } },
      kind: { pick: { type: 'static_select', selected_option: { value: 'risk' } } },
    });
  });

  it("refuse what Slack's client refuses, undelivered", async () => {
    const { id } = await opened();
    expect(await submit(id, {})).toMatchObject({ status: 400, body: { errors: { why: 'Please complete this required field.' } } });
    expect(await submit(id, { nope: { text: 'x' } })).toMatchObject({ status: 400, body: { inputs: ['why.text', 'kind.pick'] } });
    expect(await submit(id, { why: { text: 'x' }, kind: { pick: 'unknown' } })).toMatchObject({ status: 400 });
    expect(await submit('V0', { why: { text: 'x' } })).toMatchObject({ status: 404, body: { open: [id] } });
    expect(submitted).toHaveLength(0);
  });

  it('need a trigger that is known, unused and at most three seconds old', async () => {
    const good = await trigger();
    const late = await trigger();
    await bolt.client.views.open({ trigger_id: good, view: form });
    elapsed += 3_001;
    const answers = await Promise.all([good, late, 'x.y.z'].map((id) => call(slack, 'views.open', { trigger_id: id, view: form })));
    expect(answers.map(({ body }) => body['error'])).toEqual(['exchanged_trigger_id', 'expired_trigger_id', 'invalid_trigger_id']);
  });

  it('stack three deep and no deeper', async () => {
    const { id } = await opened(withPush);
    const click = { user: 'sam', view_id: id, action_id: 'push' };
    await control(slack, 'click', click);
    await until(async () => (await top())['stack'] === 2, { what: 'the second modal' });
    await control(slack, 'click', click);
    await until(async () => (await top())['stack'] === 3, { what: 'the third modal' });
    await control(slack, 'click', click);
    await until(() => refusals.length > 0, { what: 'the refusal of the fourth' });
    expect(refusals[0]).toContain('push_limit_reached');
    expect(await top()).toMatchObject({ stack: 3 });
  });

  it('refuse an update with an old hash, and tell the program when somebody closes them', async () => {
    const { id, hash } = await opened();
    await bolt.client.views.update({ view_id: id, hash, view: { ...form, title: plain('Newer') } });
    const stale = await call(slack, 'views.update', { view_id: id, hash, view: form });
    expect(stale.body['error']).toBe('hash_conflict');
    await control(slack, 'close', { user: 'sam' });
    expect(closed).toBe(1);
    expect(await top()).toEqual({ view: null, stack: 0 });
  });

  it('are judged: a title of 25 characters is an invalid argument with a pointer', async () => {
    const { body } = await call(slack, 'views.open', { trigger_id: await trigger(), view: { ...form, title: plain('x'.repeat(25)) } });
    expect(body).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'] },
    });
  });
});
