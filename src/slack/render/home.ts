import type { HomeView, KnownBlock } from '@slack/types';
import type { Instant } from '../../domain/instant.ts';
import { needsLessons } from '../../domain/problem.ts';
import type { Backup } from '../../domain/proof.ts';
import type { Run } from '../../domain/run.ts';
import { touched, WORKING } from '../../domain/run.ts';
import { judgeWindow, type Window } from '../../domain/window.ts';
import { context, header, section } from './block-kit.ts';
import { rollBackButton } from './buttons.ts';
import { freezeLines } from './countdown.ts';
import { cutLines } from './limits.ts';
import { runHeader } from './state-words.ts';
import { code, count, link, peakHours, phrase, when, who } from './text.ts';

/** What waits for the person who looks. */
export type Waiting = { readonly run: Run; readonly what: string };

/** How the parts of Offpeak are, as far as this process knows. */
export type Health = {
  /** Open connections to Slack, or listening ports. */
  readonly connections: number;
  /** Why Slack takes no messages; null while it does. */
  readonly trouble: string | null;
  /** When a worker last said that it lives; null for never. */
  readonly workerSeen: Instant | null;
  readonly workerLate: boolean;
  readonly version: string;
};

/** Everything the Home tab shows, for one person. */
export type Known = {
  readonly now: Instant;
  readonly active: readonly Run[];
  readonly waiting: readonly Waiting[];
  readonly recent: readonly Run[];
  readonly targets: readonly { readonly name: string; readonly window: Window; readonly backup: Backup | null }[];
  /** Address of the card of a run, by its id. */
  readonly cards: ReadonlyMap<string, string>;
  readonly health: Health;
};

/** Open runs that are shown one by one; more are only counted. */
const SHOWN = 10;
/** Freezes this far ahead are shown, so that nobody plans into one. */
const FREEZE_DAYS = 60;

/** The App Home (R12): what runs, what waits for you, when forward work is allowed, what was, and how Offpeak is. At most 60 blocks. */
export function home(known: Known): HomeView {
  const { active, waiting, recent, targets } = known;
  const now =
    active.length === 0
      ? [section('No run is open. `/migrate plan` makes one.')]
      : active.slice(0, SHOWN).map((run) => activeLine(run, known));
  const more = active.length > SHOWN ? [context(`and ${active.length - SHOWN} more: offpeak status`)] : [];
  const yours = waiting.map(({ run, what }) => `• #${run.number} ${phrase(run.target, 60)}: ${what}`);
  return {
    type: 'home',
    blocks: [
      header('Now'),
      ...now,
      ...more,
      header('Waiting for you'),
      section(listed(yours, 'Nothing.')),
      header('Next windows'),
      section(
        listed(
          targets.flatMap((target) => [windowLine(target, known), ...freezeLines(target.window, known.now, FREEZE_DAYS)]),
          'No target is configured.',
        ),
      ),
      header('Last ten runs'),
      section(listed(recent.slice(0, 10).map(pastLine), 'None yet.')),
      header('Health'),
      section(healthLines(known).join('\n')),
      context('Kept current for a day after you opened this tab; the card in the channel is always current.'),
    ],
  };
}

/** When the ledger does not answer, nothing else is known (R9). */
export function homeTrouble(): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Offpeak cannot read its ledger'),
      section(
        '🚨 *The ledger does not answer*, so nothing here would be current. Nothing was changed by looking. A run that works goes on by its plan; `offpeak doctor` at the terminal says what is wrong.',
      ),
    ],
  };
}

function listed(lines: readonly string[], none: string): string {
  return lines.length === 0 ? none : cutLines(lines, { max: 2900, rest: (left) => `and ${left} more` });
}

function activeLine(run: Run, { cards }: Known): KnownBlock {
  const detail = run.holding === null ? `asked for by ${who(run.requester)} ${when(run.plan.plannedAt)}` : phrase(run.holding.detail, 300);
  const card = cards.get(run.id);
  const accessory = WORKING.includes(run.state) || run.state === 'rollback_failed' ? rollBackButton({ run }) : undefined;
  return section(`*${runHeader(run)}*\n${detail}${card === undefined ? '' : ` · ${link(card, 'card')}`}`, accessory);
}

/** `acme: open until …`, and what is scheduled for it. */
function windowLine({ name, window }: Known['targets'][number], { now, active }: Known): string {
  const verdict = judgeWindow(window, now, 0);
  const open = verdict.open ? 'open now' : `opens ${verdict.next === null ? 'not within eight days' : when(verdict.next)}`;
  const scheduled = active.find((run) => run.target === name && run.scheduledFor !== null && run.state === 'scheduled');
  const first = scheduled?.scheduledFor ?? null;
  return `• *${phrase(name, 60)}* ${open} · never ${peakHours(window)}${first === null ? '' : ` · #${scheduled?.number} begins ${when(first)}`}`;
}

function pastLine(run: Run): string {
  const ended = run.end === null ? '' : ` · ${when(run.end.at)}`;
  return `• ${runHeader(run)}${ended}${touched(run) ? '' : ' · database not touched'}${needsLessons(run) ? ' · open until what was learned is written' : ''}`;
}

/** A word beside every mark, and what to do where something is wrong. */
function healthLines({ health, targets }: Known): readonly string[] {
  const { connections, trouble, workerSeen, workerLate, version } = health;
  const slack =
    trouble !== null
      ? `⚠️ *Slack* takes no messages: ${code(trouble, 60)}. Runs go on; \`offpeak status\` shows them`
      : connections === 0
        ? '⚠️ *Slack* no connection: clicks do not arrive. Runs go on'
        : `✅ *Slack* connected (${count(connections, 'connection')})`;
  const worker =
    workerSeen === null
      ? '⚠️ *Worker* none has ever reported: nothing will be executed. Start one: `offpeak worker`'
      : workerLate
        ? `⚠️ *Worker* no news since ${when(workerSeen)}: nothing is executed. Look at its log, or start one: \`offpeak worker\``
        : '✅ *Worker* alive';
  const backups = targets.map(({ name, backup }) =>
    backup === null
      ? `▫️ *Backup of ${phrase(name, 60)}* none by Offpeak yet`
      : `✅ *Backup of ${phrase(name, 60)}* ${code(backup.id)} taken ${when(backup.finishedAt)}`,
  );
  return [slack, '✅ *Ledger* answers', worker, ...backups.slice(0, 10), `ℹ️ *Version* ${phrase(version, 40)}`];
}
