import { avatar } from './avatar.js';
import { byId, el } from './dom.js';
import { becomeViewer } from './navigation.js';
import { person, state } from './store.js';

/** "Acting as": who clicks and types here, and what roles that person has in the program. */
export function renderViewer() {
  const me = person(state.viewer);
  const menu = el('div', { class: 'menu people', popover: 'auto', role: 'menu', id: 'people' });
  const choose = (userId) => {
    menu.hidePopover();
    becomeViewer(userId);
  };
  for (const other of state.people) {
    const current = other.id === state.viewer;
    menu.append(
      el(
        'button',
        { role: 'menuitemradio', 'aria-checked': String(current), disabled: other.deleted, onclick: () => choose(other.id) },
        avatar(other.id, 'small'),
        el(
          'span',
          {},
          el('strong', {}, other.real_name),
          el('small', {}, [other.title, other.deleted && 'deactivated', other.is_restricted && 'guest'].filter(Boolean).join(' · ')),
        ),
        roles(other),
      ),
    );
  }
  menu.addEventListener('keydown', (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = [...menu.children];
    if (!move) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + move + items.length) % items.length]?.focus();
  });
  const button = el(
    'button',
    { class: 'acting', popovertarget: 'people', 'aria-haspopup': 'menu', title: 'Act as somebody else' },
    avatar(me.id, 'small'),
    el('span', { class: 'who' }, el('small', {}, 'Acting as'), el('strong', {}, me.real_name)),
    roles(me),
    el('span', { 'aria-hidden': 'true', class: 'caret' }, '▾'),
  );
  byId('viewer').replaceChildren(button, menu);
}

function roles({ roles: all }) {
  return el('span', { class: 'roles' }, ...all.map((role) => el('span', { class: 'role' }, role)));
}
