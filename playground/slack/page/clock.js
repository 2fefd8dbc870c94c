import { byId, el } from './dom.js';
import { changed, now, state } from './store.js';
import { nextAt, ownZone, programClock } from './time.js';
import { toast } from './toast.js';

let face;

/** The program's clock and the hands on it. Moving it makes waiting for a window a matter of a click. */
export function renderClock() {
  const place = byId('clock');
  place.hidden = !state.clock;
  if (!state.clock) return;
  if (!face) {
    face = { time: el('strong', {}), date: el('small', {}) };
    const hand = (label, title, wish) => el('button', { title, onclick: () => move(wish()) }, label);
    place.replaceChildren(
      el(
        'span',
        { class: 'face', title: `The program's clock. Times in messages are shown in your zone (${ownZone}).` },
        face.date,
        face.time,
      ),
      el(
        'span',
        { class: 'hands', role: 'group', 'aria-label': "Move the program's clock" },
        hand('now', 'Back to real time', () => ({ now: new Date().toISOString() })),
        hand('08:50', 'Next 08:50: ten minutes before peak hours', () => ({ now: nextAt('08:50', state.clock.zone, now()) })),
        hand('18:00', 'Next 18:00: the end of peak hours', () => ({ now: nextAt('18:00', state.clock.zone, now()) })),
        hand('+15 min', 'A quarter of an hour ahead', () => ({ advance_s: 900 })),
      ),
    );
  }
  tick();
}

/** Once a second, between two looks at the real thing. */
export function tick() {
  if (!state.clock || !face) return;
  const { weekday, day, month, hour, minute, second } = programClock();
  face.time.textContent = `${hour}:${minute}:${second}`;
  face.date.textContent = `${weekday} ${day} ${month} · ${state.clock.zone}`;
}

async function move(wish) {
  const response = await fetch('/_control/clock', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
  const answer = await response.json();
  if (!answer.ok) return toast(answer.error);
  state.clock = { now: answer.now, zone: answer.zone, at: performance.now() };
  return changed('clock');
}
