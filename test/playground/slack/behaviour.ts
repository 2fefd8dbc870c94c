import type { BlockAction } from '@slack/bolt';
import type { ModalView } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aStage } from './behaviour-stage.ts';
import type { Bolt, Stage } from './behaviour-stage.ts';
import { buttons, plain, post } from './bolt.ts';

const form: ModalView = {
  type: 'modal',
  callback_id: 'reason',
  title: plain('Reject'),
  submit: plain('Reject'),
  blocks: [
    { type: 'input', block_id: 'why', label: plain('Why'), element: { type: 'plain_text_input', action_id: 'text' } },
    buttons('deeper'),
  ],
};
const loading: ModalView = { type: 'modal', title: plain('Reject'), blocks: [{ type: 'section', text: plain('Loading…') }] };

/** What the local Slack does to an unmodified Bolt app, and what that app makes of it. Every version passes the same table. */
export function behavesLikeSlack(version: string, bolt: Bolt): void {
  describe(version, () => {
    const stage = aStage(bolt);
    describe('commands and messages', () => messages(stage));
    describe('clicks, modals, Home', () => interactions(stage));
    describe('connections', () => connections(stage));
  });
}

function messages({ start, elapse, act, slash, whispers, shown }: Stage): void {
  it('connects over Socket Mode and answers a command inside its acknowledgement', async () => {
    await start((app) => app.command('/migrate', ({ ack, command }) => ack(`You typed ${command.text}.`)));
    expect((await slash()).body).toMatchObject({ ok: true, acknowledged: true });
    expect(await whispers()).toMatchObject([{ text: 'You typed plan.' }]);
  });

  it('responds later, for everybody and for one person, and not a sixth time', async () => {
    let tried = 0;
    await start((app) =>
      app.command('/migrate', async ({ ack, respond }) => {
        await ack();
        for (const use of [1, 2, 3, 4]) await respond(`use ${use}`);
        await respond({ response_type: 'in_channel', text: 'use 5' });
        // It fails, each version in its own way; what counts is that nothing appears.
        await Promise.resolve(respond('use 6')).catch(() => undefined);
        tried = 6;
      }),
    );
    await slash();
    await until(() => tried === 6, { what: 'the sixth response' });
    expect((await shown()).map(({ text }) => text)).toEqual(['use 5']);
    expect((await whispers()).map(({ text }) => text)).toEqual(['use 1', 'use 2', 'use 3', 'use 4']);
  });

  it('has no commands inside threads and none that the manifest does not declare', async () => {
    await start((app) => app.command('/migrate', ({ ack }) => ack()));
    const inThread = await act('slash', { text: '/migrate plan', thread_ts: '1.000001' });
    expect(inThread.status).toBe(400);
    expect((await slash('/deploy')).status).toBe(400);
  });

  it('posts, edits and deletes; metadata is for who asks', async () => {
    const app = await start(() => undefined);
    const metadata = { event_type: 'run', event_payload: { run: '42' } };
    const { channel = '', ts = '' } = await post(app.client, { channel: 'deployments', text: 'card', blocks: [buttons('go')], metadata });
    await app.client.chat.update({ channel, ts, text: 'only text' });
    const bare = await app.client.conversations.history({ channel });
    const full = await app.client.conversations.history({ channel, include_all_metadata: true });
    expect(bare.messages?.[0]).toMatchObject({ text: 'only text', ts });
    expect([bare.messages?.[0]?.blocks, bare.messages?.[0]?.metadata, full.messages?.[0]?.metadata]).toEqual([
      undefined,
      undefined,
      metadata,
    ]);
    await app.client.chat.delete({ channel, ts });
    expect(await shown()).toEqual([]);
  });

  it('refuses blocks with a pointer to the fault', async () => {
    const app = await start(() => undefined);
    const blocks = [{ type: 'section', text: plain('x'.repeat(3_001)) }];
    const error = await post(app.client, { channel: 'deployments', text: 'x', blocks }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      data: {
        error: 'invalid_blocks',
        response_metadata: { messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'] },
      },
    });
  });

  it('whispers to members only, and nobody can edit a whisper by its ts', async () => {
    const app = await start(() => undefined);
    const said = await app.client.chat.postEphemeral({ channel: 'deployments', user: 'U0MAYA', text: 'psst' });
    expect(await whispers()).toMatchObject([{ text: 'psst' }]);
    const channel = (await app.client.conversations.list({})).channels?.[0]?.id ?? '';
    await expect(app.client.chat.update({ channel, ts: said.message_ts ?? '', text: 'louder' })).rejects.toMatchObject({
      data: { error: 'message_not_found' },
    });
    await expect(app.client.chat.postEphemeral({ channel, user: 'U0NOBODY', text: 'x' })).rejects.toMatchObject({
      data: { error: 'user_not_in_channel' },
    });
  });

  it('uploads a file into a thread in three steps', async () => {
    const app = await start(() => undefined);
    const { channel = '', ts = '' } = await post(app.client, { channel: 'deployments', text: 'root' });
    await app.client.files.uploadV2({
      channel_id: channel,
      thread_ts: ts,
      filename: 'up.sql',
      content: 'select 1',
      initial_comment: 'Here.',
    });
    const [, reply] = await shown(ts);
    expect(reply).toMatchObject({ text: 'Here.', files: [{ name: 'up.sql', size: 8, filetype: 'sql' }] });
  });

  it('answers 429 with the seconds to wait, and lets go afterwards', async () => {
    const app = await start(() => undefined);
    for (let count = 0; count < 20; count += 1) await app.client.conversations.list({});
    elapse(15_000);
    const refused = await app.client.conversations.list({}).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 45 });
    elapse(60_001);
    expect((await app.client.conversations.list({})).ok).toBe(true);
  });
}

function interactions({ start, elapse, act, slash, shown, modal, home }: Stage): void {
  it('delivers a click with the message it was on, and replaces that message', async () => {
    const heard: BlockAction[] = [];
    const app = await start((listening) => {
      listening.action('go', async ({ ack, body, respond }) => {
        await ack();
        heard.push(body as BlockAction);
        await respond({ replace_original: true, text: 'Recorded.' });
      });
    });
    const { ts = '' } = await post(app.client, { channel: 'deployments', text: 'card', blocks: [buttons('go')] });
    await act('click', { ts, action_id: 'go' });
    await until(async () => (await shown())[0]?.text === 'Recorded.', { what: 'the replaced message' });
    expect(heard[0]).toMatchObject({
      user: { id: 'U0MAYA' },
      message: { ts, text: 'card' },
      actions: [{ action_id: 'go', value: 'go:v1' }],
    });
  });

  it('opens a modal at once, fills it, refuses a stale hash, pushes, and clears all', async () => {
    const refused: unknown[] = [];
    await start((app) => {
      app.command('/migrate', async ({ ack, command, client }) => {
        await ack();
        const { view } = await client.views.open({ trigger_id: command.trigger_id, view: loading });
        const at = { view_id: view?.id ?? '', hash: view?.hash ?? '' };
        await client.views.update({ ...at, view: form });
        await client.views.update({ ...at, view: form }).catch((error: unknown) => refused.push(error));
      });
      app.action('deeper', async ({ ack, body, client }) => {
        await ack();
        await client.views.push({ trigger_id: (body as BlockAction).trigger_id, view: { ...form, callback_id: 'inner' } });
      });
      app.view('inner', ({ ack }) => ack({ response_action: 'clear' }));
    });
    await slash();
    await until(() => refused.length > 0, { what: 'the refusal of the stale hash' });
    expect(refused[0]).toMatchObject({ data: { error: 'hash_conflict' } });
    await act('click', { view_id: (await modal()).view.id, action_id: 'deeper' });
    const inner = await until(async () => (await modal()).stack === 2 && (await modal()).view, { what: 'the second view' });
    const sent = await act('submit', { view_id: inner.id, values: { why: { text: 'x' } } });
    expect(sent.body).toMatchObject({ ok: true, acknowledged: true });
    expect((await modal()).stack).toBe(0);
  });

  it('keeps the modal open with errors, then takes what was typed', async () => {
    const answers: unknown[] = [];
    await start((app) => {
      app.command('/migrate', async ({ ack, command, client }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: form });
      });
      app.view('reason', async ({ ack, view }) => {
        const answer = view.state.values['why']?.['text']?.value;
        answers.push(answer);
        await (answer === 'no' ? ack({ response_action: 'errors', errors: { why: 'Say more.' } }) : ack());
      });
    });
    await slash();
    const { id } = await until(async () => (await modal()).view, { what: 'the modal' });
    await act('submit', { view_id: id, values: { why: { text: 'no' } } });
    expect((await modal()).stack).toBe(1);
    await act('submit', { view_id: id, values: { why: { text: 'It locks leads.' } } });
    expect([answers, (await modal()).stack]).toEqual([['no', 'It locks leads.'], 0]);
  });

  it('lets a trigger id die after three seconds and serve only once', async () => {
    const triggers: string[] = [];
    const app = await start((listening) =>
      listening.command('/migrate', async ({ ack, command }) => {
        triggers.push(command.trigger_id);
        await ack();
      }),
    );
    await slash();
    await slash();
    const [first = '', second = ''] = triggers;
    const open = (trigger_id: string): Promise<unknown> => app.client.views.open({ trigger_id, view: form });
    await open(first);
    await expect(open(first)).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
    elapse(3_001);
    await expect(open(second)).rejects.toMatchObject({ data: { error: 'expired_trigger_id' } });
  });

  it('publishes the Home tab when a person opens it', async () => {
    await start((app) => {
      app.event('app_home_opened', async ({ event, client }) => {
        await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [{ type: 'header', text: plain('Now') }] } });
      });
    });
    await act('home', {});
    expect(await until(home, { what: 'the Home tab' })).toMatchObject({ type: 'home', blocks: [{ type: 'header' }] });
  });
}

function connections({ start, startOverHttp, slash, whispers, slack }: Stage): void {
  it('comes back when Slack recycles its socket', async () => {
    await start((app) => app.command('/migrate', ({ ack }) => ack('Here.')));
    slack().disconnect('refresh_requested');
    expect((await slash()).body).toMatchObject({ acknowledged: false });
    await until(() => slack().sockets() === 1, { what: 'the new socket' });
    expect((await slash()).body).toMatchObject({ acknowledged: true });
  });

  it('works over HTTP, signed, as well', async () => {
    await startOverHttp((app) => app.command('/migrate', ({ ack }) => ack('Over HTTP.')));
    expect((await slash()).body).toMatchObject({ ok: true, acknowledged: true });
    expect(await whispers()).toMatchObject([{ text: 'Over HTTP.' }]);
  });
}
