import { el } from './dom.js';
import { act, state } from './store.js';
import { suggestions } from './suggestions.js';
import { toast } from './toast.js';

const sent = [];

/** Where a person types. Enter sends, Shift+Enter breaks the line, ↑ in an empty field brings back what was sent last. */
export function composer({ placeholder, channel, thread = () => undefined }) {
  const field = el('textarea', { rows: 1, placeholder, 'aria-label': placeholder, autocomplete: 'off', spellcheck: 'true' });
  const button = el('button', { class: 'send', 'aria-label': 'Send', title: 'Send (Enter)', onclick: send }, '➤');
  const offer = suggestions(field, { slash: () => thread() === undefined });
  const hint = el('p', { class: 'hint' });
  const root = el('div', { class: 'composer' }, offer.list, el('div', { class: 'box' }, field, button), hint);
  let recalled = 0;

  function fit() {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
    button.classList.toggle('ready', field.value.trim() !== '');
    const command = state.commands.find(({ command }) => field.value.startsWith(`${command} `));
    hint.textContent = command && !thread() ? `${command.command} ${command.usage_hint}` : '';
  }

  async function send() {
    const text = field.value.trim();
    if (text === '') return;
    const inThread = thread();
    if (text.startsWith('/') && inThread) return toast(`${text.split(' ')[0]} is not supported in threads. Sorry!`);
    if (sent.at(-1) !== text) sent.push(text);
    recalled = 0;
    field.value = '';
    fit();
    const outcome = await act(text.startsWith('/') ? 'slash' : 'say', { channel: channel(), text, thread_ts: inThread });
    // What never reached the program goes back into the field; Slack's words about the program stand in the channel.
    if (outcome.ok || outcome.ms > 0 || !outcome.error || String(outcome.error).includes('failed with')) return;
    toast(outcome.error);
    if (field.value === '') field.value = text;
    fit();
  }

  field.addEventListener('input', () => {
    fit();
    offer.update();
  });
  field.addEventListener('keydown', (event) => {
    if (offer.key(event)) return fit();
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    } else if (event.key === 'ArrowUp' && (field.value === '' || recalled > 0) && sent.length > recalled) {
      event.preventDefault();
      recalled += 1;
      field.value = sent[sent.length - recalled];
      fit();
    }
  });
  field.addEventListener('blur', () => offer.hide());
  return { root, focus: () => field.focus({ preventScroll: true }) };
}
