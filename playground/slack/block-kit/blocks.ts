import { isObject, textOf } from '../json.ts';
import { checkElement, elementRules } from './elements.ts';
import { atMost, child, items, needs, report, textObject } from './problem.ts';
import type { Spot } from './problem.ts';

export type Surface = 'message' | 'modal' | 'home';

type BlockRule = { readonly surfaces: readonly Surface[]; readonly check: (spot: Spot) => void };

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const inputs = [
  'plain_text_input',
  'number_input',
  'email_text_input',
  'url_text_input',
  'rich_text_input',
  'file_input',
  'datepicker',
  'timepicker',
  'datetimepicker',
  'checkboxes',
  'radio_buttons',
  'static_select',
  'multi_static_select',
  'external_select',
  'multi_external_select',
  'users_select',
  'multi_users_select',
  'conversations_select',
  'multi_conversations_select',
  'channels_select',
  'multi_channels_select',
];
const typed = ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'rich_text_input', 'file_input'];
const clickable = ['button', 'overflow', 'workflow_button', ...inputs.filter((type) => !typed.includes(type))];

/** The limits of each block and where it may stand (docs.slack.dev/reference/block-kit/blocks). */
export const blockRules: Readonly<Record<string, BlockRule>> = {
  section: { surfaces: everywhere, check: section },
  header: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'text');
      textObject(child(spot, 'text'), { max: 150, plainOnly: true });
    },
  },
  divider: { surfaces: everywhere, check: () => undefined },
  context: { surfaces: everywhere, check: context },
  actions: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'elements');
      for (const element of items(child(spot, 'elements'), { max: 25 })) checkElement(element, clickable);
    },
  },
  input: { surfaces: everywhere, check: input },
  image: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'alt_text');
      atMost(child(spot, 'alt_text'), 2000);
      atMost(child(spot, 'image_url'), 3000);
      textObject(child(spot, 'title'), { max: 2000, plainOnly: true });
    },
  },
  rich_text: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'elements');
      const kinds = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];
      for (const element of items(child(spot, 'elements'), { max: 100 })) {
        const type = textOf(child(element, 'type').value);
        if (!kinds.includes(type)) report(child(element, 'type'), { code: 'unsupported_type', message: `unsupported type: ${type}` });
        needs(element, 'elements');
      }
    },
  },
  markdown: {
    surfaces: ['message'],
    check(spot) {
      needs(spot, 'text');
      atMost(child(spot, 'text'), 12_000);
    },
  },
  table: {
    surfaces: ['message'],
    check(spot) {
      needs(spot, 'rows');
      for (const row of items(child(spot, 'rows'), { max: 100 })) items(row, { max: 20 });
    },
  },
  data_table: {
    surfaces: ['message'],
    check(spot) {
      needs(spot, 'rows', 'caption');
      items(child(spot, 'rows'), { min: 2, max: 101 });
    },
  },
  video: { surfaces: everywhere, check: (spot) => needs(spot, 'video_url', 'thumbnail_url', 'alt_text', 'title') },
  file: { surfaces: ['message'], check: (spot) => needs(spot, 'external_id', 'source') },
  alert: { surfaces: ['modal'], check: (spot) => needs(spot, 'text') },
  plan: { surfaces: ['message'], check: (spot) => needs(spot, 'title') },
  task_card: { surfaces: ['message'], check: (spot) => needs(spot, 'task_id', 'title') },
  card: { surfaces: ['message'], check: () => undefined },
  carousel: { surfaces: ['message'], check: (spot) => void items(child(spot, 'elements'), { max: 10 }) },
  container: { surfaces: everywhere, check: (spot) => void items(child(spot, 'child_blocks'), { max: 10 }) },
  context_actions: { surfaces: ['message'], check: (spot) => void items(child(spot, 'elements'), { max: 5 }) },
};

/** Judges one block on the surface it is meant for. */
export function checkBlock(spot: Spot, surface: Surface): void {
  if (!isObject(spot.value)) return report(spot, { code: 'wrong_type', message: 'must be an object' });
  const type = textOf(spot.value['type']);
  const rule = blockRules[type];
  if (!rule?.surfaces.includes(surface)) {
    return report(child(spot, 'type'), { code: 'unsupported_type', message: `unsupported type: ${type || 'undefined'}` });
  }
  atMost(child(spot, 'block_id'), 255);
  rule.check(spot);
}

function section(spot: Spot): void {
  if (child(spot, 'text').value === undefined && child(spot, 'fields').value === undefined) {
    report(spot, { code: 'missing_field', message: 'must define either `text` or `fields`' });
  }
  textObject(child(spot, 'text'), { max: 3000 });
  for (const field of items(child(spot, 'fields'), { max: 10 })) textObject(field, { max: 2000 });
  checkElement(child(spot, 'accessory'), ['image', ...clickable]);
}

function context(spot: Spot): void {
  needs(spot, 'elements');
  for (const element of items(child(spot, 'elements'), { max: 10 })) {
    if (child(element, 'type').value === 'image') elementRules['image']?.(element);
    else textObject(element, { max: 3000 });
  }
}

function input(spot: Spot): void {
  needs(spot, 'label', 'element');
  textObject(child(spot, 'label'), { max: 2000, plainOnly: true });
  textObject(child(spot, 'hint'), { max: 2000, plainOnly: true });
  checkElement(child(spot, 'element'), inputs);
}
