import { el, svg } from './dom.js';
import { nameOf, state } from './store.js';

/** Initials on a colour of the person's own; the app has a moon. */
export function avatar(userId, size = '') {
  if (userId === state.app.botUserId) return el('span', { class: `avatar app ${size}`, 'aria-hidden': 'true' }, moon());
  const name = nameOf(userId);
  const initials = name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
  return el('span', { class: `avatar hue-${hue(userId)} ${size}`, 'aria-hidden': 'true' }, initials);
}

function hue(userId) {
  const place = state.people.findIndex(({ id }) => id === userId);
  return (place < 0 ? 7 : place) % 8;
}

function moon() {
  return svg(
    'svg',
    { viewBox: '0 0 32 32' },
    svg('path', { d: 'M20.5 6.5a10 10 0 1 0 5 13.6A8.4 8.4 0 0 1 20.5 6.5z', fill: 'currentColor' }),
  );
}
