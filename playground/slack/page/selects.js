import { chosen } from './choices.js';
import { el } from './dom.js';
import { placeMenu, stepThrough } from './menu.js';
import { plainText, textObject } from './mrkdwn.js';

/** One of several: the browser's own select, which knows type-ahead, arrows and every screen reader. */
export function select(part, block, surface, { label, ...attributes }) {
  const current = surface.value?.(block, part) ?? part.initial_option?.value ?? '';
  const placeholder = part.placeholder?.text ?? 'Choose an option';
  const asOption = (option) => el('option', { value: option.value, selected: option.value === current }, words(option));
  const needed = block.type === 'input' && !block.optional;
  const named = { 'aria-label': attributes.id ? undefined : (label ?? placeholder) };
  const list = el(
    'select',
    { class: 'field', ...attributes, ...named },
    el('option', { value: '', disabled: needed, selected: current === '' }, placeholder),
    ...(part.options ?? []).map(asOption),
    ...(part.option_groups ?? []).map((group) => el('optgroup', { label: group.label.text }, ...group.options.map(asOption))),
  );
  if (part.focus_on_load) list.dataset.first = 'yes';
  const holder = el('span', { class: 'press' }, list);
  list.addEventListener('change', () => chosen(holder, part, block, surface, list.value));
  return holder;
}

/** An option holds text only: emoji become their character. */
const words = (option) => el('span', {}, ...plainText(option.text?.text ?? '')).textContent;

const everyOption = (part) => [...(part.options ?? []), ...(part.option_groups ?? []).flatMap((group) => group.options)];

/** Several of many: a button that shows what is chosen, and a list that narrows while one types. Reported when it closes. */
export function manySelect(part, block, surface, { label, ...attributes }) {
  const options = everyOption(part);
  const initial = [part.initial_options?.map(({ value }) => value), part.initial_users, part.initial_channels, part.initial_conversations];
  let picked = [...(surface.value?.(block, part) ?? initial.find((list) => list) ?? [])];
  const placeholder = part.placeholder?.text ?? 'Choose options';
  const most = part.max_selected_items ?? Infinity;
  let before = picked.join();

  const filter = el('input', {
    class: 'field',
    type: 'search',
    placeholder: 'Type to narrow',
    'aria-label': `Narrow: ${label ?? placeholder}`,
    autocomplete: 'off',
  });
  const list = el('div', { class: 'many-list', role: 'group', 'aria-label': label ?? placeholder });
  const menu = el('div', { class: 'menu many', popover: 'auto' }, filter, list);
  const opener = el('button', {
    type: 'button',
    class: 'field many-opener',
    'aria-haspopup': 'true',
    'aria-expanded': 'false',
    ...attributes,
  });
  const holder = el('span', { class: 'press' }, opener, menu);

  for (const option of options) {
    const box = el('input', { type: 'checkbox', value: option.value, checked: picked.includes(option.value) });
    list.append(el('label', { class: 'choice' }, box, el('span', {}, ...textObject(option.text))));
  }

  const boxes = () => [...list.querySelectorAll('input')].filter((box) => !box.parentElement.hidden);

  function show() {
    const chips = options.filter(({ value }) => picked.includes(value)).map((option) => el('span', { class: 'chip' }, words(option)));
    opener.replaceChildren(...(chips.length > 0 ? chips : [el('span', { class: 'placeholder' }, placeholder)]));
    for (const box of list.querySelectorAll('input')) box.disabled = !box.checked && picked.length >= most;
  }

  list.addEventListener('change', () => {
    picked = [...list.querySelectorAll('input:checked')].map(({ value }) => value);
    surface.type?.(block, part, picked);
    show();
  });
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of list.children) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
  menu.addEventListener('keydown', (event) => {
    if (event.target === filter && event.key === 'Enter') {
      event.preventDefault();
      boxes()[0]?.click();
    } else if (event.key.startsWith('Arrow')) stepThrough(event, [filter, ...boxes()]);
  });
  opener.addEventListener('click', () => {
    menu.togglePopover();
    placeMenu(menu, opener);
    filter.focus();
  });
  menu.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    opener.setAttribute('aria-expanded', String(open));
    if (open || before === picked.join()) return;
    before = picked.join();
    void chosen(holder, part, block, surface, picked);
  });
  show();
  return holder;
}
