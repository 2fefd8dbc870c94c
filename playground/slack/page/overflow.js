import { askFirst } from './confirm.js';
import { el } from './dom.js';
import { placeMenu, stepThrough } from './menu.js';
import { textObject } from './mrkdwn.js';
import { report } from './report.js';
import { changed } from './store.js';

/** The ⋯ menu. While it is open the message under it is not drawn anew; closing it catches up. */
export function overflow(part, block, surface) {
  const holder = el('span', { class: 'press overflow' });
  const list = el('div', { class: 'menu', role: 'menu', 'aria-label': 'More actions', popover: 'auto' });
  const opener = el(
    'button',
    {
      type: 'button',
      class: 'bk more',
      'aria-label': 'More actions',
      title: 'More actions',
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
    },
    '⋯',
  );
  const choose = async (option) => {
    list.hidePopover();
    if (part.confirm && !(await askFirst(part.confirm))) return;
    await report(holder, surface, () => surface.press(part, block, option.value));
  };
  for (const option of part.options ?? []) {
    const description = option.description && el('small', {}, ...textObject(option.description));
    const attributes = { type: 'button', role: 'menuitem', tabindex: -1, dataset: { value: option.value } };
    list.append(el('button', { ...attributes, onclick: () => choose(option) }, el('span', {}, ...textObject(option.text)), description));
  }
  opener.addEventListener('click', () => {
    list.togglePopover();
    placeMenu(list, opener);
    list.firstElementChild?.focus();
  });
  opener.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    opener.click();
  });
  list.addEventListener('keydown', (event) => stepThrough(event, [...list.children]));
  list.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    opener.setAttribute('aria-expanded', String(open));
    if (!open) changed('message');
  });
  holder.append(opener, list);
  return holder;
}
