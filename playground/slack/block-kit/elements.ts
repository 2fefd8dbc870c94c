import { isObject, listOf, objectOf, textOf } from '../json.ts';
import {
  atMost,
  child,
  fail,
  given,
  items,
  needs,
  numberWithin,
  oneOf,
  textObject,
  textWithin,
  unsupported,
  wrongType,
} from './problem.ts';
import type { Spot } from './problem.ts';

type Rule = (spot: Spot) => void;

/** The limits of each element (docs.slack.dev/reference/block-kit/block-elements). */
export const elementRules: Readonly<Record<string, Rule>> = {
  button(spot) {
    needs(spot, 'text');
    textObject(child(spot, 'text'), { max: 75, plainOnly: true });
    atMost(child(spot, 'value'), 2000);
    atMost(child(spot, 'url'), 3000);
    atMost(child(spot, 'accessibility_label'), 75);
    oneOf(child(spot, 'style'), ['primary', 'danger']);
  },
  overflow(spot) {
    needs(spot, 'options');
    options(child(spot, 'options'), { max: 5, plainOnly: true });
  },
  static_select: select,
  multi_static_select: severalOf(select),
  external_select: external,
  multi_external_select: severalOf(external),
  users_select: placeholder,
  multi_users_select: severalOf(placeholder),
  conversations_select: placeholder,
  multi_conversations_select: severalOf(placeholder),
  channels_select: placeholder,
  multi_channels_select: severalOf(placeholder),
  datepicker(spot) {
    placeholder(spot);
    shaped(child(spot, 'initial_date'), /^\d{4}-\d{2}-\d{2}$/, 'must be a date as YYYY-MM-DD');
  },
  timepicker(spot) {
    placeholder(spot);
    shaped(child(spot, 'initial_time'), /^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as HH:mm');
  },
  datetimepicker: (spot) => shaped(child(spot, 'initial_date_time'), /^\d{10}$/, 'must be a UNIX timestamp of ten digits'),
  checkboxes: choices,
  radio_buttons: choices,
  plain_text_input(spot) {
    placeholder(spot);
    numberWithin(child(spot, 'min_length'), 0, 3000);
    numberWithin(child(spot, 'max_length'), 1, 3000);
    atMost(child(spot, 'initial_value'), 3000);
    const min = child(spot, 'min_length').value;
    const max = child(spot, 'max_length').value;
    if (typeof min === 'number' && typeof max === 'number' && min > max)
      fail(child(spot, 'max_length'), 'max_length must not be less than min_length', {
        type: 'range',
        expected: [String(min)],
        got: String(max),
      });
  },
  number_input(spot) {
    placeholder(spot);
    needs(spot, 'is_decimal_allowed');
    if (given(child(spot, 'is_decimal_allowed')) && typeof child(spot, 'is_decimal_allowed').value !== 'boolean')
      wrongType(child(spot, 'is_decimal_allowed'), 'a boolean');
    for (const key of ['initial_value', 'min_value', 'max_value']) shaped(child(spot, key), /^-?\d+(\.\d+)?$/, 'must be a number, as text');
  },
  email_text_input: placeholder,
  url_text_input: placeholder,
  rich_text_input: placeholder,
  file_input: (spot) => numberWithin(child(spot, 'max_files'), 1, 10),
  image(spot) {
    needs(spot, 'alt_text');
    atMost(child(spot, 'alt_text'), 2000);
    pictured(spot);
  },
  workflow_button(spot) {
    needs(spot, 'text', 'workflow');
    textObject(child(spot, 'text'), { max: 75, plainOnly: true });
    atMost(child(spot, 'accessibility_label'), 75);
  },
  icon_button(spot) {
    needs(spot, 'icon', 'text');
    textObject(child(spot, 'text'), { max: 75, plainOnly: true });
    atMost(child(spot, 'value'), 2000);
    atMost(child(spot, 'accessibility_label'), 75);
  },
  feedback_buttons(spot) {
    needs(spot, 'positive_button', 'negative_button');
    for (const key of ['positive_button', 'negative_button']) {
      const side = child(spot, key);
      if (!given(side)) continue;
      needs(side, 'text', 'value');
      textObject(child(side, 'text'), { max: 75, plainOnly: true });
      atMost(child(side, 'value'), 2000);
      atMost(child(side, 'accessibility_label'), 75);
    }
  },
  url(spot) {
    needs(spot, 'url', 'text');
    atMost(child(spot, 'url'), 3000);
  },
};

/** Judges one element: its kind must be among `allowed`, its limits kept, its action_id at most 255 characters. */
export function checkElement(spot: Spot, allowed: readonly string[]): void {
  if (!given(spot)) return;
  if (!isObject(spot.value)) return wrongType(spot, 'an object');
  const type = textOf(spot.value['type']);
  const rule = Object.hasOwn(elementRules, type) ? elementRules[type] : undefined;
  if (!rule || !allowed.includes(type)) return unsupported(spot, type, allowed);
  atMost(child(spot, 'action_id'), 255);
  confirm(child(spot, 'confirm'));
  rule(spot);
}

/** A picture comes from an address or from a file in Slack, and from one of them only. */
export function pictured(spot: Spot): void {
  const url = child(spot, 'image_url');
  const file = child(spot, 'slack_file');
  if (given(url) === given(file))
    fail(spot, 'must define exactly one of `image_url` and `slack_file`', { type: 'one_of', expected: ['image_url', 'slack_file'] });
  textWithin(url, { min: 1, max: 3000 });
}

function confirm(spot: Spot): void {
  if (!given(spot)) return;
  needs(spot, 'title', 'text', 'confirm', 'deny');
  textObject(child(spot, 'title'), { max: 100, plainOnly: true });
  textObject(child(spot, 'text'), { max: 300 });
  textObject(child(spot, 'confirm'), { max: 30, plainOnly: true });
  textObject(child(spot, 'deny'), { max: 30, plainOnly: true });
  oneOf(child(spot, 'style'), ['primary', 'danger']);
}

function placeholder(spot: Spot): void {
  textObject(child(spot, 'placeholder'), { max: 150, plainOnly: true });
}

function external(spot: Spot): void {
  placeholder(spot);
  numberWithin(child(spot, 'min_query_length'), 0, 255);
}

function severalOf(rule: Rule): Rule {
  return (spot) => {
    rule(spot);
    numberWithin(child(spot, 'max_selected_items'), 1, Number.MAX_SAFE_INTEGER);
  };
}

function shaped(spot: Spot, shape: RegExp, message: string): void {
  if (given(spot) && !shape.test(textOf(spot.value))) fail(spot, message, { type: 'pattern', got: textOf(spot.value) });
}

function select(spot: Spot): void {
  placeholder(spot);
  const groups = child(spot, 'option_groups');
  if (!given(groups)) needs(spot, 'options');
  options(child(spot, 'options'), { max: 100, plainOnly: true });
  for (const group of items(groups, { max: 100 })) {
    needs(group, 'label', 'options');
    textObject(child(group, 'label'), { max: 75, plainOnly: true });
    options(child(group, 'options'), { max: 100, plainOnly: true });
  }
  initialAmongOptions(spot);
}

function choices(spot: Spot): void {
  needs(spot, 'options');
  options(child(spot, 'options'), { max: 10, plainOnly: false });
  initialAmongOptions(spot);
}

function options(spot: Spot, limit: { readonly max: number; readonly plainOnly: boolean }): void {
  for (const option of items(spot, limit)) {
    needs(option, 'text', 'value');
    textObject(child(option, 'text'), { max: 75, plainOnly: limit.plainOnly });
    textObject(child(option, 'description'), { max: 75, plainOnly: limit.plainOnly });
    // The SDK's types say 75, the docs have said 150: the lower one is safe on both.
    atMost(child(option, 'value'), 75);
    atMost(child(option, 'url'), 3000);
  }
}

/** Slack refuses an initial option that is not exactly one of the options: its text counts too. */
function initialAmongOptions(spot: Spot): void {
  const groups = listOf(child(spot, 'option_groups').value).flatMap((group) => listOf(objectOf(group)['options']));
  const known = [...listOf(child(spot, 'options').value), ...groups].map(identity);
  const chosen = [child(spot, 'initial_option'), ...items(child(spot, 'initial_options'), { max: 100 })];
  for (const initial of chosen) {
    if (!isObject(initial.value) || known.includes(identity(initial.value))) continue;
    fail(initial, 'initial_option must exactly match a provided option', { type: 'enum', got: textOf(initial.value['value']) });
  }
}

function identity(option: unknown): string {
  const { text, value } = objectOf(option);
  return JSON.stringify([objectOf(text)['text'], value]);
}
