import { byId } from './dom.js';
import { closeThread, goTo } from './navigation.js';
import { closePanel, panelIsSheet, togglePanel } from './panel.js';
import { showShortcuts } from './shortcuts.js';
import { state } from './store.js';
import { unreadIn } from './unread.js';

/** The keys that work everywhere; those of lists, menus and fields are with them. */
export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') || event.defaultPrevented) return;
    const act = meaning(event);
    if (!act) return;
    event.preventDefault();
    act();
  });
  byId('keys').addEventListener('click', showShortcuts);
}

function meaning(event) {
  const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (key === 'Escape') return escape();
  if ((ctrlKey || metaKey) && key === '/') return showShortcuts;
  if (key === '?' && !typing(event.target)) return showShortcuts;
  if ((ctrlKey || metaKey) && key === '.') return togglePanel;
  if (altKey && (key === 'ArrowDown' || key === 'ArrowUp')) return () => step(key === 'ArrowDown' ? 1 : -1, shiftKey);
  if (key === 'F6') return () => nextPart(shiftKey ? -1 : 1);
  return undefined;
}

const typing = (target) => target.closest?.('input, textarea, select') !== null;

/** Esc closes what is open, the innermost first: a list or menu, the panel it is pressed in, the thread, the panel's sheet. */
function escape() {
  if (document.querySelector('[popover]:popover-open, .suggestions:not([hidden])')) return undefined;
  const panelOpen = !byId('panel').hidden;
  if (panelOpen && (byId('panel').contains(document.activeElement) || panelIsSheet())) return closePanel;
  return state.thread ? closeThread : undefined;
}

function step(by, unreadOnly) {
  const all = state.channels.filter((channel) => !channel.with || channel.with === state.viewer);
  const at = all.findIndex(({ id }) => id === state.channel);
  for (let passed = 1; passed <= all.length; passed += 1) {
    const next = all[(at + by * passed + all.length * 2) % all.length];
    if (next && next.id !== state.channel && (!unreadOnly || unreadIn(next.id).length > 0)) return goTo(next.id);
  }
  return undefined;
}

/** From one part of the page to the next: channels, messages, thread, panel, bar. */
function nextPart(by) {
  const parts = ['#sidebar', '#main', '#thread', '#panel', '#bar'].map((name) => document.querySelector(name));
  const open = parts.filter((part) => part && !part.hidden && part.offsetParent !== null);
  const at = open.findIndex((part) => part.contains(document.activeElement));
  const next = open[(at + by + open.length) % open.length];
  const wanted = ['[aria-current=page]', 'article[tabindex="0"]', '[aria-selected=true]', 'button'].flatMap((each) => [
    ...(next?.querySelectorAll(each) ?? []),
  ]);
  wanted.find((element) => element.offsetParent !== null)?.focus();
}
