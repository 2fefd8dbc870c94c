import { el } from './dom.js';

const pictures = new Set(['png', 'jpg', 'jpeg', 'gif', 'webp']);
const texts = new Set(['txt', 'sql', 'md', 'json', 'log', 'csv', 'tsv', 'diff', 'patch', 'yml', 'yaml', 'xml', 'ts', 'js', 'sh', 'py']);
const previewLines = 10;
/** What was read of each file, so that drawing a message anew does not read it again. */
const read = new Map();

/** The files of a message: pictures as pictures, texts with their first lines, everything else as a card. */
export function files(list) {
  return list.map((file) => {
    const kind = (file.name.split('.').pop() ?? '').toLowerCase();
    const href = new URL(file.url, location.origin).pathname;
    if (pictures.has(kind)) return image(file, href);
    return texts.has(kind) ? textFile(file, href, kind) : card(file, href, kind);
  });
}

function image(file, href) {
  const shown = el('img', { class: 'big-image', src: href, alt: file.alt_txt ?? file.title });
  const figure = el(
    'figure',
    { class: 'picture' },
    el('figcaption', {}, file.title, ' ', el('small', {}, `${file.name} · ${size(file.size)}`)),
  );
  shown.addEventListener('error', () => figure.replaceWith(card(file, href, 'img')));
  figure.append(el('a', { href, target: '_blank', rel: 'noreferrer', title: `Open ${file.name}` }, shown));
  return figure;
}

function card(file, href, kind) {
  return el(
    'a',
    { class: 'file', href, target: '_blank', rel: 'noreferrer', title: `Open ${file.name}` },
    el('span', { class: 'file-icon', 'aria-hidden': 'true' }, kind.slice(0, 4).toUpperCase()),
    el('span', {}, el('strong', {}, file.title), el('small', {}, `${file.name} · ${size(file.size)}`)),
  );
}

function textFile(file, href, kind) {
  const preview = el('pre', { tabindex: 0, 'aria-label': `The beginning of ${file.name}` });
  const holder = el('div', { class: 'snippet' }, card(file, href, kind), preview);
  void show(href, preview, holder);
  return holder;
}

async function show(href, preview, holder) {
  if (!read.has(href)) read.set(href, await firstPart(href));
  const text = read.get(href);
  if (text === undefined) return preview.remove();
  const lines = text.replace(/\n$/, '').split('\n');
  const short = lines.slice(0, previewLines).join('\n');
  preview.textContent = short;
  const more = lines.length - previewLines;
  if (more <= 0) return undefined;
  const toggle = el('button', { class: 'link', type: 'button', 'aria-expanded': 'false' }, `Show ${more} more lines`);
  toggle.addEventListener('click', () => {
    const open = toggle.getAttribute('aria-expanded') !== 'true';
    toggle.setAttribute('aria-expanded', String(open));
    toggle.textContent = open ? 'Show less' : `Show ${more} more lines`;
    preview.textContent = open ? lines.join('\n') : short;
  });
  return holder.append(toggle);
}

/** At most 64 KiB: a preview, not a reader. Undefined when it cannot be read. */
async function firstPart(href) {
  try {
    const response = await fetch(href);
    return response.ok ? (await response.text()).slice(0, 65_536) : undefined;
  } catch {
    return undefined;
  }
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}
