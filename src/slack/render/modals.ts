import type { KnownBlock, ModalView } from '@slack/types';
import { shortDigest } from '../../domain/digest.ts';
import { ITEM_QUESTIONS, ITEM_TITLES, type HumanItem } from '../../domain/items.ts';
import type { Script } from '../../domain/plan.ts';
import type { Run } from '../../domain/run.ts';
import { CALLBACKS, NOTE, writeReference } from '../actions.ts';
import { context, plain, section } from './block-kit.ts';
import { cut, LIMITS } from './limits.ts';
import { statementLines } from './report.ts';
import { runName } from './state-words.ts';
import { code, codeBlock, escape } from './text.ts';

/** Asks for the evidence of one human line. */
export function confirmItemModal(run: Run, item: HumanItem): ModalView {
  return asking(run, {
    callback: CALLBACKS.confirmItem,
    extra: item,
    title: 'Confirm',
    submit: 'Confirm',
    lead: `*${ITEM_TITLES[item]}* · ${runName(run)}`,
    question: ITEM_QUESTIONS[item],
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

type Question = { callback: string; extra: string; title: string; submit: string; lead: string; question: string };

function asking(run: Run, words: Question): ModalView {
  return {
    type: 'modal',
    callback_id: words.callback,
    private_metadata: writeReference({ runId: run.id, version: run.version, extra: words.extra }),
    title: plain(words.title, LIMITS.viewTitle),
    submit: plain(words.submit, LIMITS.viewTitle),
    close: plain('Back', LIMITS.viewTitle),
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

/** Files that fit into one modal: two blocks each, and room for the note. */
const FILES = 45;

/** Every file of the plan: the first 2,800 characters of each, up, then down, then validate. Read only. */
export function sqlModal(run: Run): ModalView {
  const scripts = run.plan.migrations.flatMap((migration) =>
    [migration.up, migration.down, migration.validate].filter((script): script is Script => script !== null),
  );
  const left = scripts.length - FILES;
  const blocks: KnownBlock[] = [
    context(`${runName(run)} · digest ${code(shortDigest(run.digest))}`),
    ...scripts.slice(0, FILES).flatMap(scriptBlocks),
    ...(left > 0 ? [context(`and ${left} more files: they are in the repository, and the digest covers them too.`)] : []),
  ];
  return reading('SQL', blocks);
}

function scriptBlocks(script: Script): readonly KnownBlock[] {
  const over = script.text.trim().length - LIMITS.sql;
  const rest = over > 0 ? ` · ${over.toLocaleString('en-US')} characters more in the file` : '';
  return [section(`*${escape(cut(script.path, 200))}* ${code(script.sha256.slice(0, 12))}${rest}`), section(sqlText(script.text))];
}

/** Escaping makes text longer than it is; cut until the block holds it. */
function sqlText(text: string): string {
  if (text.trim() === '') return '_empty_';
  let max: number = LIMITS.sql;
  let block = codeBlock(text, max);
  while (block.length > LIMITS.section) {
    max = Math.floor(max * 0.8);
    block = codeBlock(text, max);
  }
  return block;
}

/** The long form of the report: every unit, every event. `history` is one line per event, oldest first, ready to read. */
export function reportModal(run: Run, history: readonly string[]): ModalView {
  const units = statementLines(run);
  const blocks = [
    section(`*${runName(run)}* · digest ${code(run.digest, 64)}`),
    ...chunks(units.length === 0 ? ['Nothing was executed.'] : units, '*Statements*'),
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
