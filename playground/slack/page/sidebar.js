import { avatar } from './avatar.js';
import { byId, el } from './dom.js';
import { stepThrough } from './menu.js';
import { goTo, openHome } from './navigation.js';
import { state } from './store.js';
import { naming, unreadIn } from './unread.js';

/** Channels, the app with its Home tab, and whether the program is connected at all. */
export function renderSidebar() {
  const sidebar = byId('sidebar');
  const focused = sidebar.contains(document.activeElement) ? document.activeElement.dataset.channel : undefined;
  const channels = state.channels.filter((channel) => !channel.with);
  sidebar.replaceChildren(
    el('header', {}, el('strong', {}, state.team.name), el('small', {}, 'everything is local')),
    el('h2', {}, 'Channels'),
    el('ul', {}, ...channels.map(channelEntry)),
    el('h2', {}, 'Apps'),
    el('ul', {}, appEntry()),
    el('footer', {}, ...connection()),
  );
  if (focused) sidebar.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

byId('sidebar').addEventListener('keydown', (event) => stepThrough(event, [...byId('sidebar').querySelectorAll('li button')]));

function channelEntry(channel) {
  const archived = channel.archived && el('small', {}, 'archived');
  return entry(channel, [el('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), el('span', { class: 'name' }, channel.name), archived]);
}

function entry(channel, label, open = () => goTo(channel.id)) {
  const unread = channel.id === state.channel && !document.hidden ? [] : unreadIn(channel.id);
  const named = channel.with ? unread : naming(unread);
  const words = named.length > 0 ? `${named.length} for you` : `${unread.length} unread`;
  const mark =
    unread.length > 0 &&
    el(
      'span',
      { class: named.length > 0 ? 'count loud' : 'count', 'aria-label': words, role: 'img', title: words },
      String((named.length > 0 ? named : unread).length),
    );
  const current = channel.id === state.channel ? 'page' : undefined;
  const attributes = { class: unread.length > 0 ? 'unread' : '', 'aria-current': current, dataset: { channel: channel.id } };
  return el('li', {}, el('button', { ...attributes, onclick: open }, ...label, mark));
}

/** A direct message with unread lines opens on them, otherwise on Home. */
function appEntry() {
  const direct = state.channels.find((channel) => channel.with === state.viewer);
  if (!direct) return undefined;
  const label = [avatar(state.app.botUserId, 'tiny'), el('span', { class: 'name' }, state.app.display_name)];
  return entry(direct, label, () => (unreadIn(direct.id).length > 0 ? goTo(direct.id) : openHome()));
}

function connection() {
  const { sockets, connected, outage, http, app } = state;
  const [well, text, detail] = !connected
    ? [false, 'This page lost the local Slack', 'it is read anew when it answers']
    : outage
      ? [false, 'Slack is down', 'a full outage is switched on']
      : http
        ? [true, `${app.display_name} is called over HTTP`, http]
        : sockets > 0
          ? [true, `${app.display_name} is connected`, `${sockets} socket${sockets === 1 ? '' : 's'}`]
          : [false, `${app.display_name} is not connected`, 'clicks and commands will fail'];
  return [
    el('span', { class: `light ${well ? 'on' : 'off'}`, 'aria-hidden': 'true' }),
    el('span', { role: 'status' }, text, el('small', {}, detail)),
  ];
}
