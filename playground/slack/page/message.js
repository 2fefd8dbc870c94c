import { attachments } from './attachments.js';
import { avatar } from './avatar.js';
import { blocks } from './blocks.js';
import { el } from './dom.js';
import { files } from './files.js';
import { messageTools } from './message-tools.js';
import { emojiNode, mrkdwn } from './mrkdwn.js';
import { openThread } from './navigation.js';
import { act, changed, channel, key, nameOf, person, state } from './store.js';
import { fullTime, since, timeOf } from './time.js';

/** One message. `compact` leaves out the author, `inThread` the way into the thread. */
export function message(given, { compact = false, inThread = false } = {}) {
  const author = given.failure ? 'USLACKBOT' : given.whisper ? state.app.botUserId : given.user;
  const classes = ['message', compact && 'compact', given.whisper && 'whisper', given.failure && 'failure', given.deleted && 'deleted'];
  return el(
    'article',
    {
      class: classes.filter(Boolean).join(' '),
      dataset: { key: key(given), ts: given.ts },
      tabindex: -1,
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
      trouble(given),
      !inThread && given.reply_count > 0 && replies(given),
    ),
    !given.whisper && !given.deleted && messageTools(given, { inThread }),
  );
}

function notes(given, inThread) {
  const pinned = !given.whisper && channel(given.channel)?.pins.includes(given.ts);
  const lines = [
    given.whisper && el('p', { class: 'note eye' }, 'Only visible to you'),
    pinned && el('p', { class: 'note pin' }, '📌 Pinned'),
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
  const edited = given.edited && el('span', { class: 'edited', title: `Edited by ${nameOf(given.edited.user)}` }, ' (edited)');
  const dismiss =
    given.whisper && el('span', { class: 'dismiss' }, el('button', { class: 'link', onclick: () => forget(given) }, 'Dismiss'));
  const below = attachments(given.attachments ?? [], surfaceOf(given));
  if (given.blocks?.length) return [blocks(given.blocks, surfaceOf(given)), below, edited, dismiss];
  return [el('div', { class: 'text' }, ...mrkdwn(given.text ?? ''), edited, dismiss), below];
}

/** Clicks in a message. What went wrong is kept with the message, so that an edit of it does not take the words away. */
function surfaceOf(given) {
  return {
    keepsTrouble: true,
    suggest: (part, block, value) =>
      act('suggest', { channel: given.channel, ts: given.ts, action_id: part.action_id, block_id: block.block_id, value }),
    async press(part, block, value) {
      if (state.troubles.delete(key(given))) changed('failure');
      const { channel, ts } = given;
      const outcome = await act('click', { channel, ts, action_id: part.action_id, block_id: block.block_id, value });
      if (typeof outcome.error === 'string') {
        state.troubles.set(key(given), { user: state.viewer, text: outcome.error });
        changed('failure');
      }
      return outcome;
    },
  };
}

function trouble(given) {
  const found = state.troubles.get(key(given));
  return found?.user === state.viewer && el('p', { class: 'trouble', role: 'alert' }, '⚠ ', found.text);
}

function forget(given) {
  state.ephemerals = state.ephemerals.filter(({ ts }) => ts !== given.ts);
  state.failures = state.failures.filter(({ ts }) => ts !== given.ts);
  changed('gone');
}

function reactions(list) {
  if (list.length === 0) return undefined;
  const one = ({ name, users }) => {
    const who = `${users.map(nameOf).join(', ')} reacted with :${name}:`;
    return el('span', { class: 'reaction', title: who }, emojiNode(name) ?? `:${name}:`, ` ${users.length}`);
  };
  return el('div', { class: 'reactions' }, ...list.map(one));
}

function replies(given) {
  const count = `${given.reply_count} ${given.reply_count === 1 ? 'reply' : 'replies'}`;
  const last = `Last reply ${since(given.latest_reply_at)}`;
  return el(
    'button',
    { class: 'replies', onclick: () => openThread(given.ts) },
    ...given.reply_users.slice(0, 4).map((userId) => avatar(userId, 'tiny')),
    el('span', { class: 'count' }, count),
    el('small', {}, last),
  );
}
