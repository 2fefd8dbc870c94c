import { avatar } from './avatar.js';
import { byId, el } from './dom.js';
import { goTo } from './navigation.js';
import { openHome } from './home.js';
import { state } from './store.js';
import { namesViewer, unreadIn } from './unread.js';

/** Channels, the app with its Home tab, and whether the program is connected at all. */
export function renderSidebar() {
  const channels = state.channels.filter((channel) => !channel.with);
  byId('sidebar').replaceChildren(
    el('header', {}, el('strong', {}, state.team.name), el('small', {}, 'everything is local')),
    el('h2', {}, 'Channels'),
    el('ul', {}, ...channels.map((channel) => entry(channel, [el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), channel.name]))),
    el('h2', {}, 'Apps'),
    el('ul', {}, appEntry()),
    el('footer', {}, ...connection()),
  );
}

function entry(channel, label, open = () => goTo(channel.id)) {
  const unread = channel.id === state.channel && !document.hidden ? [] : unreadIn(channel.id);
  const named = unread.length > 0 && (channel.with !== undefined || namesViewer(unread));
  const mark = unread.length > 0 && el('span', { class: named ? 'count loud' : 'count' }, String(unread.length));
  const current = channel.id === state.channel ? 'page' : undefined;
  return el('li', {}, el('button', { class: unread.length > 0 ? 'unread' : '', 'aria-current': current, onclick: open }, ...label, mark));
}

/** A direct message with unread lines opens on them, otherwise on Home. */
function appEntry() {
  const direct = state.channels.find((channel) => channel.with === state.viewer);
  if (!direct) return undefined;
  const label = [avatar(state.app.botUserId, 'tiny'), state.app.display_name];
  return entry(direct, label, () => (unreadIn(direct.id).length > 0 ? goTo(direct.id) : openHome()));
}

function connection() {
  const { sockets, connected, app } = state;
  const well = connected && sockets > 0;
  const text = !connected
    ? 'This page lost the local Slack'
    : sockets > 0
      ? `${app.display_name} is connected`
      : `${app.display_name} is not connected`;
  const detail = sockets > 0 ? `${sockets} socket${sockets === 1 ? '' : 's'}` : 'clicks and commands will fail';
  return [el('span', { class: `light ${well ? 'on' : 'off'}` }), el('span', {}, text, el('small', {}, detail))];
}
