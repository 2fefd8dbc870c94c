import { alertRulesOf } from '../../domain/ladder.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Run } from '../../domain/run.ts';
import { actions, button, section, type Message } from './block-kit.ts';
import { remainingLine, resultLine } from './ended-card.ts';
import { beforeAfter } from './metrics.ts';
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
  const { at, detail, of } = run.end;
  const what = of === 'restore' ? 'The restore failed' : 'Rollback failed';
  const lines = [
    `🚨 <!here> *${what}* · ${runName(run)}`,
    `${resultLine(run)} It stopped at ${timeOf(at)}: ${phrase(detail, 600)}`,
    remainingLine(run),
    '*Next:* mend what it says, then press *Roll back now* on the card to try again.',
  ].filter((line) => line !== '');
  return {
    text: `${what}: run ${runName(run)}. ${resultLine(run)} Next: mend what stopped it, then press Roll back now on the card.`,
    blocks: [section(lines.join('\n')), ...actions([button(run, 'open_report')])],
  };
}

/** A source that went dark is said once, with what follows from it (F49). */
export function lostNotices(run: Run): readonly { readonly key: string; readonly message: Message }[] {
  if (run.end !== null) return [];
  const { unknownHoldMs } = alertRulesOf(run.plan);
  return Object.entries(run.lost).map(([source, { since, detail }]) => {
    const why = detail === '' ? '' : ` ${stopped(phrase(detail, 300))}`;
    const next = `Until it can be read, nothing is called well and the observation lasts longer; after ${inWords(unknownHoldMs)} the run holds and asks.`;
    const name = phrase(source, 80);
    return {
      key: `lost:${source}:${since}`,
      message: {
        text: `${name} cannot be read: run ${runName(run)}.${why} ${next}`,
        blocks: [
          section(`❔ *${name} cannot be read* since ${timeOf(since)} · ${runName(run)}\n${why === '' ? '' : `${why.trim()} `}${next}`),
        ],
      },
    };
  });
}

/** After a rollback somebody wants to know when they may go to bed (R80). */
export function recoveryNotice(run: Run): Message | null {
  if (run.recovery === null || run.end === null) return null;
  const { at, after, detail } = run.recovery;
  if (after === null) {
    const next = 'Look at the application yourself; nobody watches it for this run any more.';
    return {
      text: `Not recovered: run ${runName(run)}. ${stopped(phrase(detail, 300))} ${next}`,
      blocks: [section(`⚠️ *Not recovered* · ${runName(run)}\n${stopped(phrase(detail, 600))} ${next}`)],
    };
  }
  const lasted = inWords(alertRulesOf(run.plan).recoveredMs);
  const lines = beforeAfter(run.baseline, after).join('\n');
  return {
    text: `Recovered: run ${runName(run)}. Every signal has been well for ${lasted}. Nothing to do.`,
    blocks: [
      section(`✅ *Recovered* at ${timeOf(at)} · ${runName(run)}\nEvery signal has been well for ${lasted}. Nothing to do.\n${lines}`),
    ],
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
