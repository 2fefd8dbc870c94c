import { hands, moveClock } from './clock-hands.js';
import { el } from './dom.js';
import { now, state } from './store.js';
import { fullTime, nextAt, ownZone, programClock } from './time.js';

let face;

/** The program's clock: waiting for a window is a matter of a click. */
export const clockTab = {
  name: 'clock',
  label: 'Clock',
  absent: () => !state.clock,
  build() {
    face = { time: el('p', { class: 'big-time' }), date: el('p', { class: 'quiet' }), real: el('p', { class: 'quiet' }) };
    const wanted = el('input', { class: 'field', type: 'time', required: true, 'aria-label': 'Time of day' });
    const jump = (event) => {
      event.preventDefault();
      if (wanted.value) void moveClock({ now: nextAt(wanted.value, state.clock.zone, now()) });
    };
    return el(
      'div',
      { class: 'stack' },
      el('div', { class: 'face-card' }, face.time, face.date, face.real),
      el(
        'div',
        { class: 'grid', role: 'group', 'aria-label': 'Move the clock' },
        ...hands(['−15 min', '+15 min', '08:50', '18:00', 'now']).map(asButton),
      ),
      el('form', { class: 'row', onsubmit: jump }, wanted, el('button', { class: 'bk small' }, 'Jump there')),
      el('p', { class: 'quiet' }, '08:50 is ten minutes before peak hours, 18:00 their end. “now” goes back to real time.'),
      el('p', { class: 'quiet' }, 'After a jump the machine lines of a checklist are read anew: what expired is red for a few seconds.'),
    );
  },
  update: () => clockTab.tick(),
  tick() {
    if (!state.clock || !face) return;
    const { weekday, day, month, hour, minute, second } = programClock();
    const ahead = Math.round((now() - Date.now()) / 60_000);
    face.time.textContent = `${hour}:${minute}:${second}`;
    face.date.textContent = `${weekday} ${day} ${month} in ${state.clock.zone}`;
    face.real.textContent = Math.abs(ahead) < 1 ? 'Real time' : `${amount(ahead)} · for you ${fullTime(now() / 1000)} (${ownZone})`;
  },
};

function asButton(button) {
  button.className = 'bk small';
  return button;
}

function amount(minutes) {
  const size = Math.abs(minutes);
  const words = size < 60 ? `${size} min` : `${Math.floor(size / 60)} h ${size % 60} min`;
  return `${words} ${minutes > 0 ? 'ahead of' : 'behind'} real time`;
}
