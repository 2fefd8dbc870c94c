import { el, safeUrl } from './dom.js';
import { emoji } from './emoji.js';
import { parse, parseLine } from './mrkdwn-parse.js';
import { channel, nameOf, person, state } from './store.js';
import { formatDate, fullTime, ownZone } from './time.js';

/** mrkdwn as nodes: paragraphs of inline text, ```preformatted``` and > quotes. */
export const mrkdwn = (text) => parse(text).map(node);

/** One line of mrkdwn as nodes. */
export const inline = (text) => parseLine(text).map(node);

function node(piece) {
  return typeof piece === 'string' ? piece : draw[piece.kind](piece);
}

const draw = {
  pre: ({ text }) => el('pre', { tabindex: 0 }, text),
  quote: ({ lines }) => el('blockquote', {}, ...lines.flatMap((line, index) => [index > 0 && el('br'), ...line.map(node)])),
  break: () => el('br'),
  code: ({ text }) => el('code', {}, text),
  bold: ({ content }) => el('strong', {}, ...content.map(node)),
  italic: ({ content }) => el('em', {}, ...content.map(node)),
  strike: ({ content }) => el('s', {}, ...content.map(node)),
  emoji: ({ name }) => emojiNode(name) ?? `:${name}:`,
  mention: ({ user }) => mention(user),
  channel: ({ id, label }) => channelLink(id, label),
  broadcast: ({ text }) => el('span', { class: 'mention loud' }, text),
  date: (piece) => date(piece),
  link: ({ url, text }) => link(url, text),
};

export function emojiNode(name) {
  const character = emoji(name);
  return character && el('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' '), title: `:${name}:` }, character);
}

export function mention(userId) {
  const known = person(userId) || userId === state.app?.botUserId;
  const title = person(userId)?.title;
  return el(
    'span',
    { class: `mention${userId === state.viewer ? ' me' : ''}`, title: title ? `${title} (${userId})` : userId },
    known ? `@${nameOf(userId)}` : `@${userId}`,
  );
}

export function channelLink(id, label) {
  const found = channel(id);
  return el('a', { class: 'mention', href: `/archives/${id}`, dataset: { channel: id } }, `#${found?.name ?? label ?? id}`);
}

/** A moment in the reader's zone; the tooltip says it in full and what a client that cannot do this would show. */
export function date({ seconds, pattern, url, fallback = '' }) {
  const title = `${fullTime(seconds)} (${ownZone})${fallback && `; sent as: ${fallback}`}`;
  const shown = el('time', { datetime: new Date(seconds * 1000).toISOString(), title }, formatDate(seconds, pattern) || fallback);
  return url ? link(url, shown) : shown;
}

export function link(url, content) {
  const href = safeUrl(url);
  if (!href) return content;
  const ours = href.startsWith(`${location.origin}/archives/`);
  return ours ? el('a', { href }, content) : el('a', { href, target: '_blank', rel: 'noreferrer noopener' }, content);
}

/** A text object of Block Kit: plain_text knows emoji only. */
export function textObject(object) {
  if (!object) return [];
  if (object.type === 'mrkdwn') return mrkdwn(object.text ?? '');
  return plainText(object.text ?? '');
}

export function plainText(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(/:([a-z0-9_+-]+):/g)) {
    nodes.push(text.slice(at, match.index), emojiNode(match[1]) ?? match[0]);
    at = match.index + match[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.flatMap((node) =>
    typeof node === 'string' ? node.split('\n').flatMap((line, index) => (index > 0 ? [el('br'), line] : [line])) : [node],
  );
}
