import { el } from './dom.js';
import { messageKey } from './message-tools.js';
import { message } from './message.js';
import { key, state } from './store.js';
import { dayName, sameDay } from './time.js';

const groupWithinSeconds = 300;

/**
 * A scrolling list that draws again only what changed, so that a menu stays open and a focus stays where it is while the
 * program edits some other message. Stays at the bottom while the reader is there; otherwise says what is new below.
 * `onBottom` is called when the reader comes to the bottom.
 */
export function messageList({ onBottom = () => undefined } = {}) {
  const list = el('div', { class: 'list', role: 'log', 'aria-label': 'Messages', tabindex: -1 });
  const up = el('button', { class: 'jump up', hidden: true, onclick: toFirstNew });
  const down = el('button', { class: 'jump down', hidden: true, onclick: toBottom }, 'New messages ↓');
  const root = el('div', { class: 'log' }, up, list, down);
  const drawn = new Map();
  let atBottom = true;
  let newest;

  list.addEventListener('scroll', scrolled, { passive: true });
  list.addEventListener('keydown', move);
  // A thread that opens beside the list, or a picture that arrives after its message, must not push the newest out of sight.
  const sizes = new ResizeObserver(() => atBottom && toBottom());
  sizes.observe(list);

  function scrolled() {
    atBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    if (atBottom && !down.hidden) onBottom();
    if (atBottom) down.hidden = true;
    const mark = list.querySelector('.day.new');
    if (mark && mark.offsetTop >= list.scrollTop) up.hidden = true;
  }

  function toBottom() {
    list.scrollTop = list.scrollHeight;
  }

  function toFirstNew() {
    up.hidden = true;
    list.querySelector('.day.new')?.scrollIntoView({ block: 'start' });
  }

  function show(messages, { inThread = false, unreadAfter, empty }) {
    const nodes = [];
    const seen = new Set();
    const last = messages.at(-1);
    const arrived = last && newest !== undefined && last.ts > newest;
    newest = last?.ts ?? '0';
    // An answer to this person alone, and what they said themselves, comes at the end: it must not come unseen.
    if (arrived && (last.whisper || last.user === state.viewer)) atBottom = true;
    let before;
    for (const given of messages) {
      const newDay = !before || !sameDay(before.shown_at, given.shown_at);
      if (newDay) nodes.push(reuse(`day ${dayName(given.shown_at)} ${given.ts}`, '', () => separator(dayName(given.shown_at))));
      const firstNew = unreadAfter && given.ts > unreadAfter && (!before || before.ts <= unreadAfter);
      if (firstNew && before) nodes.push(reuse('new', given.ts, () => separator('New', ' new')));
      const compact = !newDay && !firstNew && follows(before, given);
      nodes.push(
        reuse(key(given), JSON.stringify([given, compact, state.troubles.get(key(given))]), () => message(given, { compact, inThread })),
      );
      before = given;
    }
    if (nodes.length === 0 && empty) nodes.push(reuse('empty', '', () => el('p', { class: 'empty' }, empty)));
    for (const [name] of drawn) if (!seen.has(name)) drawn.delete(name);
    place(nodes);
    rove();
    if (atBottom) toBottom();
    else if (arrived) down.hidden = false;

    function reuse(name, version, make) {
      seen.add(name);
      const known = drawn.get(name);
      // A menu somebody has open stays as it is; closing it draws the message anew.
      if (known?.version === version || known?.node.querySelector(':popover-open')) return known.node;
      const node = make();
      keepFocus(known?.node, node);
      drawn.set(name, { version, node });
      return node;
    }
  }

  /** How many are new above what is in sight, once the list stands where it was opened. */
  function offerNew(count) {
    const mark = list.querySelector('.day.new');
    const above = mark && mark.offsetTop < list.scrollTop;
    up.hidden = !above;
    up.textContent = `${count} new ↑`;
  }

  /** Moves nodes only where the order differs: moving an element would close its menu and take its focus. */
  function place(nodes) {
    for (const child of [...list.children]) {
      if (nodes.includes(child)) continue;
      sizes.unobserve(child);
      child.remove();
    }
    for (const [index, node] of nodes.entries()) {
      if (list.children[index] === node) continue;
      list.insertBefore(node, list.children[index] ?? null);
      sizes.observe(node);
    }
  }

  const articles = () => [...list.querySelectorAll('article')];

  /** One message of the list can be reached by Tab: the one that had the focus, or the last. */
  function rove(chosen = list.querySelector('article[tabindex="0"]') ?? articles().at(-1)) {
    for (const article of articles()) article.tabIndex = article === chosen ? 0 : -1;
  }

  function move(event) {
    const all = articles();
    const at = all.indexOf(event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) }[event.key];
    if (!next) return messageKey(event);
    event.preventDefault();
    rove(next);
    return next.focus();
  }

  return { list, root, show, toBottom, offerNew, isAtBottom: () => atBottom };
}

function separator(words, kind = '') {
  return el('div', { class: `day${kind}`, role: 'separator', 'aria-label': words }, el('span', {}, words));
}

/** Who is on a button with the keyboard stays there when the program edits the message around it. */
function keepFocus(before, after) {
  const focused = document.activeElement;
  if (!before?.contains(focused)) return;
  const all = (node) => [...node.querySelectorAll('button, select, input')];
  const index = all(before).indexOf(focused);
  requestAnimationFrame(() => (index < 0 ? after : (all(after)[index] ?? after)).focus({ preventScroll: true }));
}

function follows(before, given) {
  if (!before || before.whisper || given.whisper || given.broadcast || before.deleted) return false;
  return before.user === given.user && given.shown_at - before.shown_at < groupWithinSeconds;
}
