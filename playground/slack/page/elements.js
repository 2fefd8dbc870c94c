import { checkboxes, radios } from './choices.js';
import { askFirst } from './confirm.js';
import { el, safeUrl } from './dom.js';
import { externalSelect } from './external-select.js';
import { moment, typed } from './fields.js';
import { fileInput } from './file-input.js';
import { emojiNode, textObject } from './mrkdwn.js';
import { overflow } from './overflow.js';
import { report } from './report.js';
import { manySelect, select } from './selects.js';
import { state } from './store.js';

/**
 * One interactive element. `surface` says what becomes of it, see blocks.js. In a message a choice is reported at once, in
 * a modal it is remembered until submit. An element this page does not know is shown as its JSON.
 */
export function element(part, block, surface, attributes = {}) {
  const render = Object.hasOwn(renderers, part.type) ? renderers[part.type] : undefined;
  if (!render) return el('code', { class: 'unknown', dataset: { unknown: part.type } }, JSON.stringify(part));
  return render(part, block, surface, attributes);
}

const input =
  (type, own = {}) =>
  (part, ...rest) =>
    typed('input', { type, ...own }, part, ...rest);

const renderers = {
  button,
  workflow_button: button,
  icon_button: (part, ...rest) => button({ ...part, icon: part.icon === 'trash' ? '🗑' : '•' }, ...rest),
  feedback_buttons: (part, ...rest) =>
    el(
      'span',
      { class: 'press' },
      button(answer(part, part.positive_button, '👍'), ...rest),
      button(answer(part, part.negative_button, '👎'), ...rest),
    ),
  overflow,
  static_select: select,
  external_select: externalSelect,
  users_select: (part, ...rest) => select(among(part, people(), part.initial_user), ...rest),
  channels_select: (part, ...rest) => select(among(part, channels(), part.initial_channel), ...rest),
  conversations_select: (part, ...rest) => select(among(part, channels(), part.initial_conversation), ...rest),
  multi_static_select: manySelect,
  multi_external_select: externalSelect,
  multi_users_select: (part, ...rest) => manySelect({ ...part, options: people() }, ...rest),
  multi_channels_select: (part, ...rest) => manySelect({ ...part, options: channels() }, ...rest),
  multi_conversations_select: (part, ...rest) => manySelect({ ...part, options: channels() }, ...rest),
  checkboxes,
  radio_buttons: radios,
  plain_text_input: (part, ...rest) =>
    part.multiline ? typed('textarea', { rows: 4 }, part, ...rest) : typed('input', { type: 'text' }, part, ...rest),
  rich_text_input: ({ initial_value: initial, ...part }, ...rest) =>
    typed('textarea', { rows: 4 }, { ...part, initial_value: plainOf(initial) }, ...rest),
  number_input: (part, ...rest) =>
    typed('input', { type: 'number', min: part.min_value, max: part.max_value, step: part.is_decimal_allowed ? 'any' : 1 }, part, ...rest),
  email_text_input: input('email', { inputmode: 'email' }),
  url_text_input: input('url', { inputmode: 'url' }),
  file_input: fileInput,
  datepicker: (part, ...rest) => moment('date', part, ...rest),
  timepicker: (part, ...rest) => moment('time', part, ...rest),
  datetimepicker: (part, ...rest) => moment('datetime-local', part, ...rest),
};

function button(part, block, surface) {
  const style = part.style === 'primary' || part.style === 'danger' ? part.style : '';
  const holder = el('span', { class: 'press' });
  const click = async () => {
    if (part.confirm && !(await askFirst(part.confirm))) return;
    const url = part.url && safeUrl(part.url);
    if (url) window.open(url, '_blank', 'noreferrer');
    await report(holder, surface, () => surface.press(part, block, part.value));
  };
  const attributes = { 'aria-label': part.accessibility_label, title: part.url && safeUrl(part.url), dataset: { action: part.action_id } };
  const icon = part.icon && [emojiNode(part.icon) ?? part.icon, ' '];
  holder.append(
    el(
      'button',
      { type: 'button', class: `bk ${style}${part.url ? ' elsewhere' : ''}`, ...attributes, onclick: click },
      icon,
      ...textObject(part.text),
    ),
  );
  return holder;
}

/** Formatted text as this page lets people edit it: its words. */
function plainOf(rich) {
  const leaves = (part) => part.text ?? part.url ?? (part.elements ?? []).map(leaves).join('');
  return (rich?.elements ?? []).map(leaves).join('\n');
}

/** One half of a pair of feedback buttons; both report the pair's action_id. */
const answer = (pair, half, icon) => ({ ...half, type: 'button', action_id: pair.action_id, icon });

const option = (value, text) => ({ value, text: { type: 'plain_text', text } });
const people = () => state.people.filter(({ deleted }) => !deleted).map(({ id, real_name }) => option(id, real_name));
const channels = () => state.channels.filter((other) => !other.with).map(({ id, name }) => option(id, `#${name}`));
const among = (part, options, initial) => ({ ...part, options, initial_option: options.find(({ value }) => value === initial) });
