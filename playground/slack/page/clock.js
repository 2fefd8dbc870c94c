import { hands } from './clock-hands.js';
import { byId, el } from './dom.js';
import { openPanelOn } from './panel.js';
import { state } from './store.js';
import { ownZone, programClock } from './time.js';

let face;

/** The program's clock in the bar and the hands used most; the panel has all of them. */
export function renderClock() {
  const place = byId('clock');
  place.hidden = !state.clock;
  if (!state.clock) return;
  if (!face) {
    face = { time: el('strong', {}), date: el('small', {}) };
    const title = `The program's clock. Times in messages are shown in your zone (${ownZone}).`;
    place.replaceChildren(
      el('button', { class: 'face', title, onclick: () => openPanelOn('clock') }, face.date, face.time),
      el(
        'span',
        { class: 'hands', role: 'group', 'aria-label': "Move the program's clock" },
        ...hands(['now', '08:50', '18:00', '+15 min']),
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
