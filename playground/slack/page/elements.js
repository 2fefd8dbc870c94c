import { askFirst } from './confirm.js';
import { el, safeUrl } from './dom.js';
import { plainText, textObject } from './mrkdwn.js';
import { changed, state } from './store.js';
import { toast } from './toast.js';

/** One interactive element. In a message a choice is reported at once, in a modal it is remembered until submit. */
export function element(part, block, surface, attributes = {}) {
  const render = renderers[part.type];
  if (!render) return el('code', { class: 'unknown' }, JSON.stringify(part));
  return render(part, block, surface, attributes);
}

const renderers = {
  button,
  workflow_button: button,
  overflow,
  static_select: select,
  external_select: select,
  users_select: (part, ...rest) => select({ ...part, options: people(), initial_option: picked(part.initial_user, people()) }, ...rest),
  channels_select: (part, ...rest) =>
    select({ ...part, options: channels(), initial_option: picked(part.initial_channel, channels()) }, ...rest),
  conversations_select: (part, ...rest) =>
    select({ ...part, options: channels(), initial_option: picked(part.initial_conversation, channels()) }, ...rest),
  multi_static_select: checkboxes,
  multi_users_select: (part, ...rest) => checkboxes({ ...part, options: people() }, ...rest),
  multi_channels_select: (part, ...rest) => checkboxes({ ...part, options: channels() }, ...rest),
  checkboxes,
  radio_buttons: radios,
  plain_text_input: (part, ...rest) =>
    part.multiline ? typed('textarea', { rows: 4 }, part, ...rest) : typed('input', { type: 'text' }, part, ...rest),
  rich_text_input: (part, ...rest) => typed('textarea', { rows: 4 }, part, ...rest),
  number_input: (part, ...rest) =>
    typed('input', { type: 'number', min: part.min_value, max: part.max_value, step: part.is_decimal_allowed ? 'any' : 1 }, part, ...rest),
  email_text_input: (part, ...rest) => typed('input', { type: 'email' }, part, ...rest),
  url_text_input: (part, ...rest) => typed('input', { type: 'url' }, part, ...rest),
  datepicker: (part, ...rest) => moment('date', part, ...rest),
  timepicker: (part, ...rest) => moment('time', part, ...rest),
  datetimepicker: (part, ...rest) => moment('datetime-local', part, ...rest),
};

/** Reports a click and shows what became of it: waiting, nothing, or Slack's words for a program that did not answer. */
async function report(holder, surface, send) {
  if (holder.dataset.waiting) return;
  holder.dataset.waiting = 'yes';
  holder.querySelector('.trouble')?.remove();
  const outcome = await send();
  delete holder.dataset.waiting;
  const said = typeof outcome?.error === 'string' ? outcome.error : undefined;
  // The program may have edited the message meanwhile: then the button is no longer there to stand beside.
  if (said && !holder.isConnected) toast(said);
  else if (said) holder.append(el('span', { class: 'trouble', role: 'alert', title: said }, '⚠ ', said));
}

function button(part, block, surface) {
  const style = part.style === 'primary' || part.style === 'danger' ? part.style : '';
  const holder = el('span', { class: 'press' });
  const click = async () => {
    if (part.confirm && !(await askFirst(part.confirm))) return;
    const url = part.url && safeUrl(part.url);
    if (url) window.open(url, '_blank', 'noreferrer');
    await report(holder, surface, () => surface.press(part, block, part.value));
  };
  holder.append(
    el(
      'button',
      { type: 'button', class: `bk ${style}`, 'aria-label': part.accessibility_label, onclick: click },
      ...textObject(part.text),
    ),
  );
  return holder;
}

function overflow(part, block, surface) {
  const holder = el('span', { class: 'press overflow' });
  const list = el('div', { class: 'menu', role: 'menu', popover: 'auto' });
  const opener = el('button', { type: 'button', class: 'bk more', 'aria-label': 'More actions', 'aria-haspopup': 'menu' }, '⋯');
  const choose = async (option) => {
    list.hidePopover();
    if (part.confirm && !(await askFirst(part.confirm))) return;
    await report(holder, surface, () => surface.press(part, block, option.value));
  };
  for (const option of part.options ?? []) {
    const description = option.description && el('small', {}, ...textObject(option.description));
    list.append(
      el(
        'button',
        { type: 'button', role: 'menuitem', onclick: () => choose(option) },
        el('span', {}, ...textObject(option.text)),
        description,
      ),
    );
  }
  opener.addEventListener('click', () => {
    const { bottom, left } = opener.getBoundingClientRect();
    list.togglePopover();
    const fits = Math.min(left, innerWidth - list.offsetWidth - 12);
    list.style.left = `${Math.max(8, fits)}px`;
    list.style.top = `${bottom + 4 + list.offsetHeight > innerHeight ? bottom - list.offsetHeight - 36 : bottom + 4}px`;
  });
  list.addEventListener('keydown', (event) => step(event, [...list.children]));
  list.addEventListener('toggle', (event) => (event.newState === 'open' ? list.firstElementChild?.focus() : changed('message')));
  holder.append(opener, list);
  return holder;
}

function step(event, items) {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!move) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + move + items.length) % items.length]?.focus();
}

function select(part, block, surface, attributes) {
  const options = [...(part.options ?? [])];
  const grouped = part.option_groups ?? [];
  const current = surface.value?.(block, part) ?? part.initial_option?.value ?? '';
  const asOption = (option) =>
    el(
      'option',
      { value: option.value, selected: option.value === current },
      ...plainText(option.text.text).filter((node) => typeof node === 'string' || node.textContent),
    );
  const holder = el('span', { class: 'press' });
  const placeholder = part.placeholder?.text ?? 'Choose an option';
  const list = el(
    'select',
    { class: 'field', 'aria-label': placeholder, ...attributes },
    el('option', { value: '', disabled: !block.optional && block.type === 'input', selected: current === '' }, placeholder),
    ...options.map(asOption),
    ...grouped.map((group) => el('optgroup', { label: group.label.text }, ...group.options.map(asOption))),
  );
  list.addEventListener('change', () => chosen(holder, part, block, surface, list.value));
  holder.append(list);
  return holder;
}

async function chosen(holder, part, block, surface, value) {
  surface.type?.(block, part, value);
  if (block.type === 'input' && !block.dispatch_action) return;
  if (part.confirm && !(await askFirst(part.confirm))) return;
  await report(holder, surface, () => surface.press(part, block, value));
}

function checkboxes(part, block, surface, attributes) {
  const initial = (part.initial_options ?? []).map((option) => option.value);
  const current = surface.value?.(block, part) ?? [...initial, ...(part.initial_users ?? []), ...(part.initial_channels ?? [])];
  return choices('checkbox', part, block, surface, current, attributes, (holder) =>
    [...holder.querySelectorAll('input:checked')].map((input) => input.value),
  );
}

function radios(part, block, surface, attributes) {
  const current = [surface.value?.(block, part) ?? part.initial_option?.value];
  return choices('radio', part, block, surface, current, attributes, (holder) => holder.querySelector('input:checked')?.value ?? '');
}

function choices(type, part, block, surface, current, attributes, read) {
  const holder = el('div', { class: 'choices', role: 'group', ...attributes });
  for (const option of part.options ?? []) {
    const input = el('input', {
      type,
      name: `${block.block_id}-${part.action_id}`,
      value: option.value,
      checked: current.includes(option.value),
    });
    const description = option.description && el('small', {}, ...textObject(option.description));
    holder.append(el('label', { class: 'choice' }, input, el('span', {}, ...textObject(option.text), description)));
  }
  holder.addEventListener('change', () => chosen(holder, part, block, surface, read(holder)));
  return holder;
}

function typed(tag, own, part, block, surface, attributes) {
  const value = surface.value?.(block, part) ?? part.initial_value ?? '';
  const { placeholder, max_length: maxlength } = part;
  const field = el(tag, { class: 'field', ...own, ...attributes, placeholder: placeholder?.text, maxlength, autocomplete: 'off', value });
  if (part.focus_on_load) field.dataset.first = 'yes';
  field.addEventListener('input', () => surface.type?.(block, part, field.value));
  return field;
}

/** Slack keeps a date and time as a UNIX time; the field shows the reader's own zone. */
function moment(type, part, block, surface, attributes) {
  const both = type === 'datetime-local';
  const raw = surface.value?.(block, part) ?? part.initial_date_time ?? part.initial_date ?? part.initial_time ?? '';
  const field = el('input', { class: 'field', type, ...attributes, value: both && raw !== '' ? asLocal(Number(raw)) : raw });
  const holder = el('span', { class: 'press' }, field);
  const value = () => (both ? (field.value === '' ? '' : String(Math.floor(new Date(field.value).getTime() / 1000))) : field.value);
  field.addEventListener('change', () => chosen(holder, part, block, surface, value()));
  return holder;
}

function asLocal(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const asText = (text) => ({ type: 'plain_text', text });
const people = () => state.people.filter(({ deleted }) => !deleted).map(({ id, real_name }) => ({ value: id, text: asText(real_name) }));
const channels = () => state.channels.filter((other) => !other.with).map(({ id, name }) => ({ value: id, text: asText(`#${name}`) }));
const picked = (value, options) => options.find((option) => option.value === value);
