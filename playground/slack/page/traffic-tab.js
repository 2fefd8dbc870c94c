import { el } from './dom.js';
import { trafficSoFar } from './live.js';
import { changed, state } from './store.js';

const shownAtMost = 150;

let list;
let count;
let wanted = '';
let onlyErrors = false;
let rows = new Map();

/** What the program sent and what was delivered to it, newest first, with the time each took. */
export const trafficTab = {
  name: 'traffic',
  label: 'Traffic',
  build() {
    rows = new Map();
    list = el('ol', { class: 'traffic', 'aria-label': 'Calls and deliveries, newest first' });
    count = el('p', { class: 'quiet', role: 'status' });
    const filter = el('input', {
      class: 'field',
      type: 'search',
      placeholder: 'Filter: chat.update, slash, ok…',
      'aria-label': 'Filter traffic',
      value: wanted,
    });
    filter.addEventListener('input', () => {
      wanted = filter.value.trim().toLowerCase();
      trafficTab.update();
    });
    const errors = el('input', { type: 'checkbox', checked: onlyErrors });
    errors.addEventListener('change', () => {
      onlyErrors = errors.checked;
      trafficTab.update();
    });
    if (!state.traffic) void begin();
    return el('div', { class: 'stack' }, filter, el('label', { class: 'choice' }, errors, 'Errors only'), count, list);
  },
  update() {
    const all = state.traffic ?? [];
    const fitting = all.filter(fits).slice(-shownAtMost).toReversed();
    const keep = new Set(fitting.map(({ id }) => id));
    for (const [id, row] of rows) {
      if (keep.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    // New rows go above the old ones; an open row stays where it is.
    let before = null;
    for (const entry of fitting.toReversed()) {
      const row = rows.get(entry.id) ?? rowOf(entry);
      if (!rows.has(entry.id)) list.insertBefore(row, before ?? list.firstChild);
      rows.set(entry.id, row);
      before = row;
    }
    count.textContent = all.length === 0 ? 'Nothing yet.' : `${fitting.length} of the last ${all.length}`;
  },
};

async function begin() {
  state.traffic = [];
  const sofar = await trafficSoFar();
  const known = new Set(sofar.map(({ id }) => id));
  state.traffic = [...sofar, ...state.traffic.filter(({ id }) => !known.has(id))];
  changed('traffic');
}

function fits(entry) {
  if (onlyErrors && entry.ok) return false;
  return wanted === '' || [entry.method, entry.error, entry.fault, entry.ok ? 'ok' : 'error'].join(' ').toLowerCase().includes(wanted);
}

function rowOf(entry) {
  const { direction, method, ms, ok, error, fault, at } = entry;
  const [arrow, words] = direction === 'to_slack' ? ['↗', 'to Slack'] : ['↘', 'to the program'];
  const body = el('div', { class: 'bodies' });
  const row = el(
    'details',
    { class: `entry ${ok ? 'fine' : 'failed'}`, dataset: { method, id: String(entry.id) } },
    el(
      'summary',
      { title: new Date(at).toLocaleTimeString(undefined, { hour12: false }) },
      el('span', { class: `arrow ${direction}`, role: 'img', 'aria-label': words, title: words }, arrow),
      el('span', { class: 'method' }, method),
      el('span', { class: 'ms' }, `${Math.round(ms)} ms`),
      el('span', { class: 'result' }, ok ? 'ok' : (error ?? 'failed')),
      fault && el('span', { class: 'badge' }, `fault: ${fault}`),
    ),
    body,
  );
  row.addEventListener('toggle', () => row.open && void fill(entry, body));
  return el('li', {}, row);
}

/** The bodies are read when somebody opens a row: they are large, and most are never looked at. */
async function fill({ id, at }, place) {
  if (place.firstChild) return;
  const time = el('p', { class: 'quiet' }, `No. ${id}, ${new Date(at).toLocaleTimeString(undefined, { hour12: false })} real time`);
  place.replaceChildren(time);
  try {
    const { log } = await (await fetch(`/_control/log?since=${id - 1}`)).json();
    const entry = log.find((one) => one.id === id);
    place.replaceChildren(time, json('Request', entry?.request), json('Response', entry?.response));
  } catch {
    place.replaceChildren(el('p', { class: 'quiet' }, 'The local Slack does not answer.'));
  }
}

function json(label, value) {
  const text = value === null || value === undefined ? 'nothing, or no longer kept' : JSON.stringify(value, null, 2);
  return el('figure', {}, el('figcaption', {}, label), el('pre', { tabindex: 0, 'aria-label': label }, text));
}
