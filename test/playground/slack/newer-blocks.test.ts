import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problemsOfBlocks, problemsOfView } from '../../../playground/slack/block-kit/validate.ts';
import type { LocalSlack } from '../../../playground/slack/server.ts';
import { aSlack, call, plain } from './bolt.ts';

const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const long = (length: number): string => 'x'.repeat(length);
const cells = (count: number): object[] => many(count, { type: 'raw_text', text: 'x' });
const table = (rows: object[][], more: object = {}): object => ({ type: 'table', rows, ...more });
const data = (rows: object[][], more: object = {}): object => ({ type: 'data_table', caption: 'c', rows, ...more });
const card = (more: object): object => ({ type: 'card', title: plain('t'), ...more });
const task = (more: object = {}): object => ({ type: 'task_card', task_id: '1', title: 't', status: 'complete', ...more });
const container = (more: object): object => ({ type: 'container', title: plain('t'), child_blocks: [{ type: 'divider' }], ...more });
const feedback = {
  type: 'feedback_buttons',
  action_id: 'a',
  positive_button: { text: plain('+'), value: '1' },
  negative_button: { text: plain('-'), value: '0' },
};
const richText = { type: 'rich_text', elements: [] };

describe('newer blocks in a message', () => {
  it.each<[string, unknown[], string | undefined]>([
    ['a table of 100 × 20', [table(many(100, cells(20)))], undefined],
    ['a table of 101 rows', [table(many(101, cells(1)))], '/blocks/0/rows'],
    ['a table of 21 columns', [table([cells(21)])], '/blocks/0/rows/0'],
    ['a ragged table', [table([cells(2), cells(1)])], '/blocks/0/rows/1'],
    ['a cell of mrkdwn', [table([[{ type: 'mrkdwn', text: 'x' }]])], '/blocks/0/rows/0/0/type'],
    ['an empty cell', [table([[{ type: 'raw_text', text: '' }]])], '/blocks/0/rows/0/0/text'],
    ['a column aligned up', [table([cells(1)], { column_settings: [{ align: 'up' }] })], '/blocks/0/column_settings/0/align'],
    ['two tables', [table([cells(1)]), table([cells(1)])], '/blocks/1'],
    ['a data table of 2 rows', [data(many(2, cells(2)))], undefined],
    ['a data table of 1 row', [data([cells(2)])], '/blocks/0/rows'],
    ['a data table of 102 rows', [data(many(102, cells(1)))], '/blocks/0/rows'],
    ['a data table of 101 a page', [data(many(2, cells(1)), { page_size: 101 })], '/blocks/0/page_size'],
    ['a data table without caption', [{ type: 'data_table', rows: many(2, cells(1)) }], '/blocks/0'],
    ['Markdown of 12,001', [{ type: 'markdown', text: long(12_001) }], '/blocks/0/text'],
    [
      'Markdown of 12,001 in two blocks',
      [
        { type: 'markdown', text: long(6_000) },
        { type: 'markdown', text: long(6_001) },
      ],
      '/blocks/1/text',
    ],
    ['a card', [card({ actions: [{ type: 'button', action_id: 'a', text: plain('x') }] })], undefined],
    ['a card of nothing but a subtitle', [{ type: 'card', subtitle: plain('x') }], '/blocks/0'],
    ['a card title of 151', [card({ title: plain(long(151)) })], '/blocks/0/title/text'],
    ['a card body of 201', [card({ body: plain(long(201)) })], '/blocks/0/body/text'],
    ['a select on a card', [card({ actions: [{ type: 'overflow', action_id: 'a', options: [] }] })], '/blocks/0/actions/0/type'],
    ['a carousel of 10', [{ type: 'carousel', elements: many(10, card({})) }], undefined],
    ['a carousel of 11', [{ type: 'carousel', elements: many(11, card({})) }], '/blocks/0/elements'],
    ['a carousel of none', [{ type: 'carousel', elements: [] }], '/blocks/0/elements'],
    ['a section in a carousel', [{ type: 'carousel', elements: [{ type: 'section', text: plain('x') }] }], '/blocks/0/elements/0/type'],
    ['a container of 11', [container({ child_blocks: many(11, { type: 'divider' }) })], '/blocks/0/child_blocks'],
    ['a container in a container', [container({ child_blocks: [container({})] })], '/blocks/0/child_blocks/0/type'],
    ['a broken section in a container', [container({ child_blocks: [{ type: 'section' }] })], '/blocks/0/child_blocks/0'],
    ['a container without title', [{ type: 'container', child_blocks: [{ type: 'divider' }] }], '/blocks/0'],
    ['5 context actions', [{ type: 'context_actions', elements: [feedback] }], undefined],
    [
      '6 context actions',
      [{ type: 'context_actions', elements: many(6, { type: 'icon_button', icon: 'trash', text: plain('x') }) }],
      '/blocks/0/elements',
    ],
    [
      'a plain button among context actions',
      [{ type: 'context_actions', elements: [{ type: 'button', text: plain('x') }] }],
      '/blocks/0/elements/0/type',
    ],
    ['a plan of tasks', [{ type: 'plan', title: 'p', tasks: [task({ details: richText })] }], undefined],
    ['a plan beside a task', [{ type: 'plan', title: 'p' }, task()], '/blocks/1'],
    [
      'two plans',
      [
        { type: 'plan', title: 'p' },
        { type: 'plan', title: 'q' },
      ],
      '/blocks/1',
    ],
    ['a task that is "completed"', [task({ status: 'completed' })], '/blocks/0/status'],
    ['a picture from two places', [{ type: 'image', alt_text: 'x', image_url: 'https://x', slack_file: { id: 'F1' } }], '/blocks/0'],
    ['a picture from nowhere', [{ type: 'image', alt_text: 'x' }], '/blocks/0'],
  ])('%s', (_, blocks, pointer) => {
    expect(problemsOfBlocks(blocks, 'message')[0]?.pointer).toBe(pointer);
  });
});

describe('surfaces', () => {
  const blocks: Readonly<Record<string, object>> = {
    alert: { type: 'alert', text: plain('x') },
    card: card({}),
    carousel: { type: 'carousel', elements: [card({})] },
    container: container({}),
    context_actions: { type: 'context_actions', elements: [feedback] },
    data_table: data(many(2, cells(1))),
    data_visualization: { type: 'data_visualization' },
    markdown: { type: 'markdown', text: 'x' },
    plan: { type: 'plan', title: 'p' },
    table: table([cells(1)]),
    task_card: task(),
  };
  it.each([
    [
      'message',
      ['card', 'carousel', 'container', 'context_actions', 'data_table', 'data_visualization', 'markdown', 'plan', 'table', 'task_card'],
    ],
    ['modal', ['alert', 'card']],
    ['home', ['card', 'container', 'data_table']],
  ] as const)('a %s holds %o of the newer blocks', (surface, kinds) => {
    const allowed = Object.entries(blocks).filter(([, block]) => problemsOfBlocks([block], surface).length === 0);
    expect(allowed.map(([kind]) => kind)).toEqual(kinds);
  });
});

describe('elements', () => {
  const asks = (element: object): unknown => ({
    type: 'modal',
    title: plain('T'),
    submit: plain('S'),
    blocks: [{ type: 'input', label: plain('l'), element: { action_id: 'a', ...element } }],
  });
  it.each([
    ['text of at least 3,001', { type: 'plain_text_input', min_length: 3_001 }, 'min_length'],
    ['text of at least 5 and at most 4', { type: 'plain_text_input', min_length: 5, max_length: 4 }, 'max_length'],
    ['a date in words', { type: 'datepicker', initial_date: 'tomorrow' }, 'initial_date'],
    ['half past 24', { type: 'timepicker', initial_time: '24:30' }, 'initial_time'],
    ['a number of letters', { type: 'number_input', is_decimal_allowed: false, initial_value: 'ten' }, 'initial_value'],
    ['11 files', { type: 'file_input', max_files: 11 }, 'max_files'],
    ['11 radio buttons', { type: 'radio_buttons', options: many(11, { text: plain('x'), value: 'x' }) }, 'options'],
    ['a placeholder of 151', { type: 'email_text_input', placeholder: plain(long(151)) }, 'placeholder/text'],
    [
      'an initial option of another text',
      { type: 'static_select', options: [{ text: plain('A'), value: 'a' }], initial_option: { text: plain('B'), value: 'a' } },
      'initial_option',
    ],
  ])('%s', (_, element, key) => {
    expect(problemsOfView(asks(element))[0]?.pointer).toBe(`/view/blocks/0/element/${key}`);
  });
});

describe('blocks.validate', () => {
  let slack: LocalSlack;
  beforeEach(async () => {
    slack = await aSlack();
  });
  afterEach(() => slack.stop());
  const validate = async (args: object): Promise<Record<string, unknown>> => (await call(slack, 'blocks.validate', args)).body;

  it('names the pointer, the limit and what was sent, without posting', async () => {
    expect(await validate({ blocks: [{ type: 'header', text: plain(long(151)) }] })).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: [
        {
          pointer: '/blocks/0/text/text',
          code: 'failed_constraint',
          message: 'must be less than 151 characters',
          constraint: { type: 'max_length', expected: ['150'], got: '151' },
        },
      ],
      response_metadata: { messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'] },
    });
  });

  it.each([
    ['a message', { message: { blocks: [{ type: 'marquee' }] } }, 'invalid_message', '/message/blocks/0/type'],
    ['a view', { view: { type: 'modal', blocks: [] } }, 'invalid_view', '/view'],
  ])('judges %s', async (_, args, error, pointer) => {
    expect(await validate(args)).toMatchObject({ ok: false, error, errors: [{ pointer }] });
  });

  it('wants exactly one of the three', async () => {
    expect(await validate({})).toMatchObject({ error: 'invalid_arguments' });
    expect(await validate({ blocks: [], view: {} })).toMatchObject({ error: 'invalid_arguments' });
    expect(await validate({ blocks: [{ type: 'divider' }] })).toEqual({ ok: true });
  });
});
