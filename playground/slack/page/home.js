import { blocks } from './blocks.js';
import { byId, el } from './dom.js';
import { backToChannels, tabs } from './heading.js';
import { act, state } from './store.js';
import { typedIn, valuesOf } from './typed.js';

let shown;

/** The Home tab as the program published it for this person. Drawn anew only when it was published anew. */
export function renderHome() {
  const view = state.homes[state.viewer];
  const version = `${state.viewer} ${view?.id} ${view?.hash}`;
  const before = byId('main').querySelector('.home');
  if (before && shown === version) return;
  if (before?.querySelector(':popover-open')) return;
  shown = version;
  const focused = before ? controls(before).indexOf(document.activeElement) : -1;
  const page = el('div', { class: 'home', tabindex: 0, role: 'region', 'aria-label': 'Home' }, body(view));
  const heading = el('header', { class: 'place' }, backToChannels(), el('h1', {}, state.app.display_name));
  const section = el('section', { class: 'channel', 'aria-label': `Home of ${state.app.display_name}` }, heading, tabs('home'), page);
  byId('main').replaceChildren(section);
  page.scrollTop = before?.scrollTop ?? 0;
  if (focused >= 0) controls(page)[focused]?.focus({ preventScroll: true });
}

const controls = (node) => [...node.querySelectorAll('button, select, input, textarea')];

function body(view) {
  if (!view) return el('p', { class: 'empty' }, `${state.app.display_name} has not published a Home tab for you yet.`);
  return blocks(view.blocks, {
    ...typedIn(view),
    suggest: (part, block, value) => act('suggest', { view_id: view.id, action_id: part.action_id, block_id: block.block_id, value }),
    press: (part, block, value) =>
      act('click', { view_id: view.id, action_id: part.action_id, block_id: block.block_id, value, values: valuesOf(view) }),
  });
}
