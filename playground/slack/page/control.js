import { el } from './dom.js';
import { act } from './store.js';
import { toast } from './toast.js';

/** A control request; a refusal is said at the bottom of the page. */
export async function make(what, details, done) {
  const answer = await act(what, details);
  if (!answer.ok) toast(answer.error ?? 'That could not be done.');
  else if (done) toast(done);
  return answer.ok;
}

/** A small button of the panel; `title` says what it does. */
export function small(label, title, onclick) {
  return el('button', { class: 'bk small', title, onclick }, label);
}
