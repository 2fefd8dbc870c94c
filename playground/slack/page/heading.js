import { byId, el } from './dom.js';
import { goTo, openHome, showChannels } from './navigation.js';
import { state } from './store.js';

/** The way back to the channels on a narrow screen. */
export function backToChannels() {
  return el('button', { class: 'ghost back', 'aria-label': 'Back to channels', onclick: () => showChannels(true) }, '‹');
}

/** How a place is called: `#deployments`, or the app's name. */
export function title(here) {
  return here.with ? state.app.display_name : `#${here.name}`;
}

/** Home and Messages of the app itself. */
export function tabs(current) {
  const open = (name) => (name === 'home' ? openHome() : goTo(state.channel, name));
  const tab = (name, label) =>
    el(
      'button',
      { role: 'tab', 'aria-selected': String(name === current), tabindex: name === current ? 0 : -1, onclick: () => open(name) },
      label,
    );
  const list = el(
    'div',
    { class: 'tabs', role: 'tablist', 'aria-label': state.app.display_name },
    tab('home', 'Home'),
    tab('messages', 'Messages'),
  );
  list.addEventListener('keydown', ({ key }) => {
    if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
    open(current === 'home' ? 'messages' : 'home');
    requestAnimationFrame(() => requestAnimationFrame(() => byId('main').querySelector('[role=tab][aria-selected=true]')?.focus()));
  });
  return list;
}
