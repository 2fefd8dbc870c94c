import { byId, el } from './dom.js';
import { act, state } from './store.js';
import { toast } from './toast.js';

/** What stands across the page while the full outage is on, with the way to end it. */
export function renderOutage() {
  const place = byId('outage');
  place.hidden = !state.outage;
  if (place.hidden) return place.replaceChildren();
  if (place.firstChild) return undefined;
  return place.replaceChildren(
    el('p', {}, el('strong', {}, 'Slack is down.'), ' Calls answer 503, sockets are cut, nothing is delivered.'),
    el('button', { class: 'bk small', onclick: () => switchOutage(false) }, 'End the outage'),
  );
}

/** Begins or ends the outage. */
export async function switchOutage(on) {
  const answer = await act('outage', { on });
  if (!answer.ok) toast(answer.error ?? 'The outage could not be switched.');
}
