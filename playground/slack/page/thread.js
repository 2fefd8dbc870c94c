import { composer } from './composer.js';
import { byId, el } from './dom.js';
import { title } from './heading.js';
import { messageList } from './message-list.js';
import { closeThread } from './navigation.js';
import { channel, state, visible } from './store.js';

let shown;

/** The thread pane: the root, its replies, a composer that knows no slash commands, as in Slack. */
export function renderThread() {
  const pane = byId('thread');
  const here = channel(state.channel);
  pane.hidden = !state.thread || !here;
  document.body.classList.toggle('thread-open', !pane.hidden);
  if (pane.hidden) {
    shown = undefined;
    return;
  }
  const name = `${here.id} ${state.thread} ${state.viewer}`;
  if (shown?.name !== name) open(name, here);
  shown.messages.show(visible(here.id, state.thread), { inThread: true, empty: 'This thread is gone.' });
  shown.write.show();
  if (shown.fresh) shown.messages.toBottom();
  shown.fresh = false;
}

function open(name, here) {
  const messages = messageList();
  const thread = state.thread;
  const write = composer({ placeholder: 'Reply…', channel: () => here.id, thread: () => thread });
  const back = el('button', { class: 'ghost back', 'aria-label': `Back to ${title(here)}`, onclick: closeThread }, '‹');
  const close = el('button', { class: 'ghost close', 'aria-label': 'Close thread', title: 'Close (Esc)', onclick: closeThread }, '✕');
  const heading = el('header', { class: 'place' }, back, el('h2', {}, 'Thread'), el('small', {}, title(here)), close);
  shown = { name, messages, write, fresh: true };
  byId('thread').replaceChildren(heading, messages.root, write.root);
}
