import type { Run } from '../../domain/run.ts';
import { section, type Message } from './block-kit.ts';
import { HOLD_WORDS } from './step-words.ts';
import { runName } from './state-words.ts';
import { mention, phrase, timeOf, when, who } from './text.ts';

/** The channel hears once that a run was started (R1). */
export function startedNotice(run: Run): Message | null {
  if (run.started === null) return null;
  const { by, at } = run.started;
  const text = `Run ${runName(run)} was started by @${phrase(by.name, 60)}; the card is above.`;
  return { text, blocks: [section(`⏳ *${who(by)} started* ${runName(run)} at ${timeOf(at)}. The card above follows it.`)] };
}

/** A run that holds needs somebody, and an edited card rings nobody: one reply per hold, without buttons, because it stays as it is. */
export function holdNotice(run: Run): Message | null {
  if (run.holding === null) return null;
  const { reason, detail, since } = run.holding;
  const { title, next } = HOLD_WORDS[reason];
  const watcher = run.watcher === null ? '' : `${mention(run.watcher.actor)} `;
  return {
    text: `Run ${runName(run)} holds: ${title}. ${phrase(detail, 300)}`,
    blocks: [section(`✋ ${watcher}*Holding* ${when(since)}: ${title}. ${phrase(detail, 600)}\n${next} The buttons are on the card.`)],
  };
}
