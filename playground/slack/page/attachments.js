import { blocks } from './blocks.js';
import { el } from './dom.js';
import { link, mrkdwn } from './mrkdwn.js';
import { picture } from './picture.js';

/** What this page draws of an attachment; one that has none of it is shown as its JSON. */
const drawn = ['blocks', 'pretext', 'author_name', 'title', 'text', 'fields', 'image_url', 'thumb_url', 'footer', 'fallback'];
const named = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

/** The secondary attachments of a message, below its text and blocks. */
export function attachments(list, surface) {
  return list.map((given) => attachment(given, surface));
}

function attachment(given, surface) {
  const parts = drawn.some((name) => given[name]) ? [body(given, surface)] : [unknown(given)];
  const root = el('div', { class: 'attachment' }, ...parts);
  root.style.borderLeftColor = colourOf(given.color);
  if (!given.pretext) return root;
  return el('div', {}, el('div', { class: 'text' }, ...mrkdwn(given.pretext)), root);
}

/** A word of Slack's or six hex digits; the style sheet's grey for everything else. */
function colourOf(colour) {
  if (Object.hasOwn(named, colour ?? '')) return named[colour];
  return /^#?[0-9a-f]{6}$/i.test(colour ?? '') ? `#${colour.replace('#', '')}` : '';
}

function body(given, surface) {
  const { blocks: inner, author_name: author, author_link, title, title_link, text, fields, image_url, thumb_url, footer } = given;
  if (inner?.length) return blocks(inner, surface);
  const words = [
    author && el('p', { class: 'attachment-author' }, author_link ? link(author_link, author) : author),
    title && el('p', { class: 'attachment-title' }, title_link ? link(title_link, title) : title),
    text && el('div', { class: 'text' }, ...mrkdwn(text)),
    fields?.length && el('dl', { class: 'attachment-fields' }, ...fields.map(field)),
    image_url && picture({ image_url, alt_text: given.fallback ?? title ?? 'image' }, 'big-image'),
    !image_url && thumb_url && picture({ image_url: thumb_url, alt_text: given.fallback ?? title ?? 'image' }, 'accessory-image'),
    footer && el('p', { class: 'attachment-footer' }, footer),
  ].filter(Boolean);
  return words.length > 0 ? words : el('div', { class: 'text' }, given.fallback ?? given.pretext ?? '');
}

function field({ title, value, short }) {
  return el('div', { class: short ? 'short' : '' }, el('dt', {}, title ?? ''), el('dd', {}, ...mrkdwn(String(value ?? ''))));
}

function unknown(given) {
  return el(
    'details',
    { class: 'unknown', dataset: { unknown: 'attachment' } },
    el('summary', {}, 'unknown attachment'),
    el('pre', { tabindex: 0 }, JSON.stringify(given, null, 2)),
  );
}
