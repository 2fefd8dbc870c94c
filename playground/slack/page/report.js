import { el } from './dom.js';
import { toast } from './toast.js';

/**
 * Sends a click and shows what became of it: waiting, nothing, or Slack's words for a program that did not answer. A
 * message keeps those words itself (`surface.keepsTrouble`); elsewhere they stand beside what was clicked.
 */
export async function report(holder, surface, send) {
  if (holder.dataset.waiting) return;
  holder.dataset.waiting = 'yes';
  holder.querySelector(':scope > .trouble')?.remove();
  const outcome = await send();
  delete holder.dataset.waiting;
  const said = typeof outcome?.error === 'string' ? outcome.error : undefined;
  if (!said || surface.keepsTrouble) return;
  // The program may have drawn the view anew meanwhile: then there is nothing left to stand beside.
  if (holder.isConnected) holder.append(el('span', { class: 'trouble', role: 'alert' }, '⚠ ', said));
  else toast(said);
}
