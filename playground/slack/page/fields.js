import { chosen } from './choices.js';
import { el } from './dom.js';
import { report } from './report.js';

/** A field to type into. It is remembered at each key; with dispatch_action Enter tells the program. */
export function typed(tag, own, part, block, surface, { label, ...attributes }) {
  const value = surface.value?.(block, part) ?? part.initial_value ?? '';
  const { placeholder, min_length: minlength, max_length: maxlength } = part;
  const lengths = own.type === 'number' ? {} : { minlength, maxlength };
  const named = { 'aria-label': attributes.id ? undefined : (label ?? placeholder?.text ?? 'Text') };
  const field = el(tag, {
    class: 'field',
    ...own,
    ...attributes,
    ...named,
    placeholder: placeholder?.text,
    ...lengths,
    autocomplete: 'off',
    value,
  });
  if (part.focus_on_load) field.dataset.first = 'yes';
  const holder = el('span', { class: 'press' }, field);
  field.addEventListener('input', () => surface.type?.(block, part, field.value));
  field.addEventListener('keydown', (event) => {
    const { dispatch_action: dispatches } = block;
    if (event.key !== 'Enter' || event.isComposing || tag !== 'input' || !dispatches) return;
    event.preventDefault();
    void report(holder, surface, () => surface.press(part, block, field.value));
  });
  return holder;
}

/** Slack keeps a date and time as a UNIX time; the field shows the reader's own zone. */
export function moment(type, part, block, surface, { label, ...attributes }) {
  const both = type === 'datetime-local';
  const raw = surface.value?.(block, part) ?? part.initial_date_time ?? part.initial_date ?? part.initial_time ?? '';
  const named = { 'aria-label': attributes.id ? undefined : (label ?? part.placeholder?.text ?? 'Choose a moment') };
  const field = el('input', { class: 'field', type, ...attributes, ...named, value: both && raw !== '' ? asLocal(Number(raw)) : raw });
  const holder = el('span', { class: 'press' }, field);
  const value = () => (both ? (field.value === '' ? '' : String(Math.floor(new Date(field.value).getTime() / 1000))) : field.value);
  field.addEventListener('change', () => chosen(holder, part, block, surface, value()));
  return holder;
}

function asLocal(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
