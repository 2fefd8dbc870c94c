import { chosen } from './choices.js';
import { el } from './dom.js';
import { placeMenu, stepThrough } from './menu.js';
import { plainText, textObject } from './mrkdwn.js';

/** Slack asks from the third character on, unless the element says otherwise. */
const fewest = 3;
const pauseMs = 250;

/** A select whose options the program gives while one types: one option, or several for a multi_external_select. */
export function externalSelect(part, block, surface, { label, ...attributes }) {
  const several = part.type === 'multi_external_select';
  const least = part.min_query_length ?? fewest;
  const placeholder = part.placeholder?.text ?? 'Choose an option';
  const known = new Map([part.initial_option, ...(part.initial_options ?? [])].filter(Boolean).map((option) => [option.value, option]));
  let picked = [surface.value?.(block, part) ?? [...known.keys()]].flat();
  let timer;
  let asked = 0;

  const query = el('input', {
    class: 'field',
    type: 'search',
    placeholder: 'Type to search',
    'aria-label': `Search: ${label ?? placeholder}`,
    autocomplete: 'off',
  });
  const said = el('p', { class: 'quiet', role: 'status' }, hint());
  const list = el('div', { class: 'many-list', role: 'group', 'aria-label': label ?? placeholder });
  const menu = el('div', { class: 'menu many', popover: 'auto' }, query, said, list);
  const opener = el('button', {
    type: 'button',
    class: 'field many-opener',
    'aria-haspopup': 'true',
    'aria-expanded': 'false',
    ...attributes,
  });
  const holder = el('span', { class: 'press' }, opener, menu);

  function hint() {
    return least > 0 ? `The program is asked from ${least} characters on.` : '';
  }

  function show() {
    const chips = picked.map((value) => el('span', { class: 'chip' }, ...plainText(known.get(value)?.text?.text ?? value)));
    opener.replaceChildren(...(chips.length > 0 ? chips : [el('span', { class: 'placeholder' }, placeholder)]));
  }

  async function ask() {
    const value = query.value.trim();
    const mine = (asked += 1);
    if (value.length < least) return offer([], hint());
    const { ack, error } = await surface.suggest(part, block, value);
    // An answer that was overtaken by the next one is dropped.
    if (mine !== asked) return undefined;
    const options = [...(ack?.options ?? []), ...(ack?.option_groups ?? []).flatMap((group) => group.options)];
    return offer(options, error ?? (options.length === 0 ? 'No results.' : ''));
  }

  function offer(options, words) {
    said.textContent = words;
    for (const option of options) known.set(option.value, option);
    list.replaceChildren(...options.map(row));
  }

  function row(option) {
    const on = picked.includes(option.value);
    const words = el('span', {}, ...textObject(option.text), option.description && el('small', {}, ...textObject(option.description)));
    return el(
      'button',
      { type: 'button', class: 'found', 'aria-pressed': String(on), onclick: () => pick(option.value) },
      on ? '✓ ' : '',
      words,
    );
  }

  function pick(value) {
    if (several) picked = picked.includes(value) ? picked.filter((other) => other !== value) : [...picked, value];
    else picked = [value];
    show();
    menu.hidePopover();
    opener.focus();
    void chosen(holder, part, block, surface, several ? picked : value);
  }

  query.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pauseMs);
  });
  menu.addEventListener('keydown', (event) => {
    if (event.target === query && event.key === 'Enter') event.preventDefault();
    if (event.key.startsWith('Arrow')) stepThrough(event, [query, ...list.children]);
  });
  opener.addEventListener('click', () => {
    menu.togglePopover();
    placeMenu(menu, opener);
    query.focus();
    void ask();
  });
  menu.addEventListener('toggle', (event) => opener.setAttribute('aria-expanded', String(event.newState === 'open')));
  show();
  return holder;
}
