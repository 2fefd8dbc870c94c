import type { ModalView } from '@slack/types';
import { lineOf } from '../../domain/checklist.ts';
import type { Person } from '../../domain/people.ts';
import { priceWords } from '../../domain/price.ts';
import { needsLessons } from '../../domain/problem.ts';
import { predictedRollbackMs, rollbackProved } from '../../domain/proof.ts';
import { predictedRestoreMs } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import type { RunView } from '../../usecases/status.ts';
import { CALLBACKS } from '../actions.ts';
import { actions, button, section, type Message } from './block-kit.ts';
import { resultLine } from './ended-card.ts';
import { asking } from './modals.ts';
import { runName } from './state-words.ts';
import { atMost, code, mention, phrase, when, who } from './text.ts';

/** What somebody saw, what the checks say, and the ladder with the price of each rung (R81–R84). Null when nobody reported anything. */
export function problemMessage(view: RunView): Message | null {
  const { run } = view;
  const { problemReport } = run;
  if (problemReport === null) return null;
  const { by, at, words, failures } = problemReport;
  const found =
    failures === null
      ? '🔎 The data and the application are being checked.'
      : failures.length === 0
        ? '✅ The checks find nothing: validation, smoke tests and health pass.'
        : `❌ The checks find: ${phrase(failures.join('; '), 700)}`;
  const ladder = run.state === 'holding' ? ['', ...rungs(view)] : [];
  return {
    text: `Problem reported by @${phrase(by.name, 60)}: run ${runName(run)}. ${phrase(words, 300)} Next: decide on the card.`,
    blocks: [section([`🩺 *${who(by)} sees a problem* ${when(at)}: ${phrase(words, 800)}`, found, ...ladder].join('\n'))],
  };
}

/** The ways on, the cheapest first, each with what it costs and takes. */
function rungs({ run, price = null }: RunView): readonly string[] {
  const proved = run.rehearsal !== null && rollbackProved(run.rehearsal) ? 'proved by the rehearsal' : 'NOT proved';
  const takes = run.rehearsal === null ? '' : `, ${atMost(predictedRollbackMs(run.rehearsal))}`;
  const cost = price === null ? 'what is lost is not known' : priceWords(price);
  const restoreMs = predictedRestoreMs(run);
  const restore = restoreMs === null ? 'time not measured' : atMost(restoreMs);
  return [
    '*The ways on*, with the buttons of the card:',
    '• *Resume*: it is no problem, or it is mended.',
    `• *Roll back now*: the down scripts, ${proved}; ${cost}${takes}.`,
    `• *Restore…*: a backup beside, then switched; everything written since is lost, and counted before you ask; ${restore}. Two people.`,
  ];
}

/** What became of it, in the channel, for those who were told of the change (R87, R88). Null while it is open. */
export function resolvedMessage(run: Run, people: readonly Person[]): Message | null {
  if (run.end === null || (run.state !== 'restored' && run.problemReport === null) || run.state === 'rollback_failed') return null;
  const told = people.filter(({ id }) => lineOf(run.plan, 'stakeholders')?.people?.includes(id)).map((person) => mention(person));
  const reported = run.problemReport === null ? '' : ` reported by ${who(run.problemReport.by)}`;
  const learned =
    run.lessons === null
      ? '*Next:* write down what was learned; until then the run stays open.'
      : `📓 ${who(run.lessons.by)} learned: ${phrase(run.lessons.text, 800)}`;
  return {
    text: `Resolved: the problem of run ${runName(run)}. ${resultLine(run)} Next: ${run.lessons === null ? 'write down what was learned' : 'nothing to do'}.`,
    blocks: [
      section(
        [
          `☑️ *The problem${reported} is over* · ${runName(run)}${told.length === 0 ? '' : ` · ${told.join(' ')}`}`,
          resultLine(run),
          learned,
        ].join('\n'),
      ),
      ...actions(needsLessons(run) ? [button(run, 'write_lessons', { style: 'primary' })] : []),
    ],
  };
}

/** Asks what is seen; the run holds with it. */
export function reportProblemModal(run: Run): ModalView {
  return asking(run, {
    callback: CALLBACKS.reportProblem,
    extra: '',
    title: 'Report a problem',
    submit: 'Report',
    lead: `*${runName(run)}*\nThe run holds, or is open again; data and application are checked at once, and the thread shows the ways back with their price. For thirty minutes after the first write; later call whoever is on call.`,
    question: 'What do you see, where, since when?',
  });
}

/** Asks what was learned; without it the run stays open (R89). */
export function lessonsModal(run: Run): ModalView {
  return asking(run, {
    callback: CALLBACKS.lessons,
    extra: '',
    title: 'Close with lessons',
    submit: 'Close the run',
    lead: `*${runName(run)}* · ${code(run.state.replace('_', ' '))}`,
    question: 'What was learned? What will be done otherwise next time?',
  });
}
