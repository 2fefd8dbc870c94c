import { el, safeUrl } from './dom.js';
import { emoji } from './emoji.js';
import { channel, nameOf, person, state } from './store.js';
import { formatDate, fullTime, ownZone } from './time.js';

/** Slack's escapes, undone; only these three exist. */
const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const inlineRule = new RegExp(
  [
    '<(?<angle>[^<>\\n]+)>',
    '`(?<code>[^`\\n]+)`',
    '(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])',
    '(?<![\\w_])_(?<italic>[^\\s_](?:[^\\n]*?[^\\s_])?)_(?![\\w_])',
    '(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])',
    ':(?<emoji>[a-z0-9_+-]+):',
  ].join('|'),
  'g',
);

/** mrkdwn as nodes: paragraphs of inline text, ```preformatted``` and > quotes. */
export function mrkdwn(text) {
  const nodes = [];
  for (const [index, part] of String(text).split('```').entries()) {
    if (index % 2 === 1) nodes.push(el('pre', {}, plain(part.replace(/^\n|\n$/g, ''))));
    else nodes.push(...lines(index > 0 ? part.replace(/^\n/, '') : part));
  }
  return nodes;
}

function lines(text) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length > 0) nodes.push(el('blockquote', {}, ...quote.flatMap((line, index) => [index > 0 && el('br'), ...inline(line)])));
    quote = [];
  };
  const all = text.split('\n');
  for (const [index, line] of all.entries()) {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      quote.push(quoted[1]);
      continue;
    }
    const afterQuote = quote.length > 0;
    flush();
    if (index > 0 && !afterQuote) nodes.push(el('br'));
    nodes.push(...inline(line));
  }
  flush();
  return nodes;
}

/** One line of mrkdwn. */
export function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(inlineRule)) {
    nodes.push(plain(text.slice(at, match.index)), token(match));
    at = match.index + match[0].length;
  }
  nodes.push(plain(text.slice(at)));
  return nodes.filter((node) => node !== '');
}

function token(match) {
  const { angle, code, bold, italic, strike, emoji: name } = match.groups;
  if (angle !== undefined) return reference(angle);
  if (code !== undefined) return el('code', {}, plain(code));
  if (bold !== undefined) return el('strong', {}, ...inline(bold));
  if (italic !== undefined) return el('em', {}, ...inline(italic));
  if (strike !== undefined) return el('s', {}, ...inline(strike));
  return emojiNode(name) ?? match[0];
}

export function emojiNode(name) {
  const character = emoji(name);
  return character && el('span', { class: 'emoji', role: 'img', 'aria-label': name.replaceAll('_', ' '), title: `:${name}:` }, character);
}

/** `<@U…>`, `<#C…>`, `<!here>`, `<!date^…>`, `<https://…|text>`. */
function reference(inside) {
  const [target, label] = split(inside);
  if (target.startsWith('@')) return mention(target.slice(1));
  if (target.startsWith('#')) return channelLink(target.slice(1), label);
  if (target.startsWith('!date^')) return date(target, label);
  if (target.startsWith('!')) return el('span', { class: 'mention loud' }, label || `@${target.slice(1).split('^')[0]}`);
  if (!safeUrl(plain(target))) return plain(`<${inside}>`);
  return link(plain(target), label === undefined ? plain(target) : plain(label));
}

function split(inside) {
  const bar = inside.indexOf('|');
  return bar < 0 ? [inside, undefined] : [inside.slice(0, bar), inside.slice(bar + 1)];
}

export function mention(userId) {
  const known = person(userId) || userId === state.app?.botUserId;
  return el(
    'span',
    { class: `mention${userId === state.viewer ? ' me' : ''}`, title: userId },
    known ? `@${nameOf(userId)}` : `@${userId}`,
  );
}

export function channelLink(id, label) {
  const found = channel(id);
  return el('a', { class: 'mention', href: `/archives/${id}`, dataset: { channel: id } }, `#${found?.name ?? label ?? id}`);
}

export function date(target, fallback = '') {
  const [, unix, pattern = '', url] = target.split('^');
  const seconds = Number(unix);
  if (!Number.isFinite(seconds)) return plain(fallback);
  const title = `${fullTime(seconds)} (${ownZone}); sent as: ${plain(fallback)}`;
  const shown = el('time', { datetime: new Date(seconds * 1000).toISOString(), title }, formatDate(seconds, pattern) || plain(fallback));
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
