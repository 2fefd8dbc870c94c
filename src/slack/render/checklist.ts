import type { KnownBlock } from '@slack/types';
import { openItems } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { HUMAN_ITEMS, ITEM_QUESTIONS, ITEM_TITLES, itemState, MACHINE_ITEMS, type HumanItem, type ItemKey } from '../../domain/items.ts';
import { OPEN, type Run } from '../../domain/run.ts';
import { button, context, section, type Message } from './block-kit.ts';
import { countedAt, readyLine } from './gate-lines.ts';
import { ITEM_WORDS, runName } from './state-words.ts';
import { phrase, timeOf, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** Machine lines go into two sections; together they would not fit into one. */
const HALF = Math.ceil(MACHINE_ITEMS.length / 2);

/** The checklist in the thread: one line per item. Machines fill theirs; people confirm theirs (R3). */
export function checklist(view: RunView): Message {
  const { run } = view;
  const at = countedAt(view);
  const machine = MACHINE_ITEMS.map((item) => machineLine(run, item, at));
  const ready = openItems(run, at).length === 0;
  const lock = OPEN.includes(run.state) && !ready ? '🔒 Start is locked' : ready ? '🔓 Every line passes' : 'As it stood at the start';
  return {
    text: `Checklist of run ${runName(run)}: ${readyLine(view)}.`,
    blocks: [
      section(`*Checklist* · ${lock}: ${readyLine(view)}`),
      ...HUMAN_ITEMS.map((item) => humanLine(run, item, at)),
      section(machine.slice(0, HALF).join('\n')),
      section(machine.slice(HALF).join('\n')),
      context('People confirm four lines; the others fill themselves and are read again before they expire.'),
    ],
  };
}

function machineLine(run: Run, item: ItemKey, at: Instant): string {
  const evidence = run.evidence[item];
  const { emoji, word } = ITEM_WORDS[itemState(evidence, at)];
  if (evidence === undefined) return `${emoji} *${ITEM_TITLES[item]}* · ${word}`;
  const limit = evidence.limit === '' ? '' : ` (limit ${phrase(evidence.limit, 60)})`;
  return `${emoji} *${ITEM_TITLES[item]}* · ${word} · ${phrase(evidence.value, 140)}${limit} · ${phrase(evidence.source.replace(/https?:\/\/[^/\s]+/, ''), 60)} ${timeOf(evidence.at)}`;
}

function humanLine(run: Run, item: HumanItem, at: Instant): KnownBlock {
  const evidence = run.evidence[item];
  const state = itemState(evidence, at);
  const { emoji, word } = ITEM_WORDS[state];
  const open = OPEN.includes(run.state) && run.state !== 'planned';
  const head = `${emoji} *${ITEM_TITLES[item]}* · ${word}`;
  if (evidence === undefined || state === 'expired') {
    const accessory = open ? button(run, 'confirm_item', { item }) : undefined;
    return section(`${head}\n${ITEM_QUESTIONS[item]}`, accessory);
  }
  const accessory = open ? button(run, 'withdraw_item', { item }) : undefined;
  return section(`${head} · ${who(evidence.actor)} ${when(evidence.at)}\n“${phrase(evidence.value, 300)}”`, accessory);
}
