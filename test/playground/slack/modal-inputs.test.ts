import type { App, ViewStateValue } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aBolt, aSlack, call, control, plain, sentencesOf } from './bolt.ts';

let slack: LocalSlack;
let bolt: App;
let triggers: string[] = [];
let submitted: { [block: string]: { [action: string]: ViewStateValue } } = {};

beforeEach(async () => {
  triggers = [];
  submitted = {};
  slack = await aSlack({ rateLimits: false });
  bolt = await aBolt(slack, (app) => {
    app.command('/migrate', async ({ ack, command }) => {
      triggers.push(command.trigger_id);
      await ack();
    });
    app.view('form', async ({ ack, view }) => {
      submitted = view.state.values;
      await ack();
    });
  });
});
afterEach(async () => {
  await bolt.stop();
  await slack.stop();
});

/** Opens a modal of one required input and answers what a person submits in it. */
async function opened(element: object): Promise<(value?: unknown) => ReturnType<typeof control>> {
  await control(slack, 'slash', { user: 'sam', channel: 'deployments', text: '/migrate' });
  const input = { type: 'input', block_id: 'b', label: plain('L'), element: { ...element, action_id: 'a' } };
  const view = { type: 'modal', callback_id: 'form', title: plain('T'), submit: plain('Go'), blocks: [input] };
  const { body } = await call(slack, 'views.open', { trigger_id: triggers.at(-1), view });
  const view_id = (body['view'] as { id: string }).id;
  return (value) => control(slack, 'submit', { user: 'sam', view_id, values: value === undefined ? {} : { b: { a: value } } });
}

const upload = (name: string, text = 'CREATE INDEX …', user = 'sam'): ReturnType<typeof control> =>
  control(slack, 'upload', { user, name, content: Buffer.from(text).toString('base64') });
const idOf = ({ body }: Awaited<ReturnType<typeof upload>>): string => (body['file'] as { id: string }).id;

describe('a required rich_text_input', () => {
  it('is submitted as rich text: what was typed, or a rich_text block', async () => {
    const send = await opened({ type: 'rich_text_input' });
    expect((await send('')).status).toBe(400);
    expect((await send('Too risky.')).status).toBe(200);
    const elements = [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'Too risky.' }] }];
    expect(submitted['b']?.['a']).toEqual({ type: 'rich_text_input', rich_text_value: { type: 'rich_text', elements } });
    const again = await opened({ type: 'rich_text_input' });
    expect((await again({ type: 'section' })).status).toBe(400);
    expect((await again({ type: 'rich_text', elements })).status).toBe(200);
  });
});

describe('a required file_input', () => {
  it('is submitted with the files the person uploaded', async () => {
    const send = await opened({ type: 'file_input' });
    expect((await send()).body).toMatchObject({ errors: { b: 'Please complete this required field.' } });
    const id = idOf(await upload('plan.sql'));
    expect((await send([id])).status).toBe(200);
    const [file] = submitted['b']?.['a']?.files ?? [];
    expect(file).toMatchObject({ id, name: 'plan.sql', filetype: 'sql', user: 'U0SAM', size: 16 });
    expect(await (await fetch(String(file?.url_private))).text()).toBe('CREATE INDEX …');
    expect((await call(slack, 'files.info', { file: id })).body).toMatchObject({ ok: true, file: { id } });
  });

  it('takes nobody else’s files, no file there is none of, and not too many or of another kind', async () => {
    const send = await opened({ type: 'file_input', max_files: 1, filetypes: ['sql'] });
    const [theirs, one, two, picture] = (
      await Promise.all([upload('plan.sql', 'x', 'maya'), upload('a.sql'), upload('b.sql'), upload('c.png')])
    ).map(idOf);
    expect((await send([theirs])).status).toBe(400);
    expect((await send(['F0'])).status).toBe(400);
    expect((await send([one, two])).body).toMatchObject({ errors: { b: 'Please choose no more than 1 file.' } });
    expect((await send([picture])).body).toMatchObject({ errors: { b: 'Please choose files of: sql.' } });
    expect((await send([one])).status).toBe(200);
  });

  it('refuses an upload without a name, without bytes, or that is no base64', async () => {
    const wrong = [{ content: 'eA==' }, { name: 'x.sql' }, { name: 'x.sql', content: '!' }];
    for (const each of wrong) expect((await control(slack, 'upload', { user: 'sam', ...each })).status).toBe(400);
  });
});

describe('a date, a time and a moment', () => {
  it.each([
    ['datepicker', '2026-02-30', '2026-02-28', 'a date as YYYY-MM-DD'],
    ['datepicker', 'soon', '2026-11-24', 'a date as YYYY-MM-DD'],
    ['timepicker', '24:00', '23:59', 'a time as HH:mm'],
    ['datetimepicker', 'now', 1_795_550_400, 'a UNIX time of ten digits'],
  ])('of a %s: %s is refused, %s is not', async (type, bad, good, shape) => {
    const send = await opened({ type });
    const refused = await send(bad);
    expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_arguments']);
    expect(sentencesOf(refused)[0]).toContain(shape);
    expect((await send(good)).status).toBe(200);

    const blocks = [{ type: 'actions', elements: [{ type, action_id: 'when' }] }];
    const { body } = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'x', blocks });
    const click = { user: 'sam', channel: 'deployments', ts: body['ts'], action_id: 'when', value: bad };
    const clicked = await control(slack, 'click', click);
    expect([clicked.status, sentencesOf(clicked)]).toEqual([400, [`when takes ${shape}, not ${JSON.stringify(bad)}.`]]);
  });
});

describe('default_to_current_conversation', () => {
  it('begins with the channel the command was typed in, and an update keeps it', async () => {
    const posted = await call(slack, 'chat.postMessage', { channel: 'deployments', text: 'x' });
    const here = posted.body['channel'];
    const send = await opened({ type: 'conversations_select', default_to_current_conversation: true });
    expect((await send()).status).toBe(200);
    expect(submitted['b']?.['a']).toEqual({ type: 'conversations_select', selected_conversation: here });
    await (
      await opened({ type: 'multi_conversations_select', default_to_current_conversation: true })
    )();
    expect(submitted['b']?.['a']).toEqual({ type: 'multi_conversations_select', selected_conversations: [here] });
    await (
      await opened({ type: 'conversations_select', default_to_current_conversation: true, initial_conversation: 'C0OTHER' })
    )();
    expect(submitted['b']?.['a']).toMatchObject({ selected_conversation: 'C0OTHER' });
    expect((await (await opened({ type: 'conversations_select' }))()).status).toBe(400);
  });
});
