import { avatar } from './avatar.js';
import { completions } from './completions.js';
import { el } from './dom.js';
import { useShortcut } from './shortcut.js';
import { state } from './store.js';

let lists = 0;

/** The list above a field: commands, their verbs, people, channels. Arrows choose, Tab or Enter takes, Esc closes. */
export function suggestions(field, { inThread }) {
  const id = `suggestions-${(lists += 1)}`;
  const list = el('ul', { class: 'suggestions', role: 'listbox', id, 'aria-label': 'Suggestions', hidden: true });
  let offered = [];
  let chosen = 0;
  let moved = false;
  for (const [name, value] of Object.entries({ 'aria-autocomplete': 'list', 'aria-controls': id })) field.setAttribute(name, value);

  const beforeCaret = () => field.value.slice(0, field.selectionStart);

  function update() {
    const { commands, shortcuts, people, channels } = state;
    offered = completions(beforeCaret(), { commands, shortcuts, people, channels, inThread: inThread() });
    chosen = 0;
    moved = false;
    draw();
  }

  function draw() {
    list.hidden = offered.length === 0;
    list.replaceChildren(...offered.map(option));
    if (list.hidden) field.removeAttribute('aria-activedescendant');
    else field.setAttribute('aria-activedescendant', `${id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function option(item, index) {
    const take = (event) => {
      event.preventDefault();
      choose(index);
    };
    const attributes = { role: 'option', id: `${id}-${index}`, 'aria-selected': String(index === chosen), onmousedown: take };
    return el(
      'li',
      { ...attributes, dataset: { kind: item.kind } },
      item.user && avatar(item.user, 'tiny'),
      el('strong', {}, item.label),
      item.hint && el('code', {}, item.hint),
      item.detail && el('span', {}, item.detail),
    );
  }

  function choose(index) {
    const item = offered[index];
    const rest = field.value.slice(field.selectionStart);
    const before = beforeCaret().slice(0, item.from) + item.text;
    field.value = before + rest;
    field.setSelectionRange(before.length, before.length);
    update();
    // A verb that is complete needs no second question.
    if (item.kind === 'verb') hide();
    field.dispatchEvent(new Event('taken'));
    if (item.kind === 'shortcut') void useShortcut({ callback_id: item.callback_id });
  }

  function hide() {
    offered = [];
    draw();
  }

  /** Enter sends what is complete; it takes a suggestion only for a word that was begun, or one that was chosen by arrows. */
  function enterTakes() {
    const item = offered[chosen];
    const begun = beforeCaret().slice(item.from);
    return moved || item.kind === 'shortcut' || (begun !== '' && begun !== item.text.trim());
  }

  /** True when the key was meant for the list. */
  function key(event) {
    if (offered.length === 0 || event.isComposing) return false;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      chosen = (chosen + move + offered.length) % offered.length;
      moved = true;
      draw();
    } else if (event.key === 'Tab' && !event.shiftKey) choose(chosen);
    else if (event.key === 'Enter' && !event.shiftKey && enterTakes()) choose(chosen);
    else if (event.key === 'Escape') hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { list, update, key, hide };
}
