import type { HumanCommand } from '../../domain/commands.ts';
import type { Instant } from '../../domain/instant.ts';
import { linesOf } from '../../domain/checklist.ts';
import { titleOf } from '../../domain/items.ts';
import type { Actor } from '../../domain/people.ts';
import { refusalParts, type Refusal } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { whoRollsBack } from './alert-words.ts';
import { actions, context, section, type Message } from './block-kit.ts';
import { scheduleAt } from './buttons.ts';
import { cut } from './limits.ts';
import { code, codeBlock, escape, link, stopped, utc, when } from './text.ts';

/** Who asked for what, and the address of the run's card: what a refusal can say beside its reason. */
export type Asked = { readonly actor: Actor; readonly command: HumanCommand['type'] | 'plan'; readonly card: string | null };

/**
 * Only its person sees it: what was refused, whether anything was changed, what to do now, and where the current card is (R5, R9).
 * A closed window comes with the button that schedules the moment it names.
 */
export function refusalMessage(refusal: Refusal, run: Run | null, asked: Asked | null = null): Message {
  // The sentence is ours but what it quotes is not: escape first, then write the date tokens into their places.
  const moments: string[] = [];
  const { lead, quoted, end } = said(refusal, { run, asked }, (instant) => `⟦${moments.push(when(instant)) - 1}⟧`);
  const sentence = escape(cut(`${lead} ${end}`.trim(), 2500)).replaceAll(/⟦(\d+)⟧/g, (_, index) => moments[Number(index)] ?? '');
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
  const { lead, quoted, end } = said(refusal, { run, asked }, utc);
  return cut([lead, ...quoted, end].filter((part) => part !== '').join('\n\n'), 2000);
}

type Known = { readonly run: Run | null; readonly asked: Asked | null };

/** What is wrong, the lines of a file that show it, and what is said below them. */
type Said = { readonly lead: string; readonly quoted: readonly string[]; readonly end: string };

function said(refusal: Refusal, known: Known, at: (instant: Instant) => string): Said {
  const [reason = '', ...others] = refusalParts(refusal, at);
  if (refusal.code === 'migrations_unreadable') return unquoted(reason, others);
  const why = [reason, since(refusal, known.run, at), ownPlan(refusal, known)];
  return { lead: [...why, ...hinted(refusal, others, known.run)].filter((sentence) => sentence !== '').join(' '), quoted: [], end: '' };
}

function unquoted(detail: string, others: readonly string[]): Said {
  const [lead = '', ...quoted] = detail.split('\n\n');
  const below = quoted.at(-1)?.startsWith('The database was not touched.') === true ? [quoted.pop() ?? ''] : others;
  return { lead: stopped(lead), quoted, end: below.join(' ') };
}

/** A button that comes too late: since when the run is what it is (R5). */
function since(refusal: Refusal, run: Run | null, at: (instant: Instant) => string): string {
  if (refusal.code !== 'wrong_state' || run === null) return '';
  if (run.end !== null) return `It ended ${at(run.end.at)}.`;
  if (run.rollback !== null) return `${whoRollsBack(run.rollback.by)} ${at(run.rollback.at)}.`;
  if (run.started !== null) return `@${run.started.by.name} started it ${at(run.started.at)}.`;
  return run.scheduledFor === null ? '' : `It is scheduled for ${at(run.scheduledFor)}.`;
}

/** Both reasons, where both hold: getting the role would not help the one who asked for the plan. */
function ownPlan(refusal: Refusal, { run, asked }: Known): string {
  const own = refusal.code === 'not_permitted' && asked?.command === 'approve' && asked.actor.id === run?.requester.id;
  return own ? 'And you asked for this plan yourself, so your approval would not count with any role.' : '';
}

/** Expired machine lines come back by themselves; nobody has to do anything but wait. */
function hinted(refusal: Refusal, others: readonly string[], run: Run | null): readonly string[] {
  if (refusal.code !== 'items_open' || run === null) return others;
  const machine = linesOf(run.plan).filter(({ kind }) => kind === 'machine');
  const alone = refusal.items.every((item) => machine.some(({ key }) => item === `${titleOf(key)} (expired)`));
  return alone ? [...others.slice(0, -1), 'They are read again now: press again in a few seconds.'] : others;
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
