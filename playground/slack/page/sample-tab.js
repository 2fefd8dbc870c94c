import { shape } from './chart.js';
import { el, svg } from './dom.js';
import { state } from './store.js';

/** What is drawn of the sample app, how its numbers are written, and the least height of its scale. */
const charts = [
  { name: 'p95_ms', label: 'p95 response time', write: (value) => `${Math.round(value)} ms`, least: 100 },
  { name: 'error_rate', label: 'Error rate', write: (value) => `${(value * 100).toFixed(value < 0.1 ? 2 : 0)} %`, least: 0.01 },
  { name: 'connections', label: 'Connections', write: (value) => String(Math.round(value)), least: 5 },
  { name: 'lock_waits', label: 'Waiting for a lock', write: (value) => String(Math.round(value)), least: 5 },
];
const box = { width: 240, height: 56, slots: 150 };

let parts;

/** The sample app's vital signs of the last five minutes: one sees what a migration does to real traffic. */
export const sampleTab = {
  name: 'sample',
  label: 'Sample app',
  absent: () => !state.metrics,
  count: () => (charts.some((chart) => isOver(chart, state.metrics?.at(-1)?.numbers)) ? '!' : ''),
  build() {
    parts = { silent: el('p', { class: 'silent', role: 'status' }), charts: charts.map(frame) };
    return el(
      'div',
      { class: 'stack' },
      el('p', { class: 'quiet' }, 'Last five minutes, a sample every two seconds.'),
      parts.silent,
      el('div', { class: 'charts' }, ...parts.charts.map(({ root }) => root)),
    );
  },
  update() {
    const last = state.metrics.at(-1);
    parts.silent.textContent = last && !last.numbers ? 'The sample app does not answer.' : '';
    for (const [index, chart] of charts.entries()) draw(chart, parts.charts[index]);
  },
};

const isOver = ({ name }, numbers) => state.metricsLimits[name] !== undefined && numbers?.[name] > state.metricsLimits[name];

function frame({ name, label, least }) {
  const limit = svg('line', { class: 'limit', x1: 0, x2: box.width });
  const base = svg('path', { d: `M0 ${box.height}H${box.width}`, class: 'base' });
  const made = {
    value: el('strong', {}),
    line: svg('path', { class: 'line' }),
    area: svg('path', { class: 'area' }),
    limit,
    scale: el('span', {}),
    highest: el('span', {}),
    least,
  };
  const drawing = svg(
    'svg',
    { viewBox: `0 -2 ${box.width} ${box.height + 4}`, class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    base,
    made.area,
    limit,
    made.line,
  );
  const root = el(
    'figure',
    { class: 'chart', dataset: { metric: name } },
    el('figcaption', {}, label, made.value),
    drawing,
    el('p', { class: 'scale' }, made.highest, made.scale),
  );
  return { ...made, root };
}

function draw(chart, made) {
  const { name, write, least } = chart;
  const limit = state.metricsLimits[name];
  const values = state.metrics.map(({ numbers }) => numbers?.[name]);
  const { most, line, area, limitY, highest } = shape(values, { ...box, limit, least });
  const last = values.at(-1);
  const over = isOver(chart, { [name]: last });
  made.root.classList.toggle('over', over);
  made.value.textContent = last === undefined ? '–' : `${write(last)}${over ? ' ▲' : ''}`;
  made.line.setAttribute('d', line);
  made.area.setAttribute('d', area);
  made.limit.setAttribute('visibility', limitY === undefined ? 'hidden' : 'visible');
  for (const end of ['y1', 'y2']) made.limit.setAttribute(end, String(limitY ?? 0));
  made.highest.textContent = highest === undefined ? 'no numbers yet' : `highest ${write(highest)}`;
  made.scale.textContent = limit === undefined ? `scale to ${write(most)}` : `absolute limit ${write(limit)}`;
}
