import { isObject, textOf } from '../json.ts';
import type { BlockRule, Surface } from './blocks.ts';
import { checkElement } from './elements.ts';
import { atMost, child, fail, given, items, missing, needs, needsAny, numberWithin, oneOf, textObject, textWithin } from './problem.ts';
import { unsupported, wrongType } from './problem.ts';
import type { Spot } from './problem.ts';

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const messages: readonly Surface[] = ['message'];

/** The blocks Slack added in 2025 and 2026. Where two sources differ about a surface, the stricter one stands. */
export const newerRules: Readonly<Record<string, BlockRule>> = {
  alert: {
    surfaces: ['modal'],
    check(spot) {
      needs(spot, 'text');
      textObject(child(spot, 'text'), { max: 3000 });
      oneOf(child(spot, 'level'), ['default', 'info', 'warning', 'error', 'success']);
    },
  },
  markdown: {
    surfaces: messages,
    check(spot) {
      needs(spot, 'text');
      textWithin(child(spot, 'text'), { min: 1, max: 12_000 });
    },
  },
  table: { surfaces: messages, check: table },
  data_table: { surfaces: ['message', 'home'], check: dataTable },
  // Its fields are not in the SDK's types yet: only its place is judged.
  data_visualization: { surfaces: messages, check: () => undefined },
  card: { surfaces: everywhere, check: card },
  carousel: {
    surfaces: messages,
    check(spot, among) {
      needs(spot, 'elements');
      for (const element of items(child(spot, 'elements'), { max: 10 })) among(element, ['card']);
    },
  },
  container: {
    surfaces: ['message', 'home'],
    check(spot, among) {
      needsAny(spot, ['title', 'rich_text_title']);
      needs(spot, 'child_blocks');
      textObject(child(spot, 'title'), { max: 150, plainOnly: true });
      textObject(child(spot, 'subtitle'), { max: 150 });
      checkElement(child(spot, 'icon'), ['image']);
      oneOf(child(spot, 'width'), ['narrow', 'standard', 'wide', 'full']);
      if (given(child(spot, 'rich_text_title'))) among(child(spot, 'rich_text_title'), ['rich_text']);
      for (const inner of items(child(spot, 'child_blocks'), { max: 10 })) among(inner, contained);
    },
  },
  context_actions: {
    surfaces: messages,
    check(spot) {
      needs(spot, 'elements');
      for (const element of items(child(spot, 'elements'), { max: 5 })) checkElement(element, ['feedback_buttons', 'icon_button']);
    },
  },
  plan: {
    surfaces: messages,
    check(spot, among) {
      needs(spot, 'title');
      textWithin(child(spot, 'title'), { min: 1, max: 3000 });
      for (const task of items(child(spot, 'tasks'), { min: 0, max: 50 })) among(task, ['task_card']);
    },
  },
  task_card: {
    surfaces: messages,
    check(spot, among) {
      needs(spot, 'task_id', 'title', 'status');
      atMost(child(spot, 'title'), 3000);
      oneOf(child(spot, 'status'), ['pending', 'in_progress', 'complete', 'error']);
      for (const key of ['details', 'output']) if (given(child(spot, key))) among(child(spot, key), ['rich_text']);
      for (const source of items(child(spot, 'sources'), { min: 0, max: 100 })) checkElement(source, ['url']);
    },
  },
};

const contained = ['actions', 'context', 'divider', 'file', 'header', 'image', 'input', 'rich_text', 'section', 'table', 'video'];

function card(spot: Spot): void {
  needsAny(spot, ['hero_image', 'title', 'actions', 'body']);
  textObject(child(spot, 'title'), { max: 150 });
  textObject(child(spot, 'subtitle'), { max: 150 });
  textObject(child(spot, 'body'), { max: 200 });
  checkElement(child(spot, 'hero_image'), ['image']);
  checkElement(child(spot, 'icon'), ['image']);
  for (const action of items(child(spot, 'actions'), { max: 25 })) checkElement(action, ['button']);
}

function table(spot: Spot): void {
  needs(spot, 'rows');
  rows(child(spot, 'rows'), { min: 1, max: 100 });
  for (const column of items(child(spot, 'column_settings'), { min: 0, max: 20 })) {
    if (given(column)) oneOf(child(column, 'align'), ['left', 'center', 'right']);
  }
}

function dataTable(spot: Spot): void {
  needs(spot, 'rows', 'caption');
  textWithin(child(spot, 'caption'), { min: 1, max: 3000 });
  rows(child(spot, 'rows'), { min: 2, max: 101 });
  numberWithin(child(spot, 'page_size'), 1, 100);
  numberWithin(child(spot, 'row_header_column_index'), 0, 19);
}

/** At most twenty cells in a row. Slack refuses a table whose rows are not all equally long. */
function rows(spot: Spot, limit: { readonly min: number; readonly max: number }): void {
  const lengths = items(spot, limit).map((row) => items(row, { max: 20 }).map(cell).length);
  const [first = 0] = lengths;
  const ragged = lengths.findIndex((length) => length !== first);
  if (ragged > 0)
    fail(child(spot, ragged), 'all rows must have the same number of cells', {
      type: 'same_length',
      expected: [String(first)],
      got: String(lengths[ragged]),
    });
}

function cell(spot: Spot): void {
  if (!isObject(spot.value)) return wrongType(spot, 'an object');
  const type = textOf(spot.value['type']);
  const kinds = ['raw_text', 'raw_number', 'rich_text'];
  if (!kinds.includes(type)) return unsupported(spot, type, kinds);
  if (type === 'rich_text') return needs(spot, 'elements');
  if (!given(child(spot, 'text'))) return missing(spot, 'text');
  textWithin(child(spot, 'text'), { min: 1, max: 3000 });
  if (type === 'raw_number' && typeof child(spot, 'value').value !== 'number') wrongType(child(spot, 'value'), 'a number');
}
