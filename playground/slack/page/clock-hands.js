import { el } from './dom.js';
import { act, changed, now, state } from './store.js';
import { nextAt } from './time.js';
import { toast } from './toast.js';

const wishes = {
  now: { title: 'Back to real time', wish: () => ({ now: new Date().toISOString() }) },
  '08:50': { title: 'Next 08:50: ten minutes before peak hours', wish: () => ({ now: nextAt('08:50', state.clock.zone, now()) }) },
  '18:00': { title: 'Next 18:00: the end of peak hours', wish: () => ({ now: nextAt('18:00', state.clock.zone, now()) }) },
  '−15 min': { title: 'A quarter of an hour back', wish: () => ({ advance_s: -900 }) },
  '+15 min': { title: 'A quarter of an hour ahead', wish: () => ({ advance_s: 900 }) },
};

/** Buttons that move the program's clock, by their label. */
export function hands(labels) {
  return labels.map((label) => el('button', { title: wishes[label].title, onclick: () => moveClock(wishes[label].wish()) }, label));
}

/** Moves the program's clock: `{now}` (ISO 8601) or `{advance_s}`. */
export async function moveClock(wish) {
  const answer = await act('clock', wish);
  if (!answer.ok) return toast(answer.error);
  state.clock = { now: answer.now, zone: answer.zone, at: performance.now() };
  return changed('clock');
}
