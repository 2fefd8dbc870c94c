import { el } from './dom.js';
import { message } from './message.js';
import { key } from './store.js';
import { dayName, sameDay } from './time.js';

const groupWithinSeconds = 300;

/**
 * A scrolling list that draws again only what changed, so that a menu stays open and a focus stays where it is while the
 * program edits some other message. Stays at the bottom while the reader is there.
 */
export function messageList() {
  const list = el('div', { class: 'list', role: 'log', 'aria-label': 'Messages', tabindex: -1 });
  const drawn = new Map();
  let atBottom = true;
  list.addEventListener('scroll', () => (atBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 80), { passive: true });
  // A thread that opens beside the list, or a composer that grows, must not push the newest message out of sight.
  new ResizeObserver(() => atBottom && (list.scrollTop = list.scrollHeight)).observe(list);

  function show(messages, { inThread = false, unreadAfter, empty }) {
    const nodes = [];
    const seen = new Set();
    // An answer to this person alone comes at the end: they have just clicked or typed, so it must not come unseen.
    const last = messages.at(-1);
    if (last?.whisper && !drawn.has(key(last))) atBottom = true;
    let before;
    for (const given of messages) {
      const newDay = !before || !sameDay(before.shown_at, given.shown_at);
      if (newDay)
        nodes.push(
          reuse(`day ${dayName(given.shown_at)} ${given.ts}`, '', () =>
            el('div', { class: 'day', role: 'separator' }, el('span', {}, dayName(given.shown_at))),
          ),
        );
      const firstNew = unreadAfter && given.ts > unreadAfter && (!before || before.ts <= unreadAfter);
      if (firstNew && before)
        nodes.push(reuse('new', given.ts, () => el('div', { class: 'day new', role: 'separator' }, el('span', {}, 'New'))));
      const compact = !newDay && !firstNew && follows(before, given);
      nodes.push(reuse(key(given), JSON.stringify([given, compact]), () => message(given, { compact, inThread })));
      before = given;
    }
    if (nodes.length === 0 && empty) nodes.push(reuse('empty', '', () => el('p', { class: 'empty' }, empty)));
    for (const [name] of drawn) if (!seen.has(name)) drawn.delete(name);
    place(nodes);
    if (atBottom) list.scrollTop = list.scrollHeight;

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

  /** Moves nodes only where the order differs: moving an element would close its menu and take its focus. */
  function place(nodes) {
    for (const child of [...list.children]) if (!nodes.includes(child)) child.remove();
    for (const [index, node] of nodes.entries()) if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  }

  return { list, show, toBottom: () => (list.scrollTop = list.scrollHeight) };
}

/** Who is on a button with the keyboard stays there when the program edits the message around it. */
function keepFocus(before, after) {
  if (!before?.contains(document.activeElement)) return;
  const focused = [...before.querySelectorAll('button, select, input')].indexOf(document.activeElement);
  if (focused >= 0)
    requestAnimationFrame(() => [...after.querySelectorAll('button, select, input')][focused]?.focus({ preventScroll: true }));
}

function follows(before, given) {
  if (!before || before.whisper || given.whisper || given.broadcast || before.deleted) return false;
  return before.user === given.user && given.shown_at - before.shown_at < groupWithinSeconds;
}
