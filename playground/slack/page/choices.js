import { askFirst } from './confirm.js';
import { el } from './dom.js';
import { textObject } from './mrkdwn.js';
import { report } from './report.js';

/** Remembers a choice and, where the program wants to hear of it at once, reports it. */
export async function chosen(holder, part, block, surface, value) {
  surface.type?.(block, part, value);
  if (block.type === 'input' && !block.dispatch_action) return;
  if (part.confirm && !(await askFirst(part.confirm))) return;
  await report(holder, surface, () => surface.press(part, block, value));
}

export function checkboxes(part, block, surface, attributes) {
  const initial = (part.initial_options ?? []).map((option) => option.value);
  const current = surface.value?.(block, part) ?? initial;
  return choices('checkbox', part, block, surface, current, attributes, (holder) =>
    [...holder.querySelectorAll('input:checked')].map((input) => input.value),
  );
}

export function radios(part, block, surface, attributes) {
  const current = [surface.value?.(block, part) ?? part.initial_option?.value];
  return choices('radio', part, block, surface, current, attributes, (holder) => holder.querySelector('input:checked')?.value ?? '');
}

function choices(type, part, block, surface, current, { id, label, ...attributes }, read) {
  const role = type === 'radio' ? 'radiogroup' : 'group';
  const holder = el('div', { class: 'choices', role, id, tabindex: -1, 'aria-label': label ?? 'Options', ...attributes });
  for (const option of part.options ?? []) {
    const own = { type, name: `${block.block_id}-${part.action_id}`, value: option.value, checked: current.includes(option.value) };
    const description = option.description && el('small', {}, ...textObject(option.description));
    holder.append(el('label', { class: 'choice' }, el('input', own), el('span', {}, ...textObject(option.text), description)));
  }
  holder.addEventListener('change', () => chosen(holder, part, block, surface, read(holder)));
  return holder;
}
