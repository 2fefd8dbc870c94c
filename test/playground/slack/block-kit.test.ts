import { describe, expect, it } from 'vitest';
import { problemsOfBlocks, problemsOfView, tooMuchText } from '../../../playground/slack/block-kit/validate.ts';
import { buttons, plain } from './bolt.ts';

const section = (text: string): object => ({ type: 'section', text: plain(text) });
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const option = (value: string): object => ({ text: plain(value), value });
const confirm = { title: plain('Sure?'), text: plain('x'), confirm: plain('Yes'), deny: plain('No') };
const press = (more: object): object => ({ type: 'actions', elements: [{ type: 'button', action_id: 'a', text: plain('x'), ...more }] });
const choose = (more: object): object => ({ type: 'actions', elements: [{ type: 'static_select', action_id: 'a', ...more }] });

describe('limits of blocks in a message', () => {
  it.each<[string, unknown, string | undefined]>([
    ['50 blocks', many(50, { type: 'divider' }), undefined],
    ['51 blocks', many(51, { type: 'divider' }), '/blocks'],
    ['a section of 3,000', [section('x'.repeat(3_000))], undefined],
    ['a section of 3,001', [section('x'.repeat(3_001))], '/blocks/0/text/text'],
    ['an empty text', [section('')], '/blocks/0/text/text'],
    ['11 fields', [{ type: 'section', fields: many(11, plain('x')) }], '/blocks/0/fields'],
    ['a field of 2,001', [{ type: 'section', fields: [plain('x'.repeat(2_001))] }], '/blocks/0/fields/0/text'],
    ['a header of 151', [{ type: 'header', text: plain('x'.repeat(151)) }], '/blocks/0/text/text'],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], '/blocks/0/text/type'],
    ['11 context elements', [{ type: 'context', elements: many(11, plain('x')) }], '/blocks/0/elements'],
    ['26 buttons', [buttons(...many(26, '').map((_, index) => `b${index}`))], '/blocks/0/elements'],
    ['a button value of 2,001', [press({ value: 'x'.repeat(2_001) })], '/blocks/0/elements/0/value'],
    ['an action_id of 256', [press({ action_id: 'x'.repeat(256) })], '/blocks/0/elements/0/action_id'],
    ['an unknown style', [press({ style: 'green' })], '/blocks/0/elements/0/style'],
    ['a good confirm', [press({ confirm })], undefined],
    [
      'a confirm title of 101',
      [press({ confirm: { ...confirm, title: plain('x'.repeat(101)) } })],
      '/blocks/0/elements/0/confirm/title/text',
    ],
    ['a confirm text of 301', [press({ confirm: { ...confirm, text: plain('x'.repeat(301)) } })], '/blocks/0/elements/0/confirm/text/text'],
    ['101 options', [choose({ options: many(101, option('x')) })], '/blocks/0/elements/0/options'],
    ['an option value of 76', [choose({ options: [option('x'.repeat(76))] })], '/blocks/0/elements/0/options/0/text/text'],
    ['a foreign initial option', [choose({ options: [option('a')], initial_option: option('b') })], '/blocks/0/elements/0/initial_option'],
    [
      'a text input among buttons',
      [{ type: 'actions', elements: [{ type: 'plain_text_input', action_id: 'a' }] }],
      '/blocks/0/elements/0/type',
    ],
    ['an unknown block', [{ type: 'marquee' }], '/blocks/0/type'],
    ['an alert, which only modals have', [{ type: 'alert', text: plain('x') }], '/blocks/0/type'],
    [
      'two blocks of one id',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      '/blocks/1/block_id',
    ],
    ['two buttons of one action_id', [buttons('a', 'a')], '/blocks'],
    ['something that is no list', { type: 'divider' }, '/blocks'],
  ])('%s', (_, blocks, pointer) => {
    expect(problemsOfBlocks(blocks, 'message')[0]?.pointer).toBe(pointer);
  });

  it('count the text of the whole message', () => {
    expect(tooMuchText(many(4, section('x'.repeat(3_000))))).toBe(false);
    expect(tooMuchText(many(5, section('x'.repeat(3_000))))).toBe(true);
  });
});

describe('limits of views', () => {
  const view = (more: object): object => ({ type: 'modal', title: plain('T'), blocks: [section('x')], ...more });

  it.each<[string, unknown, string | undefined]>([
    ['a small modal', view({}), undefined],
    ['101 blocks', view({ blocks: many(101, { type: 'divider' }) }), '/view/blocks'],
    ['a submit label of 25', view({ submit: plain('x'.repeat(25)) }), '/view/submit/text'],
    ['private_metadata of 3,001', view({ private_metadata: 'x'.repeat(3_001) }), '/view/private_metadata'],
    [
      'an input without submit',
      view({ blocks: [{ type: 'input', label: plain('l'), element: { type: 'plain_text_input', action_id: 'a' } }] }),
      '/view',
    ],
    ['a modal without title', { type: 'modal', blocks: [] }, '/view'],
    ['a Home tab without title', { type: 'home', blocks: [section('x')] }, undefined],
    ['a table, which only messages have', view({ blocks: [{ type: 'table', rows: [[plain('x')]] }] }), '/view/blocks/0/type'],
    ['something else', 'modal', '/view'],
  ])('%s', (_, given, pointer) => {
    expect(problemsOfView(given)[0]?.pointer).toBe(pointer);
  });
});
