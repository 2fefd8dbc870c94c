import type { KnownBlock, ModalView } from '@slack/types';
import { waivableItems } from '../../domain/checklist.ts';
import { millis, type Instant } from '../../domain/instant.ts';
import { shortDigest } from '../../domain/digest.ts';
import { questionOf, type ItemKey, titleOf } from '../../domain/items.ts';
import { classOf, classWords } from '../../domain/plan-class.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Person } from '../../domain/people.ts';
import type { Run } from '../../domain/run.ts';
import { CALLBACKS, LINE, MOMENT, NOTE, writeReference } from '../actions.ts';
import { context, plain, section } from './block-kit.ts';
import { cut, LIMITS } from './limits.ts';
import { newIssueBlocks } from './new-issues.ts';
import { statementLines } from './report.ts';
import { runName } from './state-words.ts';
import { code, escape, when } from './text.ts';

/** Asks for the evidence of one human line. */
export function confirmItemModal(run: Run, item: ItemKey): ModalView {
  return asking(run, {
    callback: CALLBACKS.confirmItem,
    extra: item,
    title: 'Confirm',
    submit: 'Confirm',
    lead: `*${titleOf(item)}* · ${runName(run)}`,
    question: questionOf(item),
  });
}

/** Asks which open line may stay open, and why (R35); null when none may. */
export function waiveModal(run: Run, now: Instant, people: readonly Person[] = []): ModalView | null {
  const options = waivableItems(run, now, people)
    .slice(0, 100)
    .map((item) => ({ text: plain(titleOf(item), 75), value: item }));
  if (options.length === 0) return null;
  const reason = asking(run, {
    callback: CALLBACKS.waive,
    extra: '',
    title: 'Waive a line',
    submit: 'Waive',
    lead: `*${runName(run)}*\nA waived line does not pass: it may stay open, for this plan and for ${inWords(run.plan.timing.humanEvidenceMs)}. It stands on the card with your name and your reason. Whoever asked for the plan cannot waive.`,
    question: 'Why may it stay open? Everybody in the channel reads it.',
  });
  const [lead, ...question] = reason.blocks;
  const which: KnownBlock = {
    type: 'input',
    block_id: LINE.block,
    label: plain('Which line?', 2000),
    element: { type: 'static_select', action_id: LINE.action, options },
  };
  return { ...reason, blocks: [...(lead === undefined ? [] : [lead]), which, ...question] };
}

/** Asks why a trivial plan is tried out first all the same; nothing lowers the class again (R7). */
export function raiseModal(run: Run): ModalView {
  return asking(run, {
    callback: CALLBACKS.raise,
    extra: '',
    title: 'Raise the class',
    submit: 'Raise it',
    lead: `*${runName(run)}* is ${escape(classWords(classOf(run)))}.\nRaised, it needs a staging run like any other plan, and nobody can lower it again. Nothing is changed on ${escape(run.target)}.`,
    question: 'Why should it be tried out first? Everybody in the channel reads it.',
  });
}

/** Asks why the plan is rejected; the run is cancelled with it. */
export function rejectModal(run: Run): ModalView {
  return asking(run, {
    callback: CALLBACKS.reject,
    extra: '',
    title: 'Reject the plan',
    submit: 'Reject',
    lead: `${runName(run)} · digest ${code(shortDigest(run.digest))}\nRejecting cancels the run. Nothing was changed on ${escape(run.target)}.`,
    question: 'Why? Everybody in the channel reads it.',
  });
}

/** Asks once more before a run is given up; the ⋯ menu has no dialog of its own for one choice. */
export function cancelModal(run: Run): ModalView {
  return {
    ...frame(run, { callback: CALLBACKS.cancel, title: 'Cancel the run', submit: 'Cancel the run' }),
    blocks: [
      section(
        `*${runName(run)}*\nNothing was changed on ${escape(run.target)}. Checklist and approvals of this run are over; a new plan starts afresh.`,
      ),
    ],
  };
}

/** Asks for the moment of the first write; the reader chooses in their own zone. `suggested` is the next moment that fits. */
export function scheduleModal(run: Run, suggested: Instant | null): ModalView {
  const initial = suggested ?? run.scheduledFor;
  const now = run.scheduledFor === null ? '' : `Scheduled for ${when(run.scheduledFor)}. `;
  return {
    ...frame(run, { callback: CALLBACKS.schedule, title: 'Reschedule', submit: 'Schedule' }),
    blocks: [
      section(`*${runName(run)}*\n${now}The gates and the window are asked again for the moment you choose; until then nothing changes.`),
      {
        type: 'input',
        block_id: MOMENT.block,
        label: plain('First write, in your own time zone', 2000),
        element: {
          type: 'datetimepicker',
          action_id: MOMENT.action,
          ...(initial === null ? {} : { initial_date_time: Math.floor(millis(initial) / 1000) }),
        },
      },
    ],
  };
}

/** What a window says when what was submitted in it is refused and it has no line to say it under. */
export function answerModal(title: string, words: string): ModalView {
  return reading(title, [section(words)]);
}

type Question = { callback: string; extra: string; title: string; submit: string; lead: string; question: string };

/** One question, answered in a sentence or more. */
export function asking(run: Run, words: Question): ModalView {
  return {
    ...frame(run, words),
    blocks: [
      section(words.lead),
      {
        type: 'input',
        block_id: NOTE.block,
        label: plain(words.question, 2000),
        element: {
          type: 'plain_text_input',
          action_id: NOTE.action,
          multiline: true,
          min_length: 1,
          max_length: 2000,
          focus_on_load: true,
        },
      },
    ],
  };
}

type Frame = { callback: string; extra?: string; title: string; submit: string };

/** What every submitted window has: whose it is, and its two buttons. */
export function frame(run: Run, { callback, extra = '', title, submit }: Frame): Omit<ModalView, 'blocks'> {
  return {
    type: 'modal',
    callback_id: callback,
    private_metadata: writeReference({ runId: run.id, version: run.version, extra }),
    title: plain(title, LIMITS.viewTitle),
    submit: plain(submit, LIMITS.viewTitle),
    close: plain('Back', LIMITS.viewTitle),
  };
}

/** The long form of the report: every unit, every event. `history` is one line per event, oldest first, ready to read. */
export function reportModal(run: Run, history: readonly string[]): ModalView {
  const units = statementLines(run);
  const blocks = [
    section(`*${runName(run)}* · digest ${code(run.digest, 64)}`),
    ...chunks(units.length === 0 ? ['Nothing was executed.'] : units, '*Statements*'),
    ...newIssueBlocks(run),
    ...chunks(history, '*Everything that happened*'),
  ];
  const kept = blocks.slice(0, LIMITS.viewBlocks - 1);
  const left = blocks.length - kept.length;
  return reading('Report', left > 0 ? [...kept, context('The rest is too long for Slack: offpeak history at the terminal.')] : kept);
}

/** Lines under a heading, in as many sections as they need. */
function chunks(lines: readonly string[], heading: string): readonly KnownBlock[] {
  const texts: string[] = [];
  let text = heading;
  for (const line of lines.map((entry) => cut(entry, 1000))) {
    if (text.length + line.length + 1 > LIMITS.section) {
      texts.push(text);
      text = line;
    } else text = `${text}\n${line}`;
  }
  return [...texts, text].map((entry) => section(entry));
}

function reading(title: string, blocks: readonly KnownBlock[]): ModalView {
  return { type: 'modal', title: plain(title, LIMITS.viewTitle), close: plain('Close', LIMITS.viewTitle), blocks: [...blocks] };
}
