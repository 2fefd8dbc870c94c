import type { KnownBlock } from '@slack/types';
import { openItems } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { HUMAN_ITEMS, ITEM_QUESTIONS, ITEM_TITLES, itemState, MACHINE_ITEMS, type HumanItem, type ItemKey } from '../../domain/items.ts';
import { inPreparation, OPEN, type Run } from '../../domain/run.ts';
import { button, context, section, type Message } from './block-kit.ts';
import { countedAt, readyLine } from './gate-lines.ts';
import { cutLines } from './limits.ts';
import { ITEM_WORDS, runName } from './state-words.ts';
import { count, phrase, timeOf, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** Machine lines in one section: at their longest, four fit. */
const LINES = 4;
/** How much of a reading is shown: one that passes needs no explanation, and one that does not needs all of it. */
const SHORT = 140;
const LONG = 320;

/** The checklist in the thread: one line per item. Machines fill theirs; people confirm theirs (R3). */
export function checklist(view: RunView): Message {
  const { run } = view;
  const at = countedAt(view);
  const machine = MACHINE_ITEMS.map((item) => machineLine(run, item, at));
  const parts = Array.from({ length: Math.ceil(machine.length / LINES) }, (_, part) => machine.slice(part * LINES, (part + 1) * LINES));
  const ready = openItems(run, at).length === 0;
  const lock = ready ? '🔓 Every line passes' : lockOf(run);
  return {
    text: `Checklist of run ${runName(run)}: ${readyLine(view)}. Next: ${ready ? 'nothing to do here' : 'people confirm their lines; machines fill theirs'}.`,
    blocks: [
      section(`*Checklist* · ${lock}: ${readyLine(view)}`),
      ...HUMAN_ITEMS.map((item) => humanLine(run, item, at)),
      ...parts.map((lines) => section(lines.join('\n'))),
      context('People confirm four lines; the others fill themselves and are read again before they expire.'),
    ],
  };
}

/** What open lines mean where the run stands. */
function lockOf(run: Run): string {
  if (OPEN.includes(run.state)) return '🔒 Start is locked';
  return inPreparation(run) ? '🔒 The first write is locked' : 'As it stood at the first write';
}

function machineLine(run: Run, item: ItemKey, at: Instant): string {
  const evidence = run.evidence[item];
  const state = itemState(evidence, at);
  const { emoji, word } = ITEM_WORDS[state];
  if (evidence === undefined) return `${emoji} *${ITEM_TITLES[item]}* · ${word}`;
  const limit = evidence.limit === '' ? '' : ` (limit ${phrase(evidence.limit, 60)})`;
  const source = `${limit} · ${phrase(evidence.source.replace(/https?:\/\/[^/\s]+/, ''), 60)} ${timeOf(evidence.at)}`;
  const [first = '', ...others] = evidence.value.split('\n').filter((line) => line.trim() !== '');
  const head = `${emoji} *${ITEM_TITLES[item]}* · ${word} · `;
  if (state === 'pass' || others.length === 0) return `${head}${phrase(evidence.value, state === 'pass' ? SHORT : LONG)}${source}`;
  const below = cutLines(
    others.map((line) => `> ${phrase(line, SHORT)}`),
    { max: LONG, rest: (left) => `> and ${count(left, 'line')} more` },
  );
  return `${head}${phrase(first, SHORT)}${source}\n${below}`;
}

function humanLine(run: Run, item: HumanItem, at: Instant): KnownBlock {
  const evidence = run.evidence[item];
  const state = itemState(evidence, at);
  const { emoji, word } = ITEM_WORDS[state];
  const open = OPEN.includes(run.state) && run.state !== 'planned';
  // What expires on the way to the first write can still be confirmed again; withdrawing would only stop the run.
  const asks = open || inPreparation(run);
  const head = `${emoji} *${ITEM_TITLES[item]}* · ${word}`;
  if (evidence === undefined || state === 'expired') {
    const accessory = asks ? button(run, 'confirm_item', { item }) : undefined;
    return section(`${head}\n${ITEM_QUESTIONS[item]}`, accessory);
  }
  const accessory = open ? button(run, 'withdraw_item', { item }) : undefined;
  return section(`${head} · ${who(evidence.actor)} ${when(evidence.at)}\n“${phrase(evidence.value, 300)}”`, accessory);
}
