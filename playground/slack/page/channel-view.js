import { verbsIn } from './completions.js';
import { composer } from './composer.js';
import { byId, el } from './dom.js';
import { backToChannels, tabs, title } from './heading.js';
import { messageList } from './message-list.js';
import { changed, channel, state, visible } from './store.js';
import { markRead, readUpTo, unreadIn } from './unread.js';

let shown;
let away = false;

/** The open channel: its name, what was said, and the composer. Built anew only when the place or the person changes. */
export function renderChannel() {
  const here = channel(state.channel);
  if (!here) return;
  const name = `${here.id} ${state.viewer}`;
  if (shown?.name !== name || !shown.root.isConnected) open(name, here);
  // What came while nobody looked is new on return.
  if (away && !document.hidden && unreadIn(here.id).length > 0) shown.unreadAfter = readUpTo(here.id);
  away = document.hidden;
  shown.heading.replaceChildren(...heading(here));
  shown.write.show();
  shown.messages.show(visible(here.id), { unreadAfter: shown.unreadAfter, empty: beginning(here) });
  if (shown.fresh) {
    shown.messages.toBottom();
    shown.messages.offerNew(unreadIn(here.id).length);
  }
  shown.fresh = false;
  if (shown.messages.isAtBottom()) seen();
}

function seen() {
  if (markRead(state.channel)) changed('read');
}

function open(name, here) {
  const messages = messageList({ onBottom: seen });
  const head = el('header', { class: 'place' });
  const write = composer({ placeholder: `Message ${title(here)}`, channel: () => here.id });
  const root = el(
    'section',
    { class: 'channel', 'aria-label': title(here) },
    head,
    here.with && tabs('messages'),
    messages.root,
    write.root,
  );
  shown = { name, root, heading: head, messages, write, unreadAfter: readUpTo(here.id), fresh: true };
  byId('main').replaceChildren(root);
  if (matchMedia('(hover: hover)').matches) write.focus();
}

function heading(here) {
  const count = here.with ? '' : `${state.people.filter(({ deleted }) => !deleted).length} people`;
  const app = `${state.app.display_name} is not in this channel`;
  return [
    backToChannels(),
    el('h1', {}, title(here)),
    here.archived && el('span', { class: 'badge quiet' }, 'archived'),
    !here.with && !here.joined && el('span', { class: 'badge quiet', title: 'The app cannot post here until it joins' }, app),
    el('small', {}, [count, here.topic].filter(Boolean).join(' · ')),
  ].filter(Boolean);
}

function beginning(here) {
  const [first] = state.commands;
  const line = first && [first.command, verbsIn(first.usage_hint)[0]?.verb].filter(Boolean).join(' ');
  const hint = first && !here.with ? ` Type ${line} below to begin.` : '';
  return `This is the very beginning of ${title(here)}.${hint}`;
}
