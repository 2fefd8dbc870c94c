import { el, safeUrl } from './dom.js';
import { element } from './elements.js';
import { link, textObject } from './mrkdwn.js';
import { picture } from './picture.js';
import { richText } from './rich-text.js';

/** How far a task is, as a word and a sign: never as a colour alone. */
const taskStates = {
  pending: ['○', 'to do'],
  in_progress: ['◐', 'in progress'],
  complete: ['✓', 'done'],
  error: ['✕', 'failed'],
};

/** The blocks of 2025 and 2026, and the two that only point elsewhere. `draw` draws one block inside another. */
export const cardBlocks = {
  card,
  carousel: (block, surface) =>
    el(
      'div',
      { class: 'block carousel', tabindex: 0, role: 'region', 'aria-label': 'Cards' },
      ...(block.elements ?? []).map((each) => card({ ...each, block_id: each.block_id ?? block.block_id }, surface)),
    ),
  container,
  alert: (block) => el('div', { class: `block alert ${block.level ?? 'default'}`, role: 'note' }, ...textObject(block.text)),
  plan: (block) =>
    el(
      'section',
      { class: 'block plan', 'aria-label': block.title },
      el('h4', { 'aria-level': 2 }, block.title),
      ...(block.tasks ?? []).map((each) => task(each)),
    ),
  task_card: task,
  file: (block) => pointer('📄', 'File', block.external_id, `${block.source ?? 'remote'} file`),
  video,
};

function card(block, surface) {
  return el(
    'div',
    { class: 'block card' },
    block.hero_image && picture(block.hero_image, 'hero-image'),
    el(
      'div',
      { class: 'card-head' },
      block.icon && picture(block.icon, 'context-image'),
      el(
        'div',
        {},
        block.title && el('strong', {}, ...textObject(block.title)),
        block.subtitle && el('small', {}, ...textObject(block.subtitle)),
      ),
    ),
    block.body && el('div', { class: 'text' }, ...textObject(block.body)),
    block.actions && el('div', { class: 'actions' }, ...block.actions.map((part) => element(part, block, surface))),
  );
}

function container(block, surface, draw) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : el('strong', {}, ...textObject(block.title));
  const head = [
    block.icon && picture(block.icon, 'context-image'),
    el('span', {}, title, block.subtitle && el('small', {}, ...textObject(block.subtitle))),
  ];
  const body = el('div', { class: 'blocks' }, ...(block.child_blocks ?? []).map((child) => draw(child, surface)));
  const named = { class: `block container ${block.width ?? 'standard'}` };
  if (!block.is_collapsible) return el('section', named, el('div', { class: 'container-head' }, ...head), body);
  return el('details', { ...named, open: !block.default_collapsed }, el('summary', { class: 'container-head' }, ...head), body);
}

function task(block) {
  const [sign, word] = (Object.hasOwn(taskStates, block.status) ? taskStates[block.status] : undefined) ?? ['?', String(block.status)];
  const sources = (block.sources ?? []).map((source) => el('li', {}, link(source.url, source.text ?? source.url)));
  const more = [block.details, block.output].filter(Boolean).map((part) => richText(part));
  const head = [
    el('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    el('span', { class: 'task-title' }, block.title),
    el('small', {}, word),
  ];
  const named = { class: `block task ${block.status ?? ''}` };
  if (more.length === 0 && sources.length === 0) return el('div', named, el('div', { class: 'task-head' }, ...head));
  const list = sources.length > 0 && el('ul', {}, ...sources);
  return el('details', { ...named, open: block.status !== 'complete' }, el('summary', { class: 'task-head' }, ...head), ...more, list);
}

/** A video is a link here: nothing from elsewhere is played in this page. */
function video(block) {
  const url = safeUrl(block.title_url ?? block.video_url);
  const from = [block.provider_name, block.author_name].filter(Boolean).join(' · ');
  const title = block.title?.text ?? block.alt_text;
  return el(
    'div',
    { class: 'block' },
    pointer('▶', title, title, from || 'video', url),
    block.description && el('small', {}, ...textObject(block.description)),
  );
}

function pointer(icon, label, title, about, href) {
  const inside = [
    el('span', { class: 'file-icon', 'aria-hidden': 'true' }, icon),
    el('span', {}, el('strong', {}, title ?? label), el('small', {}, about)),
  ];
  if (!href) return el('div', { class: 'block file' }, ...inside);
  return el('a', { class: 'file', href, target: '_blank', rel: 'noreferrer noopener', title: label }, ...inside);
}
