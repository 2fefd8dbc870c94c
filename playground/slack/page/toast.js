import { byId } from './dom.js';

let timer;

/** A sentence at the bottom for a few seconds: what this page itself has to say. */
export function toast(text) {
  const place = byId('toast');
  place.textContent = text;
  place.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => place.classList.remove('shown'), 4_000);
}
