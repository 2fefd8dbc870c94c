import { avatar } from './avatar.js';
import { byId, el } from './dom.js';
import { stepThrough } from './menu.js';
import { becomeViewer } from './navigation.js';
import { person, state } from './store.js';
import { mentionsOf } from './unread.js';

/** "Acting as": who clicks and types here, and what roles that person has in the program. */
export function renderViewer() {
  const place = byId('viewer');
  if (place.querySelector(':popover-open')) return;
  const me = person(state.viewer);
  const menu = el('div', { class: 'menu people', popover: 'auto', role: 'menu', id: 'people', 'aria-label': 'Act as' });
  const choose = (userId) => {
    menu.hidePopover();
    becomeViewer(userId);
    byId('viewer').querySelector('.acting')?.focus();
  };
  menu.append(...state.people.map((other) => candidate(other, choose)));
  menu.addEventListener('keydown', (event) =>
    stepThrough(
      event,
      [...menu.children].filter((item) => !item.disabled),
    ),
  );
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'open') menu.querySelector('[aria-checked=true]')?.focus();
    else renderViewer();
  });
  const waiting = state.people.filter(({ id, deleted }) => id !== me.id && !deleted && mentionsOf(id) > 0).length;
  const button = el(
    'button',
    { class: 'acting', popovertarget: 'people', 'aria-haspopup': 'menu', title: 'Act as somebody else' },
    avatar(me.id, 'small'),
    el('span', { class: 'who' }, el('small', {}, 'Acting as'), el('strong', {}, me.real_name)),
    roles(me),
    waiting > 0 && el('span', { class: 'count loud dot', role: 'img', 'aria-label': `${waiting} others have something to read` }),
    el('span', { 'aria-hidden': 'true', class: 'caret' }, '▾'),
  );
  const focused = place.contains(document.activeElement);
  place.replaceChildren(button, menu);
  if (focused) button.focus();
}

function candidate(other, choose) {
  const current = other.id === state.viewer;
  const named = other.deleted ? 0 : mentionsOf(other.id);
  const about = [
    other.title,
    other.deleted && 'deactivated',
    (other.is_restricted || other.is_ultra_restricted) && 'guest',
    other.is_stranger && 'other workspace',
  ];
  return el(
    'button',
    {
      role: 'menuitemradio',
      tabindex: -1,
      'aria-checked': String(current),
      disabled: other.deleted,
      dataset: { user: other.id },
      onclick: () => choose(other.id),
    },
    avatar(other.id, 'small'),
    el('span', {}, el('strong', {}, other.real_name), el('small', {}, about.filter(Boolean).join(' · '))),
    roles(other),
    named > 0 &&
      !current &&
      el(
        'span',
        { class: 'count loud', role: 'img', 'aria-label': `${named} for them to read`, title: `${named} for them to read` },
        String(named),
      ),
  );
}

function roles({ roles: all }) {
  return el('span', { class: 'roles' }, ...all.map((role) => el('span', { class: 'role' }, role)));
}
