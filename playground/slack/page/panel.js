import { clockTab } from './clock-tab.js';
import { byId, el } from './dom.js';
import { faultsTab } from './faults-tab.js';
import { sampleTab } from './sample-tab.js';
import { changed, state } from './store.js';
import { trafficTab } from './traffic-tab.js';

/** Each tab: `name`, `label`, `absent()`, `count()` for a mark, `build()` → node, `update()` after a change, `tick()` once a second. */
const all = [clockTab, faultsTab, trafficTab, sampleTab];
/** A program without a clock to move, or without a sample app, has no tab for it. */
const tabs = () => all.filter((tab) => !tab.absent?.());
const sheet = matchMedia('(max-width: 1239px)');

// On a small screen the panel lies over the messages, so it opens only when somebody asks.
let open = !sheet.matches && localStorage.getItem('panel') !== 'closed';
let current = localStorage.getItem('panel-tab');
let built;

export const panelIsSheet = () => sheet.matches;
export const togglePanel = () => show(!open);
export const closePanel = () => show(false);

/** Opens the panel on one of its tabs. */
export function openPanelOn(name) {
  current = name;
  localStorage.setItem('panel-tab', name);
  show(true);
}

function show(wanted) {
  const panel = byId('panel');
  const inside = panel.contains(document.activeElement);
  open = wanted;
  if (!sheet.matches) localStorage.setItem('panel', open ? 'open' : 'closed');
  changed('panel');
  if (!open && inside) byId('panel-toggle').focus();
  if (open) requestAnimationFrame(() => requestAnimationFrame(() => panel.querySelector('[role=tab][aria-selected=true]')?.focus()));
}

byId('panel-toggle').addEventListener('click', togglePanel);
sheet.addEventListener('change', () => {
  open = !sheet.matches && localStorage.getItem('panel') !== 'closed';
  changed('panel');
});

/** The side panel for people who learn and test. Only the open tab is drawn. */
export function renderPanel() {
  const panel = byId('panel');
  panel.hidden = !open;
  byId('panel-toggle').setAttribute('aria-expanded', String(open));
  document.body.classList.toggle('panel-open', open);
  if (!open) return;
  const tab = chosen();
  const names = tabs()
    .map(({ name }) => name)
    .join(' ');
  if (built?.tab !== tab || built.names !== names) build(panel, tab, names);
  for (const each of tabs()) mark(each);
  tab.update();
}

const usual = () => (state.metrics ? sampleTab : state.clock ? clockTab : trafficTab);
const chosen = () => tabs().find(({ name }) => name === current) ?? usual();

/** Once a second, for what runs by itself. */
export function tickPanel() {
  if (open) built?.tab.tick?.();
}

function build(panel, tab, names) {
  const close = el('button', { class: 'ghost close', 'aria-label': 'Close side panel', title: 'Close (Esc)', onclick: closePanel }, '✕');
  const list = el(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': 'Side panel' },
    ...tabs().map((each) => handle(each, each === tab)),
  );
  list.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const there = tabs();
    if (by) openPanelOn(there[(there.indexOf(chosen()) + by + there.length) % there.length].name);
  });
  const body = el('div', { class: 'panel-body', role: 'tabpanel', id: 'panel-body', 'aria-label': tab.label, tabindex: 0 }, tab.build());
  built = { tab, names };
  panel.replaceChildren(el('header', { class: 'panel-head' }, list, close), body);
}

function handle({ name, label }, selected) {
  const attributes = { role: 'tab', 'aria-selected': String(selected), 'aria-controls': 'panel-body', tabindex: selected ? 0 : -1 };
  return el('button', { ...attributes, dataset: { tab: name }, onclick: () => openPanelOn(name) }, label, el('span', { class: 'mark' }));
}

function mark({ name, count }) {
  const place = byId('panel').querySelector(`[data-tab="${name}"] .mark`);
  place.textContent = count?.() || '';
}
