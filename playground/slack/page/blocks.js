import { el, safeUrl } from './dom.js';
import { element } from './elements.js';
import { inline, mrkdwn, plainText, textObject } from './mrkdwn.js';
import { richText } from './rich-text.js';

/**
 * Block Kit as nodes. `surface` says what its elements do: `press(element, block, value)` for a click, and for modals
 * `value(block, element)` / `type(block, element, value)` to read and remember what is typed, `errors[block_id]`.
 */
export function blocks(list, surface) {
  return el('div', { class: 'blocks' }, ...list.map((block) => (renderers[block.type] ?? unknown)(block, surface)));
}

const renderers = {
  section(block, surface) {
    const text = el(
      'div',
      { class: 'section-text' },
      block.text && el('div', { class: 'text' }, ...textObject(block.text)),
      fields(block.fields),
    );
    if (!block.accessory) return el('div', { class: 'block section' }, text);
    const accessory =
      block.accessory.type === 'image' ? picture(block.accessory, 'accessory-image') : element(block.accessory, block, surface);
    return el('div', { class: 'block section with-accessory' }, text, el('div', { class: 'accessory' }, accessory));
  },
  header: (block) => el('h3', { class: 'block header' }, ...textObject(block.text)),
  divider: () => el('hr', { class: 'block' }),
  context: (block) =>
    el(
      'div',
      { class: 'block context' },
      ...(block.elements ?? []).map((part) =>
        part.type === 'image' ? picture(part, 'context-image') : el('span', {}, ...textObject(part)),
      ),
    ),
  actions: (block, surface) =>
    el('div', { class: 'block actions' }, ...(block.elements ?? []).map((part) => element(part, block, surface))),
  context_actions: (block, surface) =>
    el('div', { class: 'block actions' }, ...(block.elements ?? []).map((part) => element(part, block, surface))),
  input: (block, surface) => inputBlock(block, surface),
  image: (block) =>
    el('figure', { class: 'block' }, block.title && el('figcaption', {}, ...textObject(block.title)), picture(block, 'big-image')),
  rich_text: (block) => el('div', { class: 'block' }, richText(block)),
  markdown: (block) => el('div', { class: 'block text' }, ...markdown(block.text ?? '')),
  table: (block) => table(block.rows ?? []),
  alert: (block) => el('div', { class: `block alert ${block.level ?? ''}`, role: 'note' }, ...textObject(block.text)),
};

function fields(list) {
  if (!list?.length) return undefined;
  return el('div', { class: 'fields' }, ...list.map((field) => el('div', { class: 'text' }, ...textObject(field))));
}

function inputBlock(block, surface) {
  const id = `${block.block_id}-${block.element?.action_id}`;
  const error = surface.errors?.[block.block_id];
  const describedBy = error ? `${id}-error` : block.hint ? `${id}-hint` : undefined;
  return el(
    'div',
    { class: `block input${error ? ' wrong' : ''}`, dataset: { block: block.block_id } },
    el('label', { for: id }, ...textObject(block.label), block.optional && el('span', { class: 'optional' }, ' (optional)')),
    element(block.element ?? {}, block, surface, { id, 'aria-describedby': describedBy, 'aria-invalid': error ? 'true' : undefined }),
    error && el('p', { class: 'error', id: `${id}-error`, role: 'alert' }, error),
    block.hint && el('p', { class: 'hint', id: `${id}-hint` }, ...textObject(block.hint)),
  );
}

function picture(image, name) {
  const src = safeUrl(image.image_url ?? image.slack_file?.url ?? '');
  return src
    ? el('img', { class: name, src, alt: image.alt_text ?? '', loading: 'lazy' })
    : el('span', { class: 'no-image' }, image.alt_text ?? 'image');
}

function table(rows) {
  const cell = (part) => (part.type === 'rich_text' ? richText(part) : plainText(String(part.text ?? '')));
  const row = (cells, tag) => el('tr', {}, ...cells.map((part) => el(tag, {}, cell(part))));
  const [head = [], ...body] = rows;
  return el(
    'div',
    { class: 'block table' },
    el('table', {}, el('thead', {}, row(head, 'th')), el('tbody', {}, ...body.map((cells) => row(cells, 'td')))),
  );
}

/** Standard Markdown, as far as a status message uses it: headings, lists, **bold**, links, code. */
function markdown(text) {
  const nodes = [];
  for (const [index, part] of text.split('```').entries()) {
    if (index % 2 === 1) nodes.push(el('pre', {}, part.replace(/^\w*\n/, '')));
    else for (const line of part.split('\n')) nodes.push(markdownLine(line));
  }
  return nodes;
}

function markdownLine(line) {
  const slackish = (source) =>
    inline(source.replaceAll(/\*\*([^*]+)\*\*/g, '*$1*').replaceAll(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, '<$2|$1>'));
  const heading = /^#{1,6} (.*)$/.exec(line);
  if (heading) return el('h4', {}, ...slackish(heading[1]));
  const item = /^\s*[-*] (.*)$/.exec(line);
  return el('p', { class: item ? 'bullet' : '' }, item ? '• ' : '', ...slackish(item ? item[1] : line));
}

/** A block this page cannot draw is shown as what it is, so that nothing disappears silently. */
function unknown(block) {
  return el('details', { class: 'block unknown' }, el('summary', {}, `${block.type} block`), el('pre', {}, JSON.stringify(block, null, 2)));
}

export { mrkdwn };
