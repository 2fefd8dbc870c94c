import { avatar } from './avatar.js';
import { blocks } from './blocks.js';
import { el } from './dom.js';
import { emojiNode, mrkdwn } from './mrkdwn.js';
import { openThread } from './navigation.js';
import { act, changed, channel, key, nameOf, now, person, state } from './store.js';
import { ago, fullTime, timeOf } from './time.js';

/** One message. `compact` leaves out the author, `inThread` the way into the thread. */
export function message(given, { compact = false, inThread = false } = {}) {
  const author = given.failure ? 'USLACKBOT' : given.whisper ? state.app.botUserId : given.user;
  const classes = ['message', compact && 'compact', given.whisper && 'whisper', given.failure && 'failure', given.deleted && 'deleted'];
  return el(
    'article',
    {
      class: classes.filter(Boolean).join(' '),
      dataset: { key: key(given) },
      tabindex: 0,
      'aria-label': `${nameOf(author)}: ${given.text ?? ''}`,
    },
    el('div', { class: 'gutter' }, compact ? el('time', { title: fullTime(given.shown_at) }, timeOf(given.shown_at)) : avatar(author)),
    el(
      'div',
      { class: 'content' },
      notes(given, inThread),
      !compact && byline(given, author),
      body(given),
      files(given.files ?? []),
      reactions(given.reactions ?? []),
      !inThread && given.reply_count > 0 && replies(given),
    ),
    !given.whisper && !inThread && !given.deleted && tools(given),
  );
}

function notes(given, inThread) {
  const pinned = !given.whisper && channel(given.channel)?.pins.includes(given.ts);
  const lines = [
    given.whisper && el('p', { class: 'note eye' }, 'Only visible to you'),
    pinned && el('p', { class: 'note pin' }, 'Pinned'),
    given.broadcast &&
      !inThread &&
      el('p', { class: 'note' }, el('button', { class: 'link', onclick: () => openThread(given.thread_ts) }, 'replied to a thread')),
    given.broadcast && inThread && el('p', { class: 'note' }, 'Also sent to the channel'),
  ];
  return lines.filter(Boolean);
}

function byline(given, author) {
  const isApp = author === state.app.botUserId;
  return el(
    'header',
    {},
    el('strong', { title: person(author)?.title }, nameOf(author)),
    isApp && el('span', { class: 'badge' }, 'APP'),
    el('time', { title: fullTime(given.shown_at) }, timeOf(given.shown_at)),
  );
}

function body(given) {
  const surface = {
    press: (part, block, value) =>
      act('click', { channel: given.channel, ts: given.ts, action_id: part.action_id, block_id: block.block_id, value }),
  };
  const edited = given.edited && el('span', { class: 'edited', title: 'Edited by the app' }, ' (edited)');
  const dismiss =
    given.whisper && el('span', { class: 'dismiss' }, el('button', { class: 'link', onclick: () => forget(given) }, 'Dismiss'));
  if (given.blocks?.length) return [blocks(given.blocks, surface), edited, dismiss];
  return el('div', { class: 'text' }, ...mrkdwn(given.text ?? ''), edited, dismiss);
}

function forget(given) {
  state.ephemerals = state.ephemerals.filter(({ ts }) => ts !== given.ts);
  state.failures = state.failures.filter(({ ts }) => ts !== given.ts);
  changed('gone');
}

function files(list) {
  return list.map((file) =>
    el(
      'a',
      { class: 'file', href: new URL(file.url).pathname, target: '_blank', rel: 'noreferrer' },
      el('span', { class: 'file-icon', 'aria-hidden': 'true' }, (file.name.split('.').pop() ?? '').slice(0, 4).toUpperCase()),
      el('span', {}, el('strong', {}, file.title), el('small', {}, `${file.name} · ${size(file.size)}`)),
    ),
  );
}

function size(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`;
}

function reactions(list) {
  if (list.length === 0) return undefined;
  const one = ({ name, users }) =>
    el('span', { class: 'reaction', title: users.map(nameOf).join(', ') }, emojiNode(name) ?? `:${name}:`, ` ${users.length}`);
  return el('div', { class: 'reactions' }, ...list.map(one));
}

function replies(given) {
  const count = `${given.reply_count} ${given.reply_count === 1 ? 'reply' : 'replies'}`;
  const last = `Last reply ${ago(now() / 1000 - given.latest_reply_at)}`;
  return el(
    'button',
    { class: 'replies', onclick: () => openThread(given.ts) },
    ...given.reply_users.slice(0, 4).map((userId) => avatar(userId, 'tiny')),
    el('span', { class: 'count' }, count),
    el('small', {}, last),
  );
}

function tools(given) {
  const thread = given.thread_ts ?? given.ts;
  return el('div', { class: 'tools' }, el('button', { onclick: () => openThread(thread) }, 'Reply in thread'));
}
