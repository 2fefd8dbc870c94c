import { blocks } from './blocks.js';
import { tabs } from './channel-view.js';
import { byId, el } from './dom.js';
import { goTo } from './navigation.js';
import { act, state } from './store.js';
import { typedIn } from './typed.js';

/** Opens the app's Home tab: the program hears of it and may publish. */
export function openHome() {
  const direct = state.channels.find((channel) => channel.with === state.viewer);
  if (!direct) return;
  goTo(direct.id, 'home');
  void act('home');
}

/** The Home tab as the program published it for this person. */
export function renderHome() {
  const view = state.homes[state.viewer];
  const surface = view && {
    ...typedIn(view),
    press: (part, block, value) => act('click', { view_id: view.id, action_id: part.action_id, block_id: block.block_id, value }),
  };
  const body = view
    ? blocks(view.blocks, surface)
    : el('p', { class: 'empty' }, `${state.app.display_name} has not published a Home tab for you yet.`);
  const list = byId('main').querySelector('.home')?.scrollTop ?? 0;
  const page = el('div', { class: 'home' }, body);
  byId('main').replaceChildren(
    el('section', { class: 'channel' }, el('header', { class: 'place' }, el('h1', {}, state.app.display_name)), tabs('home'), page),
  );
  page.scrollTop = list;
}
