import { avatar } from './avatar.js';
import { blocks } from './blocks.js';
import { el } from './dom.js';
import { plainText } from './mrkdwn.js';
import { act, state } from './store.js';
import { typedIn, valuesOf } from './typed.js';

let dialog;
let shown;

/** The modal on top of this person's stack. Esc, × and the close button close it; the program hears of it if it asked to. */
export function renderModal() {
  const stack = state.modals[state.viewer] ?? [];
  const view = stack.at(-1);
  if (!view) return hide();
  const errors = state.modalErrors?.view === view.id ? state.modalErrors.errors : {};
  const version = JSON.stringify([view.id, view.hash, errors]);
  if (shown === version && dialog?.open) return undefined;
  const sameView = shown?.startsWith(`["${view.id}"`) && dialog?.open;
  const focused = sameView ? document.activeElement?.id : undefined;
  const scroll = sameView ? dialog.querySelector('.modal-body')?.scrollTop : 0;
  shown = version;
  dialog ??= build();
  dialog.replaceChildren(...content(view, stack.length, errors));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('.modal-body').scrollTop = scroll ?? 0;
  const first =
    dialog.querySelector('.wrong .field') ??
    (focused && document.getElementById(focused)) ??
    dialog.querySelector('[data-first], .modal-body .field');
  return first?.focus();
}

function build() {
  const made = el('dialog', { class: 'modal' });
  made.addEventListener('cancel', (event) => {
    event.preventDefault();
    void act('close');
  });
  made.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    made.querySelector('form').requestSubmit();
  });
  document.body.append(made);
  return made;
}

function hide() {
  shown = undefined;
  dialog?.close();
}

function content(view, depth, errors) {
  const surface = {
    ...typedIn(view),
    errors,
    suggest: (part, block, value) => act('suggest', { view_id: view.id, action_id: part.action_id, block_id: block.block_id, value }),
    press: (part, block, value) =>
      act('click', { view_id: view.id, action_id: part.action_id, block_id: block.block_id, value, values: valuesOf(view) }),
  };
  const trouble = el('p', { class: 'modal-trouble', role: 'alert', hidden: true });
  const send = (event) => {
    event.preventDefault();
    void submit(view, trouble);
  };
  const close = el(
    'button',
    { type: 'button', class: 'bk', onclick: () => act('close') },
    ...plainText(view.close?.text ?? (depth > 1 ? 'Back' : 'Close')),
  );
  const go = view.submit && el('button', { type: 'submit', class: 'bk primary' }, ...plainText(view.submit.text));
  return [
    el(
      'form',
      { onsubmit: send, novalidate: true },
      el(
        'header',
        {},
        avatar(state.app.botUserId),
        el('h2', {}, ...plainText(view.title.text)),
        depth > 1 && el('small', {}, `${depth} of 3`),
        el('button', { type: 'button', class: 'ghost', 'aria-label': 'Close', title: 'Close (Esc)', onclick: () => act('close') }, '✕'),
      ),
      trouble,
      el('div', { class: 'modal-body' }, blocks(view.blocks, surface)),
      el('footer', {}, close, go),
    ),
  ];
}

async function submit(view, trouble) {
  const button = dialog.querySelector('[type=submit]');
  if (!button || button.disabled) return;
  button.disabled = true;
  trouble.hidden = true;
  const outcome = await act('submit', { view_id: view.id, values: valuesOf(view) });
  button.disabled = false;
  if (outcome.errors) {
    state.modalErrors = { view: view.id, errors: outcome.errors };
    renderModal();
  } else if (outcome.error) {
    trouble.textContent = outcome.error;
    trouble.hidden = false;
  }
}
