import { make, small } from './control.js';
import { el } from './dom.js';
import { state } from './store.js';

/** What people and administrators do behind the program's back: to the open channel, to an account, to the tokens. */
export function channelTrouble(here) {
  if (!here || here.with) return el('p', { class: 'quiet' }, 'Open a channel to archive or rename it.');
  const name = el('input', { class: 'field', value: here.name, 'aria-label': 'New name', autocomplete: 'off', spellcheck: 'false' });
  const rename = (event) => {
    event.preventDefault();
    void make('rename', { channel: here.id, name: name.value });
  };
  return el(
    'div',
    { class: 'stack' },
    el(
      'div',
      { class: 'grid' },
      here.archived
        ? small('Unarchive', `Bring #${here.name} back`, () => make('archive', { channel: here.id, on: false }))
        : small('Archive', `Nobody can post in #${here.name} any more`, () => make('archive', { channel: here.id, on: true })),
      small('Remove the app', `The app leaves #${here.name}`, () => make('kick', { channel: here.id })),
    ),
    el('form', { class: 'row', onsubmit: rename }, name, el('button', { class: 'bk small' }, 'Rename')),
  );
}

const standings = [
  ['deleted', 'Deactivated'],
  ['is_restricted', 'Guest'],
  ['is_stranger', 'Other workspace'],
  ['dm_blocked', 'No messages from apps'],
];
let chosen;

export function personTrouble() {
  const picked = state.people.find(({ id }) => id === chosen) ?? state.people.at(-1);
  const options = state.people.map(({ id, real_name }) => el('option', { value: id, selected: id === picked.id }, real_name));
  const holder = el('div', { class: 'stack' });
  const list = el('select', { class: 'field', 'aria-label': 'Person' }, ...options);
  const boxes = el('div', { class: 'choices' }, ...standings.map((standing) => box(picked, standing)));
  list.addEventListener('change', () => {
    chosen = list.value;
    holder.replaceWith(personTrouble());
  });
  holder.append(list, boxes);
  return holder;
}

function box(person, [flag, label]) {
  chosen = person.id;
  const change = async (event) => {
    const { target } = event;
    if (!(await make('person', { user: person.id, [flag]: target.checked }))) target.checked = !target.checked;
  };
  return el('label', { class: 'choice' }, el('input', { type: 'checkbox', checked: person[flag] === true, onchange: change }), label);
}

/** The next call with that token is refused, and the next socket, too. */
export function tokenTrouble() {
  const pair = (token) => [
    small(`Revoke ${token}`, `Calls with the ${token} token answer token_revoked`, () =>
      make('revoke', { token, on: true }, `The ${token} token is revoked.`),
    ),
    small(`Restore ${token}`, `The ${token} token is good again`, () =>
      make('revoke', { token, on: false }, `The ${token} token is good again.`),
    ),
  ];
  return el('div', { class: 'grid' }, ...pair('bot'), ...pair('app'));
}
