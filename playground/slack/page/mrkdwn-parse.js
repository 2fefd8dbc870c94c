/** Slack's escapes, undone; only these three exist. */
export const unescaped = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const inlineRule = new RegExp(
  [
    '<(?<angle>[^<>\\n]+)>',
    '`(?<code>[^`\\n]+)`',
    '(?<url>https?://[^\\s<>|*`]*[^\\s<>|*`.,;:!?)_~])',
    '(?<![\\w*])\\*(?<bold>[^\\s*](?:[^*\\n]*[^\\s*])?)\\*(?![\\w*])',
    '(?<![\\w_])_(?<italic>[^\\s_](?:[^\\n]*?[^\\s_])?)_(?![\\w_])',
    '(?<![\\w~])~(?<strike>[^\\s~](?:[^~\\n]*[^\\s~])?)~(?![\\w~])',
    ':(?<emoji>[a-z0-9_+-]+):',
  ].join('|'),
  'g',
);

/**
 * mrkdwn as a list of pieces: text as strings, `{kind: 'pre'}`, `{kind: 'quote', lines}`, `{kind: 'break'}` and what stands
 * in a line. Touches no document, so that it can be tested without one.
 */
export function parse(text) {
  const pieces = [];
  for (const [index, part] of String(text).split('```').entries()) {
    if (index % 2 === 1) pieces.push({ kind: 'pre', text: unescaped(part.replace(/^\n|\n$/g, '')) });
    else pieces.push(...paragraphs(index > 0 ? part.replace(/^\n/, '') : part));
  }
  return pieces;
}

function paragraphs(text) {
  const pieces = [];
  let quote = [];
  const flush = () => {
    if (quote.length > 0) pieces.push({ kind: 'quote', lines: quote.map(parseLine) });
    quote = [];
  };
  for (const [index, line] of text.split('\n').entries()) {
    const quoted = /^(?:>|&gt;) ?(.*)$/.exec(line);
    if (quoted) {
      quote.push(quoted[1]);
      continue;
    }
    const afterQuote = quote.length > 0;
    flush();
    if (index > 0 && !afterQuote) pieces.push({ kind: 'break' });
    pieces.push(...parseLine(line));
  }
  flush();
  return pieces;
}

/** One line of mrkdwn. */
export function parseLine(text) {
  const pieces = [];
  let at = 0;
  for (const match of text.matchAll(inlineRule)) {
    pieces.push(unescaped(text.slice(at, match.index)), piece(match));
    at = match.index + match[0].length;
  }
  pieces.push(unescaped(text.slice(at)));
  return pieces.filter((each) => each !== '');
}

function piece({ groups }) {
  const { angle, code, url, emoji } = groups;
  if (angle !== undefined) return reference(angle);
  if (code !== undefined) return { kind: 'code', text: unescaped(code) };
  if (url !== undefined) return { kind: 'link', url: unescaped(url), text: unescaped(url) };
  if (emoji !== undefined) return { kind: 'emoji', name: emoji };
  const [kind, inside] = Object.entries(groups).find(([, found]) => found !== undefined);
  return { kind, content: parseLine(inside) };
}

/** `<@U…>`, `<#C…|name>`, `<!here>`, `<!date^…|fallback>`, `<https://…|text>`; anything else is text. */
function reference(inside) {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? undefined : inside.slice(bar + 1);
  if (target.startsWith('@')) return { kind: 'mention', user: target.slice(1) };
  if (target.startsWith('#')) return { kind: 'channel', id: target.slice(1), label };
  if (target.startsWith('!date^')) return date(target, label);
  if (target.startsWith('!')) return { kind: 'broadcast', text: label || `@${target.slice(1).split('^')[0]}` };
  if (!/^(https?:|mailto:)/.test(target)) return unescaped(`<${inside}>`);
  return { kind: 'link', url: unescaped(target), text: unescaped(label ?? target) };
}

function date(target, label = '') {
  const [, unix, pattern = '', url] = target.split('^');
  const fallback = unescaped(label);
  const seconds = Number(unix);
  return unix && Number.isFinite(seconds) ? { kind: 'date', seconds, pattern, url, fallback } : fallback;
}
