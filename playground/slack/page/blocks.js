import { cardBlocks } from './blocks-cards.js';
import { tableBlocks } from './blocks-tables.js';
import { el } from './dom.js';
import { element } from './elements.js';
import { markdown } from './markdown.js';
import { textObject } from './mrkdwn.js';
import { picture } from './picture.js';
import { richText } from './rich-text.js';

/**
 * Block Kit as nodes. `surface` says what its elements do: `press(element, block, value)` for a click, and for modals
 * `value(block, element)` / `type(block, element, value)` to read and remember what is typed, `errors[block_id]`;
 * `suggest(element, block, text)` asks the program for options.
 */
export function blocks(list, surface) {
  return el('div', { class: 'blocks' }, ...list.map((block) => oneBlock(block, surface)));
}

function oneBlock(block, surface) {
  const render = Object.hasOwn(renderers, block.type) ? renderers[block.type] : undefined;
  // The blocks that hold other blocks draw them through this function.
  return render ? render(block, surface, oneBlock) : unknown(block);
}

const renderers = {
  section,
  header: (block) => el('h3', { class: 'block header', 'aria-level': 2 }, ...textObject(block.text)),
  divider: () => el('hr', { class: 'block' }),
  context: (block) => el('div', { class: 'block context' }, ...(block.elements ?? []).map(contextPart)),
  actions,
  context_actions: actions,
  input: inputBlock,
  image: (block) =>
    el('figure', { class: 'block' }, block.title && el('figcaption', {}, ...textObject(block.title)), picture(block, 'big-image')),
  rich_text: (block) => el('div', { class: 'block' }, richText(block)),
  markdown: (block) => el('div', { class: 'block text' }, ...markdown(block.text ?? '')),
  ...tableBlocks,
  ...cardBlocks,
};

function section(block, surface) {
  const text = el(
    'div',
    { class: 'section-text' },
    block.text && el('div', { class: 'text' }, ...textObject(block.text)),
    fields(block.fields),
  );
  if (!block.accessory) return el('div', { class: 'block section' }, text);
  const image = block.accessory.type === 'image';
  const accessory = image ? picture(block.accessory, 'accessory-image') : element(block.accessory, block, surface);
  return el('div', { class: 'block section with-accessory' }, text, el('div', { class: 'accessory' }, accessory));
}

function fields(list) {
  if (!list?.length) return undefined;
  return el('div', { class: 'fields' }, ...list.map((field) => el('div', { class: 'text' }, ...textObject(field))));
}

const contextPart = (part) => (part.type === 'image' ? picture(part, 'context-image') : el('span', {}, ...textObject(part)));

function actions(block, surface) {
  return el('div', { class: 'block actions' }, ...(block.elements ?? []).map((part) => element(part, block, surface)));
}

/** Elements that are several controls: their label names the group. */
const groups = new Set(['checkboxes', 'radio_buttons']);

function inputBlock(block, surface) {
  // A space would end the id where another part of the page names it.
  const id = encodeURIComponent(`${block.block_id}-${block.element?.action_id}`);
  const error = surface.errors?.[block.block_id];
  const describedBy = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined;
  const grouped = groups.has(block.element?.type);
  const words = [...textObject(block.label), block.optional && el('span', { class: 'optional' }, ' (optional)')];
  const attributes = { id, label: block.label?.text, 'aria-describedby': describedBy };
  return el(
    'div',
    { class: `block input${error ? ' wrong' : ''}`, dataset: { block: block.block_id } },
    grouped ? el('p', { class: 'label' }, ...words) : el('label', { class: 'label', for: id }, ...words),
    element(block.element ?? {}, block, surface, grouped ? attributes : { ...attributes, 'aria-invalid': error ? 'true' : undefined }),
    error && el('p', { class: 'error', id: `${id}-error`, role: 'alert' }, error),
    block.hint && el('p', { class: 'hint', id: `${id}-hint` }, ...textObject(block.hint)),
  );
}

/** A block this page cannot draw is shown as what it is, so that nothing disappears silently. */
function unknown(block) {
  return el(
    'details',
    { class: 'block unknown', dataset: { unknown: block.type } },
    el('summary', {}, 'unknown block ', el('code', {}, String(block.type))),
    el('pre', { tabindex: 0 }, JSON.stringify(block, null, 2)),
  );
}
