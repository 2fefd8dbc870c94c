import type { Run } from '../../domain/run.ts';
import { actions, button, section, type Message } from './block-kit.ts';
import { remainingLine, resultLine } from './ended-card.ts';
import { HOLD_WORDS } from './step-words.ts';
import { runName } from './state-words.ts';
import { mention, phrase, stopped, timeOf, when, who } from './text.ts';

/** The channel hears once that a run was started (R1). */
export function startedNotice(run: Run): Message | null {
  if (run.started === null) return null;
  const { by, at } = run.started;
  const text = `Started: run ${runName(run)}, by @${phrase(by.name, 60)}. Next: follow the card above.`;
  return { text, blocks: [section(`⏳ *${who(by)} started* ${runName(run)} at ${timeOf(at)}. The card above follows it.`)] };
}

/** The one message that rings everybody who is here (R13): the database stands between two schemas and somebody has to act. */
export function rollbackFailedNotice(run: Run): Message | null {
  if (run.state !== 'rollback_failed' || run.end === null) return null;
  const { at, detail } = run.end;
  const lines = [
    `🚨 <!here> *Rollback failed* · ${runName(run)}`,
    `${resultLine(run)} It stopped at ${timeOf(at)}: ${phrase(detail, 600)}`,
    remainingLine(run),
    '*Next:* mend what it says, then press *Roll back now* on the card to try again.',
  ].filter((line) => line !== '');
  return {
    text: `Rollback failed: run ${runName(run)}. ${resultLine(run)} Next: mend what stopped it, then press Roll back now on the card.`,
    blocks: [section(lines.join('\n')), ...actions([button(run, 'open_report')])],
  };
}

/** A run that holds needs somebody, and an edited card rings nobody: one reply per hold, without buttons, because it stays as it is. */
export function holdNotice(run: Run): Message | null {
  if (run.holding === null) return null;
  const { reason, detail, since } = run.holding;
  const { title, next } = HOLD_WORDS[reason];
  const watcher = run.watcher === null ? '' : `${mention(run.watcher.actor)} `;
  return {
    text: `Holding: run ${runName(run)}. ${title}. ${stopped(phrase(detail, 300))} Next: ${next}`,
    blocks: [section(`✋ ${watcher}*Holding* ${when(since)}: ${title}. ${phrase(detail, 600)}\n${next} The buttons are on the card.`)],
  };
}
