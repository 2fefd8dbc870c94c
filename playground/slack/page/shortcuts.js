import { el } from './dom.js';

const shortcuts = [
  ['Enter · Shift Enter', 'send · new line'],
  ['/ · @ · #', 'commands and their verbs · people · channels'],
  ['↑', 'in an empty field: what was sent last'],
  ['Alt ↑ · Alt ↓', 'previous · next channel; with Shift the next unread'],
  ['F6 · Shift F6', 'next · previous part of the page'],
  ['↑ ↓ Home End', 'through messages, channels, menus and tabs'],
  ['T · L · Delete', 'on a message: thread · copy link · delete'],
  ['Ctrl Enter', 'in a modal: submit'],
  ['Ctrl .', 'side panel'],
  ['Esc', 'close the list, menu, modal, panel or thread'],
  ['? or Ctrl /', 'this list'],
];

/** The keys of this page, in a dialog. */
export function showShortcuts() {
  const rows = shortcuts.map(([keys, what]) =>
    el('tr', {}, el('th', { scope: 'row' }, ...keys.split(' · ').flatMap(asKeys)), el('td', {}, what)),
  );
  const close = () => dialog.close();
  const dialog = el(
    'dialog',
    { class: 'shortcuts', 'aria-label': 'Keyboard shortcuts' },
    el('header', {}, el('h2', {}, 'Keyboard shortcuts'), el('button', { class: 'ghost', 'aria-label': 'Close', onclick: close }, '✕')),
    el('table', {}, el('tbody', {}, ...rows)),
  );
  dialog.addEventListener('click', (event) => event.target === dialog && close());
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const asKeys = (keys, index) => [index > 0 && ' ', ...keys.split(' ').map((each) => (each === 'or' ? ' or ' : el('kbd', {}, each)))];
