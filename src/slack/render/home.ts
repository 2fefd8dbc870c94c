import type { HomeView, KnownBlock } from '@slack/types';
import type { Run } from '../../domain/run.ts';
import { touched, WORKING } from '../../domain/run.ts';
import { context, header, section } from './block-kit.ts';
import { rollBackButton } from './buttons.ts';
import { runHeader } from './state-words.ts';
import { phrase, when, who } from './text.ts';

/** What waits for the person who looks. */
export type Waiting = { readonly run: Run; readonly what: string };

/** The App Home (R12): what runs, what waits for you, what was. */
export function home(known: {
  readonly active: readonly Run[];
  readonly waiting: readonly Waiting[];
  readonly recent: readonly Run[];
}): HomeView {
  const { active, waiting, recent } = known;
  const now = active.length === 0 ? [section('No run is open. `/migrate plan` makes one.')] : active.slice(0, 10).map(activeLine);
  const yours = waiting.map(({ run, what }) => `• #${run.number} ${phrase(run.target, 60)}: ${what}`);
  const past = recent.slice(0, 10).map(pastLine);
  return {
    type: 'home',
    blocks: [
      header('Now'),
      ...now,
      header('Waiting for you'),
      section(yours.length === 0 ? 'Nothing.' : yours.slice(0, 20).join('\n')),
      header('Last ten runs'),
      section(past.length === 0 ? 'None yet.' : past.join('\n')),
      context('Drawn when you opened this tab; the card in the channel is always current.'),
    ],
  };
}

function activeLine(run: Run): KnownBlock {
  const detail = run.holding === null ? `asked for by ${who(run.requester)} ${when(run.plan.plannedAt)}` : phrase(run.holding.detail, 300);
  const accessory = WORKING.includes(run.state) ? rollBackButton(run) : undefined;
  return section(`*${runHeader(run)}*\n${detail}`, accessory);
}

function pastLine(run: Run): string {
  const ended = run.end === null ? '' : ` · ${when(run.end.at)}`;
  return `• ${runHeader(run)}${ended}${touched(run) ? '' : ' · database not touched'}`;
}
