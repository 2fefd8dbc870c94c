import { avatar } from './avatar.js';
import { el } from './dom.js';
import { state } from './store.js';

/** What may be meant while typing: a declared command after `/`, a person after `@`. Arrows choose, Tab or Enter takes. */
export function suggestions(field, { slash }) {
  const list = el('ul', { class: 'suggestions', role: 'listbox', hidden: true });
  let offered = [];
  let chosen = 0;

  function update() {
    offered = slash() ? [...commands(field.value), ...people(beforeCaret())] : people(beforeCaret());
    chosen = 0;
    draw();
  }

  const beforeCaret = () => field.value.slice(0, field.selectionStart);

  function draw() {
    list.hidden = offered.length === 0;
    const option = (item, index) =>
      el(
        'li',
        { role: 'option', 'aria-selected': String(index === chosen), onmousedown: (event) => (event.preventDefault(), take(index)) },
        ...item.show(),
      );
    list.replaceChildren(...offered.map(option));
  }

  function take(index) {
    const item = offered[index];
    const rest = field.value.slice(field.selectionStart);
    const before = beforeCaret().slice(0, item.from) + item.text;
    field.value = before + rest;
    field.setSelectionRange(before.length, before.length);
    hide();
  }

  function hide() {
    offered = [];
    draw();
  }

  /** True when the key was meant for the list. */
  function key(event) {
    if (offered.length === 0) return false;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const whole = offered[chosen].text.trim() === field.value.trim();
    if (move) chosen = (chosen + move + offered.length) % offered.length;
    else if (event.key === 'Tab' || (event.key === 'Enter' && !whole)) take(chosen);
    else if (event.key === 'Escape') hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    if (move) draw();
    return true;
  }

  return { list, update, key, hide };
}

function commands(text) {
  if (!/^\/\S*$/.test(text)) return [];
  return state.commands
    .filter(({ command }) => command.startsWith(text))
    .map(({ command, description, usage_hint }) => ({
      from: 0,
      text: `${command} `,
      show: () => [el('strong', {}, command), el('code', {}, usage_hint), el('span', {}, description)],
    }));
}

function people(before) {
  const found = /(?:^|\s)@([\w.-]*)$/.exec(before);
  if (!found) return [];
  const wanted = found[1].toLowerCase();
  return state.people
    .filter(({ name, real_name, deleted }) => !deleted && (name.startsWith(wanted) || real_name.toLowerCase().startsWith(wanted)))
    .map(({ id, name, real_name }) => ({
      from: before.length - found[1].length - 1,
      text: `@${name} `,
      show: () => [avatar(id, 'tiny'), el('strong', {}, real_name), el('span', {}, `@${name}`)],
    }));
}
