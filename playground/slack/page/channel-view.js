import { composer } from './composer.js';
import { byId, el } from './dom.js';
import { openHome } from './home.js';
import { messageList } from './message-list.js';
import { goTo } from './navigation.js';
import { changed, channel, state, visible } from './store.js';
import { markRead, readUpTo } from './unread.js';

let shown;

/** The open channel: its name, what was said, and the composer. Built anew only when the place or the person changes. */
export function renderChannel() {
  const here = channel(state.channel);
  if (!here) return;
  const name = `${here.id} ${state.viewer}`;
  if (shown?.name !== name || !shown.root.isConnected) open(name, here);
  shown.heading.replaceChildren(...heading(here));
  shown.messages.show(visible(here.id), { unreadAfter: shown.unreadAfter, empty: beginning(here) });
  if (shown.fresh) shown.messages.toBottom();
  shown.fresh = false;
  if (markRead(here.id)) changed('read');
}

function open(name, here) {
  const messages = messageList();
  const heading = el('header', { class: 'place' });
  const write = composer({ placeholder: `Message ${title(here)}`, channel: () => state.channel });
  const root = el('section', { class: 'channel' }, heading, here.with && tabs('messages'), messages.list, write.root);
  shown = { name, root, heading, messages, unreadAfter: readUpTo(here.id), fresh: true };
  byId('main').replaceChildren(root);
  if (matchMedia('(hover: hover)').matches) write.focus();
}

function heading(here) {
  const count = here.with ? '' : `${state.people.filter(({ deleted }) => !deleted).length} people`;
  const app =
    here.with || here.joined
      ? undefined
      : el(
          'span',
          { class: 'badge quiet', title: 'The app cannot post here until it joins' },
          `${state.app.display_name} is not in this channel`,
        );
  return [el('h1', {}, title(here)), ...(app ? [app] : []), el('small', {}, count)];
}

function beginning(here) {
  const [first] = state.commands;
  const hint = first && !here.with ? ` Type ${first.command} ${first.usage_hint.split(' ')[0]} below to begin.` : '';
  return `This is the very beginning of ${title(here)}.${hint}`;
}

export function title(here) {
  return here.with ? state.app.display_name : `#${here.name}`;
}

/** Home and Messages of the app itself. */
export function tabs(current) {
  const tab = (name, label) =>
    el(
      'button',
      { role: 'tab', 'aria-selected': String(name === current), onclick: () => (name === 'home' ? openHome() : goTo(state.channel, name)) },
      label,
    );
  return el('div', { class: 'tabs', role: 'tablist' }, tab('home', 'Home'), tab('messages', 'Messages'));
}
