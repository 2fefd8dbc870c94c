import { usageOf } from './completions.js';
import { el } from './dom.js';
import { act, channel as channelOf, state } from './store.js';
import { suggestions } from './suggestions.js';
import { toast } from './toast.js';

const sent = [];
/** What was begun and not sent, by place: going elsewhere and back must not lose it. */
const drafts = new Map();

/**
 * Where a person types. Enter sends, Shift+Enter breaks the line, ↑ in an empty field brings back what was sent last.
 * `channel()` and `thread()` say where it goes; a thread knows no slash commands.
 */
export function composer({ placeholder, channel, thread = () => undefined }) {
  const place = `${state.viewer} ${channel()} ${thread() ?? ''}`;
  const field = el('textarea', { rows: 1, placeholder, 'aria-label': placeholder, autocomplete: 'off', spellcheck: 'true' });
  const button = el('button', { class: 'send', 'aria-label': 'Send', title: 'Send (Enter)', onclick: send }, '➤');
  const offer = suggestions(field, { inThread: () => thread() !== undefined });
  const hint = el('p', { class: 'hint' });
  const root = el('div', { class: 'composer' }, offer.list, el('div', { class: 'box' }, field, button), hint);
  let recalled = 0;
  field.value = drafts.get(place) ?? '';

  function fit() {
    drafts.set(place, field.value);
    field.style.height = 'auto';
    if (field.value !== '') field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
    button.classList.toggle('ready', field.value.trim() !== '');
    hint.textContent = thread() ? '' : usageOf(field.value, state.commands);
  }

  async function send() {
    const text = field.value.trim();
    if (text === '') return;
    const inThread = thread();
    if (text.startsWith('/') && inThread) return toast(`${text.split(' ')[0]} is not supported in threads. Sorry!`);
    if (sent.at(-1) !== text) sent.push(text);
    recalled = 0;
    field.value = '';
    offer.hide();
    fit();
    const outcome = await act(text.startsWith('/') ? 'slash' : 'say', { channel: channel(), text, thread_ts: inThread });
    // What never reached the program goes back into the field; Slack's words about the program stand in the channel.
    if (outcome.ok || outcome.ms > 0 || !outcome.error || String(outcome.error).includes('failed with')) return;
    toast(outcome.error);
    if (field.value === '') field.value = text;
    fit();
  }

  function recall(by) {
    recalled = Math.max(0, Math.min(sent.length, recalled + by));
    field.value = recalled === 0 ? '' : sent[sent.length - recalled];
    field.setSelectionRange(field.value.length, field.value.length);
    fit();
  }

  field.addEventListener('input', () => {
    recalled = 0;
    fit();
    offer.update();
  });
  field.addEventListener('taken', fit);
  field.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || offer.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    } else if (event.key === 'ArrowUp' && (field.value === '' || recalled > 0) && sent.length > recalled) {
      event.preventDefault();
      recall(1);
    } else if (event.key === 'ArrowDown' && recalled > 0) {
      event.preventDefault();
      recall(-1);
    }
  });
  field.addEventListener('blur', () => offer.hide());
  fit();

  /** An archived channel takes nothing more, as in Slack. */
  function show() {
    const archived = channelOf(channel())?.archived === true;
    field.disabled = archived;
    button.disabled = archived;
    field.placeholder = archived ? 'This channel is archived' : placeholder;
  }
  show();
  return { root, show, focus: () => field.focus({ preventScroll: true }) };
}
