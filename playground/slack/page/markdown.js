import { el } from './dom.js';
import { inline } from './mrkdwn.js';

/** Standard Markdown, as far as a status message uses it: headings, lists, quotes, rules, **bold**, links, code. */
export function markdown(text) {
  const nodes = [];
  for (const [index, part] of text.split('```').entries()) {
    if (index % 2 === 1) nodes.push(el('pre', { tabindex: 0 }, part.replace(/^\w*\n/, '')));
    else nodes.push(...part.split('\n').map(line));
  }
  return nodes;
}

function line(text) {
  const heading = /^#{1,6} (.*)$/.exec(text);
  if (heading) return el('h4', { 'aria-level': 2 }, ...words(heading[1]));
  if (/^(?:---+|\*\*\*+)\s*$/.test(text)) return el('hr', {});
  const quote = /^> ?(.*)$/.exec(text);
  if (quote) return el('blockquote', {}, ...words(quote[1]));
  const item = /^\s*(?:([-*])|(\d+)\.) (.*)$/.exec(text);
  if (item) return el('p', { class: 'bullet' }, item[2] ? `${item[2]}. ` : '• ', ...words(item[3]));
  return el('p', {}, ...words(text));
}

/** Markdown's way to write bold, italic and links, as mrkdwn's. */
function words(text) {
  const bold = '\u0001';
  return inline(
    text
      .replaceAll(/\*\*([^*]+)\*\*/g, `${bold}$1${bold}`)
      .replaceAll(/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])/g, '_$1_')
      .replaceAll(bold, '*')
      .replaceAll(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<$2|$1>')
      .replaceAll(/~~([^~]+)~~/g, '~$1~'),
  );
}
