import { isObject, textOf } from '../json.ts';
import { atMost, child, items, needs, oneOf, report, textObject } from './problem.ts';
import type { Spot } from './problem.ts';

type Rule = (spot: Spot) => void;

/** The limits of each interactive element (docs.slack.dev/reference/block-kit/block-elements). */
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
  multi_static_select: select,
  external_select: placeholder,
  multi_external_select: placeholder,
  users_select: placeholder,
  multi_users_select: placeholder,
  conversations_select: placeholder,
  multi_conversations_select: placeholder,
  channels_select: placeholder,
  multi_channels_select: placeholder,
  datepicker: placeholder,
  timepicker: placeholder,
  datetimepicker(spot) {
    const initial = child(spot, 'initial_date_time');
    if (initial.value !== undefined && !/^\d{10}$/.test(textOf(initial.value))) {
      report(initial, { code: 'invalid_value', message: 'must be a UNIX timestamp of ten digits' });
    }
  },
  checkboxes: choices,
  radio_buttons: choices,
  plain_text_input(spot) {
    placeholder(spot);
    for (const key of ['min_length', 'max_length']) {
      const length = child(spot, key);
      if (typeof length.value === 'number' && (length.value < 0 || length.value > 3000)) {
        report(length, { code: 'out_of_range', message: 'must be between 0 and 3000', constraint: 3000 });
      }
    }
    atMost(child(spot, 'initial_value'), 3000);
  },
  number_input(spot) {
    placeholder(spot);
    needs(spot, 'is_decimal_allowed');
  },
  email_text_input: placeholder,
  url_text_input: placeholder,
  rich_text_input: placeholder,
  file_input: () => undefined,
  image(spot) {
    needs(spot, 'alt_text');
    atMost(child(spot, 'alt_text'), 2000);
  },
  workflow_button: (spot) => needs(spot, 'text', 'workflow'),
  icon_button: (spot) => needs(spot, 'icon', 'text'),
  feedback_buttons: (spot) => needs(spot, 'positive_button', 'negative_button'),
};

/** Judges one element: its kind must be among `allowed`, its limits kept, its action_id at most 255 characters. */
export function checkElement(spot: Spot, allowed: readonly string[]): void {
  if (spot.value === undefined) return;
  if (!isObject(spot.value)) return report(spot, { code: 'wrong_type', message: 'must be an object' });
  const type = textOf(spot.value['type']);
  const rule = elementRules[type];
  if (!rule || !allowed.includes(type)) {
    return report(child(spot, 'type'), { code: 'unsupported_type', message: `unsupported type: ${type || 'undefined'}` });
  }
  atMost(child(spot, 'action_id'), 255);
  confirm(child(spot, 'confirm'));
  rule(spot);
}

function confirm(spot: Spot): void {
  if (spot.value === undefined) return;
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

function select(spot: Spot): void {
  placeholder(spot);
  const groups = child(spot, 'option_groups');
  if (groups.value === undefined) needs(spot, 'options');
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
    textObject(child(option, 'description'), { max: 75 });
    // The SDK's types say 75, the docs have said 150: the lower one is safe on both.
    atMost(child(option, 'value'), 75);
    atMost(child(option, 'url'), 3000);
  }
}

/** Slack refuses an initial option that is not exactly one of the options. */
function initialAmongOptions(spot: Spot): void {
  const initial = child(spot, 'initial_option');
  if (!isObject(initial.value)) return;
  const known = JSON.stringify(child(spot, 'options').value ?? child(spot, 'option_groups').value ?? []);
  const wanted = `"value":${JSON.stringify(initial.value['value'])}`;
  if (!known.includes(wanted)) report(initial, { code: 'invalid_value', message: 'initial_option must exactly match a provided option' });
}
