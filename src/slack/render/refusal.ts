import { ITEM_TITLES, MACHINE_ITEMS } from '../../domain/items.ts';
import { refusalSentence, type Refusal } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { actions, section, type Message } from './block-kit.ts';
import { scheduleAt } from './buttons.ts';
import { cut } from './limits.ts';
import { code, codeBlock, escape, utc, when } from './text.ts';

/** Only its person sees it: what was refused and what to do now. A closed window comes with the button that schedules the moment it names. */
export function refusalMessage(refusal: Refusal, run: Run | null): Message {
  // The sentence is ours but what it quotes is not: escape first, then write the date tokens into their places.
  const moments: string[] = [];
  const marked = refusalSentence(refusal, (instant) => `⟦${moments.push(when(instant)) - 1}⟧`);
  const [lead, ...quoted] = refusal.code === 'migrations_unreadable' ? marked.split('\n\n') : [marked];
  const sentence = escape(cut(lead ?? '', 2500)).replaceAll(/⟦(\d+)⟧/g, (_, index) => moments[Number(index)] ?? '');
  const next = 'next' in refusal && refusal.next !== null && run !== null ? [scheduleAt(run, refusal.next)] : [];
  return {
    text: refusalText(refusal),
    blocks: [
      section(`🔒 ${sentence}${hint(refusal)}`),
      ...(quoted.length === 0 ? [] : [section(codeBlock(quoted.join('\n\n'), 2600))]),
      ...actions(next),
    ],
  };
}

/** Expired machine lines come back by themselves; nobody has to do anything but wait. */
function hint(refusal: Refusal): string {
  if (refusal.code !== 'items_open') return '';
  const alone = refusal.items.every((item) => MACHINE_ITEMS.some((machine) => item === `${ITEM_TITLES[machine]} (expired)`));
  return alone ? ' They are read again now: press again in a few seconds.' : '';
}

/** The same in plain text, for notifications and modals. */
export function refusalText(refusal: Refusal): string {
  return cut(refusalSentence(refusal, utc), 2000);
}

/** Something broke that is not the person's fault (R9): what failed, was the database touched, what to do now. */
export function troubleMessage(id: string): Message {
  const text = `Offpeak could not do that; it was not recorded, and the database was not touched by this click. Try again, or use the terminal: offpeak status. Error id ${id}.`;
  return { text, blocks: [section(`⚠️ ${text.replace(id, code(id))}`)] };
}

/** A plain answer to one person. */
export function note(text: string): Message {
  return { text, blocks: [section(text)] };
}
