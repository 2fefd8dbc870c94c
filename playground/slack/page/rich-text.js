import { el } from './dom.js';
import { channelLink, date, emojiNode, link, mention } from './mrkdwn.js';

/** A rich_text block: sections, lists (nested by indent), quotes, preformatted text. */
export function richText(block) {
  return el('div', { class: 'rich' }, ...(block.elements ?? []).map(part));
}

function part(element) {
  const content = element.elements ?? [];
  if (element.type === 'rich_text_preformatted') return el('pre', { tabindex: 0 }, ...content.map(leaf));
  if (element.type === 'rich_text_quote') return el('blockquote', {}, ...content.map(leaf));
  if (element.type === 'rich_text_list') {
    const tag = element.style === 'ordered' ? 'ol' : 'ul';
    const start = element.offset ? element.offset + 1 : undefined;
    return el(
      tag,
      { class: `indent-${Math.min(4, element.indent ?? 0)}`, start },
      ...content.map((item) => el('li', {}, ...(item.elements ?? []).map(leaf))),
    );
  }
  return el('p', {}, ...content.map(leaf));
}

function leaf(element) {
  const base = plainLeaf(element);
  const { bold, italic, strike, code } = element.style ?? {};
  let node = base;
  if (code) node = el('code', {}, node);
  if (strike) node = el('s', {}, node);
  if (italic) node = el('em', {}, node);
  if (bold) node = el('strong', {}, node);
  return node;
}

function plainLeaf(element) {
  switch (element.type) {
    case 'text':
      return element.text ?? '';
    case 'emoji':
      return emojiNode(element.name) ?? `:${element.name}:`;
    case 'link':
      return link(element.url, element.text ?? element.url);
    case 'user':
      return mention(element.user_id);
    case 'channel':
      return channelLink(element.channel_id);
    case 'broadcast':
      return el('span', { class: 'mention loud' }, `@${element.range}`);
    case 'date':
      return date({ seconds: element.timestamp, pattern: element.format ?? '', url: element.url, fallback: element.fallback });
    case 'usergroup':
      return el('span', { class: 'mention loud' }, `@${element.usergroup_id}`);
    case 'color':
      return el('code', {}, element.value);
    default:
      return el('code', {}, JSON.stringify(element));
  }
}
