import { el, safeUrl } from './dom.js';

/** An image of Block Kit. One that cannot be loaded is shown as its alternative text. */
export function picture(image, name) {
  const src = safeUrl(image.image_url ?? image.slack_file?.url ?? '');
  const words = () => el('span', { class: 'no-image' }, image.alt_text || 'image');
  if (!src) return words();
  const shown = el('img', { class: name, src, alt: image.alt_text ?? '', title: image.title?.text ?? image.alt_text });
  shown.addEventListener('error', () => shown.replaceWith(words()));
  return shown;
}
