import { el, safeUrl } from './dom.js';

/** An image of Block Kit. One that cannot be loaded is shown as its alternative text. */
export function picture(image, name) {
  const src = image.slack_file?.id ? fileUrl(image.slack_file.id) : safeUrl(image.image_url ?? image.slack_file?.url ?? '');
  const words = () => el('span', { class: 'no-image' }, image.alt_text || 'image');
  if (!src) return words();
  const shown = el('img', { class: name, src, alt: image.alt_text ?? '', title: image.title?.text ?? image.alt_text });
  shown.addEventListener('error', () => shown.replaceWith(words()));
  return shown;
}

/** A file of this workspace by its id; whatever name stands behind it is not asked. */
function fileUrl(id) {
  return `/files/${encodeURIComponent(id)}/picture`;
}
