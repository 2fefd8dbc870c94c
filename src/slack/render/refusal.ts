import type { HumanCommand } from '../../domain/commands.ts';
import type { Instant } from '../../domain/instant.ts';
import { ITEM_TITLES, MACHINE_ITEMS } from '../../domain/items.ts';
import type { Actor } from '../../domain/people.ts';
import { refusalSentence, type Refusal } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { actions, context, section, type Message } from './block-kit.ts';
import { scheduleAt } from './buttons.ts';
import { cut } from './limits.ts';
import { code, codeBlock, escape, link, utc, when } from './text.ts';

/** Who asked for what, and the address of the run's card: what a refusal can say beside its reason. */
export type Asked = { readonly actor: Actor; readonly command: HumanCommand['type'] | 'plan'; readonly card: string | null };

/**
 * Only its person sees it: what was refused, whether anything was changed, what to do now, and where the current card is (R5, R9).
 * A closed window comes with the button that schedules the moment it names.
 */
export function refusalMessage(refusal: Refusal, run: Run | null, asked: Asked | null = null): Message {
  // The sentence is ours but what it quotes is not: escape first, then write the date tokens into their places.
  const moments: string[] = [];
  const [lead, ...quoted] = sentences(refusal, { run, asked }, (instant) => `⟦${moments.push(when(instant)) - 1}⟧`);
  const sentence = escape(cut(lead ?? '', 2500)).replaceAll(/⟦(\d+)⟧/g, (_, index) => moments[Number(index)] ?? '');
  const next = 'next' in refusal && refusal.next !== null && run !== null ? [scheduleAt(run, refusal.next)] : [];
  const card =
    run === null || asked === null || asked.card === null ? [] : [context(link(asked.card, `Current card of run #${run.number}`))];
  return {
    text: refusalText(refusal, run, asked),
    blocks: [
      section(`🔒 ${sentence}`),
      ...(quoted.length === 0 ? [] : [section(codeBlock(quoted.join('\n\n'), 2600))]),
      ...card,
      ...actions(next),
    ],
  };
}

/** The same in plain text, for notifications and modals. */
export function refusalText(refusal: Refusal, run: Run | null = null, asked: Asked | null = null): string {
  return cut(sentences(refusal, { run, asked }, utc).join('\n\n'), 2000);
}

type Known = { readonly run: Run | null; readonly asked: Asked | null };

/** What is said first, then what is quoted from files. */
function sentences(refusal: Refusal, known: Known, at: (instant: Instant) => string): readonly string[] {
  const reason = refusalSentence(refusal, at);
  const [lead = '', ...quoted] = refusal.code === 'migrations_unreadable' ? reason.split('\n\n') : [reason];
  const more = [since(refusal, known.run, at), ownPlan(refusal, known), hint(refusal)].filter((sentence) => sentence !== '');
  const said = [lead, ...more].join(' ');
  return [untouched(refusal, [said, ...quoted].join(' ')) ? `${said} Nothing was changed.` : said, ...quoted];
}

/** A button that comes too late: since when the run is what it is (R5). */
function since(refusal: Refusal, run: Run | null, at: (instant: Instant) => string): string {
  if (refusal.code !== 'wrong_state' || run === null) return '';
  if (run.end !== null) return `It ended ${at(run.end.at)}.`;
  if (run.rollback !== null) return `@${run.rollback.by.name} pressed Roll back ${at(run.rollback.at)}.`;
  if (run.started !== null) return `@${run.started.by.name} started it ${at(run.started.at)}.`;
  return run.scheduledFor === null ? '' : `It is scheduled for ${at(run.scheduledFor)}.`;
}

/** Both reasons, where both hold: getting the role would not help the one who asked for the plan. */
function ownPlan(refusal: Refusal, { run, asked }: Known): string {
  const own = refusal.code === 'not_permitted' && asked?.command === 'approve' && asked.actor.id === run?.requester.id;
  return own ? 'And you asked for this plan yourself, so your approval would not count with any role.' : '';
}

/** Expired machine lines come back by themselves; nobody has to do anything but wait. */
function hint(refusal: Refusal): string {
  if (refusal.code !== 'items_open') return '';
  const alone = refusal.items.every((item) => MACHINE_ITEMS.some((machine) => item === `${ITEM_TITLES[machine]} (expired)`));
  return alone ? 'They are read again now: press again in a few seconds.' : '';
}

/** These say that it was done before, which is the opposite of nothing. */
const DONE_BEFORE: readonly Refusal['code'][] = ['already_rolling_back', 'already_approved', 'already_so'];

/** Whether it still has to be said that nothing was changed (R9). */
function untouched({ code: reason }: Refusal, said: string): boolean {
  return !DONE_BEFORE.includes(reason) && !/[Nn]othing was|not touched/.test(said);
}

/** Something broke that is not the person's fault (R9): what failed, was the database touched, what to do now. */
export function troubleMessage(id: string): Message {
  const text = `Offpeak could not finish that. The database was not touched by it; the card shows whether it was recorded. Look there, then try again, or use the terminal: offpeak status. Error id ${id}.`;
  return { text, blocks: [section(`⚠️ ${text.replace(id, code(id))}`)] };
}

/** A plain answer to one person. */
export function note(text: string): Message {
  return { text, blocks: [section(text)] };
}
