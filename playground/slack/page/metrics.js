import { byId, el, svg } from './dom.js';
import { state } from './store.js';

/** What is drawn of the sample app, and how its numbers are written. */
const charts = [
  { name: 'p95_ms', label: 'p95 response time', write: (value) => `${Math.round(value)} ms` },
  { name: 'error_rate', label: 'Error rate', write: (value) => `${(value * 100).toFixed(2)} %` },
  { name: 'connections', label: 'Connections', write: (value) => String(Math.round(value)) },
  { name: 'lock_waits', label: 'Sessions waiting for a lock', write: (value) => String(Math.round(value)) },
];
const width = 220;
const height = 44;

let open = localStorage.getItem('metrics') !== 'closed';

/** The sample app's vital signs of the last five minutes, so that one sees what a migration does to real traffic. */
export function renderMetrics() {
  const panel = byId('metrics');
  panel.hidden = state.metrics === null;
  panel.classList.toggle('folded', !open);
  if (panel.hidden) return;
  const toggle = el(
    'button',
    { class: 'ghost', 'aria-expanded': String(open), 'aria-label': open ? 'Fold the charts away' : 'Show the charts', onclick: fold },
    open ? '⟩' : '⟨',
  );
  if (!open) return panel.replaceChildren(toggle);
  const last = state.metrics.at(-1);
  const silent = last?.numbers ? undefined : el('p', { class: 'silent', role: 'status' }, 'The sample app does not answer.');
  return panel.replaceChildren(
    el('header', { class: 'place' }, el('h2', {}, 'Sample app'), el('small', {}, 'last 5 min'), toggle),
    el('div', { class: 'charts' }, silent, ...charts.map((chart) => draw(chart, state.metrics))),
  );
}

function fold() {
  open = !open;
  localStorage.setItem('metrics', open ? 'open' : 'closed');
  renderMetrics();
}

function draw({ name, label, write }, samples) {
  const values = samples.map(({ numbers }) => numbers?.[name]);
  const known = values.filter((value) => value !== undefined);
  const last = values.at(-1);
  const most = Math.max(...known, 0);
  return el(
    'figure',
    {},
    el('figcaption', {}, label, el('strong', {}, last === undefined ? '–' : write(last))),
    line(values, most),
    el('small', {}, known.length > 0 ? `highest ${write(most)}` : 'no numbers yet'),
  );
}

/** A gap in the numbers is a gap in the line: silence must not look like calm. */
function line(values, most) {
  const step = width / 149;
  const start = width - step * (values.length - 1);
  const y = (value) => height - 2 - (most === 0 ? 0 : (value / most) * (height - 6));
  let path = '';
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === undefined) drawing = false;
    else {
      path += `${drawing ? 'L' : 'M'}${(start + index * step).toFixed(1)} ${y(value).toFixed(1)}`;
      drawing = true;
    }
  }
  const base = svg('path', { d: `M0 ${height - 1}H${width}`, class: 'base' });
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    base,
    svg('path', { d: path, class: 'line' }),
  );
}
