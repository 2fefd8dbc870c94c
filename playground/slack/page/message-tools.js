import { askFirst } from './confirm.js';
import { el } from './dom.js';
import { openThread, permalink } from './navigation.js';
import { useShortcut } from './shortcut.js';
import { act, state } from './store.js';
import { toast } from './toast.js';

/** What a person can do with a message: shown while the pointer or the focus is on it. */
export function messageTools(given, { inThread }) {
  const thread = given.thread_ts ?? given.ts;
  return el(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'Message actions' },
    !inThread &&
      el('button', { dataset: { tool: 'thread' }, title: 'Reply in thread (T)', onclick: () => openThread(thread) }, 'Reply in thread'),
    ...messageShortcuts(given),
    el('button', { dataset: { tool: 'link' }, title: 'Copy link (L)', onclick: () => copyLink(given) }, 'Copy link'),
    el(
      'button',
      { dataset: { tool: 'delete' }, class: 'danger', title: 'Delete message (Delete)', onclick: () => remove(given) },
      'Delete',
    ),
  );
}

/** The app's own entries, as its manifest declares them. */
function messageShortcuts({ channel, ts }) {
  const declared = state.shortcuts.filter(({ type }) => type === 'message');
  return declared.map(({ callback_id, name, description }) =>
    el('button', { title: description, onclick: () => useShortcut({ callback_id, channel, ts }) }, name),
  );
}

/** The keys of a message that has the focus. */
export function messageKey(event) {
  const tool = { t: 'thread', l: 'link', Delete: 'delete' }[event.key];
  const button =
    tool && !event.ctrlKey && !event.metaKey && !event.altKey && event.target.querySelector(`:scope > .tools [data-tool=${tool}]`);
  if (!button) return;
  event.preventDefault();
  button.click();
}

async function copyLink(given) {
  const link = permalink(given);
  try {
    await navigator.clipboard.writeText(link);
    toast('Link copied.');
  } catch {
    toast(link);
  }
}

async function remove({ channel, ts }) {
  const text = 'Are you sure you want to delete this message? This cannot be undone.';
  const plain = (words) => ({ type: 'plain_text', text: words });
  const sure = await askFirst({
    title: plain('Delete message'),
    text: plain(text),
    confirm: plain('Delete'),
    deny: plain('Cancel'),
    style: 'danger',
  });
  if (!sure) return;
  const outcome = await act('delete', { channel, ts });
  if (!outcome.ok) toast(outcome.error ?? 'It could not be deleted.');
}
