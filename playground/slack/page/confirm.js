import { el } from './dom.js';
import { textObject } from './mrkdwn.js';

/** Block Kit's confirmation dialog; true when the person confirmed. */
export function askFirst(confirm) {
  return new Promise((answer) => {
    const style = confirm.style === 'danger' ? 'danger' : 'primary';
    const dialog = el(
      'dialog',
      { class: 'confirm', 'aria-label': confirm.title?.text ?? 'Are you sure?' },
      el('h2', {}, ...textObject(confirm.title ?? { type: 'plain_text', text: 'Are you sure?' })),
      el('div', { class: 'dialog-body text' }, ...textObject(confirm.text)),
      el(
        'footer',
        {},
        el(
          'button',
          { class: 'bk', onclick: () => dialog.close('no') },
          ...textObject(confirm.deny ?? { type: 'plain_text', text: 'Cancel' }),
        ),
        el(
          'button',
          { class: `bk ${style}`, onclick: () => dialog.close('yes') },
          ...textObject(confirm.confirm ?? { type: 'plain_text', text: 'Yes' }),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      answer(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
