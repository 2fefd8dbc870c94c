import { isObject, textOf } from '../json.ts';
import { checkElement, elementRules, pictured } from './elements.ts';
import { newerRules } from './newer-blocks.ts';
import { atMost, child, items, needs, needsAny, oneOf, textObject, unsupported, wrongType } from './problem.ts';
import type { Spot } from './problem.ts';

export type Surface = 'message' | 'modal' | 'home';

/** Where a block may stand, and its limits; `among` judges the blocks it holds. */
export type BlockRule = { readonly surfaces: readonly Surface[]; readonly check: (spot: Spot, among: Among) => void };

/** Judges a nested block on the same surface; its kind must be one of `allowed`. */
export type Among = (spot: Spot, allowed: readonly string[]) => void;

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const typed = ['plain_text_input', 'number_input', 'email_text_input', 'url_text_input', 'rich_text_input', 'file_input'];
const chosen = [
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
const clickable = ['button', 'overflow', 'workflow_button', ...chosen];

/** The limits of each block and where it may stand (docs.slack.dev/reference/block-kit/blocks). */
const blockRules: Readonly<Record<string, BlockRule>> = {
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
      for (const element of items(child(spot, 'elements'), { max: 25 })) checkElement(element, [...clickable, 'rich_text_input']);
    },
  },
  input: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'label', 'element');
      textObject(child(spot, 'label'), { max: 2000, plainOnly: true });
      textObject(child(spot, 'hint'), { max: 2000, plainOnly: true });
      checkElement(child(spot, 'element'), [...typed, ...chosen]);
    },
  },
  image: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'alt_text');
      atMost(child(spot, 'alt_text'), 2000);
      pictured(spot);
      textObject(child(spot, 'title'), { max: 2000, plainOnly: true });
    },
  },
  rich_text: { surfaces: everywhere, check: richText },
  video: {
    surfaces: everywhere,
    check(spot) {
      needs(spot, 'video_url', 'thumbnail_url', 'alt_text', 'title');
      textObject(child(spot, 'title'), { max: 200, plainOnly: true });
      textObject(child(spot, 'description'), { max: 200, plainOnly: true });
      atMost(child(spot, 'author_name'), 50);
    },
  },
  file: {
    surfaces: ['message'],
    check(spot) {
      needs(spot, 'external_id', 'source');
      oneOf(child(spot, 'source'), ['remote']);
    },
  },
  ...newerRules,
};

/** Judges one block on the surface it is meant for. */
export function checkBlock(spot: Spot, surface: Surface, allowed: readonly string[] = Object.keys(blockRules)): void {
  if (!isObject(spot.value)) return wrongType(spot, 'an object');
  const type = textOf(spot.value['type']);
  const rule = Object.hasOwn(blockRules, type) ? blockRules[type] : undefined;
  if (!rule?.surfaces.includes(surface) || !allowed.includes(type)) {
    return unsupported(
      spot,
      type,
      allowed.filter((name) => blockRules[name]?.surfaces.includes(surface)),
    );
  }
  atMost(child(spot, 'block_id'), 255);
  rule.check(spot, (inner, kinds) => checkBlock(inner, surface, kinds));
}

function section(spot: Spot): void {
  needsAny(spot, ['text', 'fields']);
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

function richText(spot: Spot): void {
  needs(spot, 'elements');
  const kinds = ['rich_text_section', 'rich_text_list', 'rich_text_preformatted', 'rich_text_quote'];
  for (const element of items(child(spot, 'elements'), { min: 0, max: 100 })) {
    const type = textOf(child(element, 'type').value);
    if (!kinds.includes(type)) unsupported(element, type, kinds);
    needs(element, 'elements');
    if (type === 'rich_text_list') {
      needs(element, 'style');
      oneOf(child(element, 'style'), ['bullet', 'ordered']);
    }
  }
}
