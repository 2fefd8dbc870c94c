import type { Button, ConfirmationDialog, KnownBlock, Overflow, PlainTextElement, SectionBlock } from '@slack/types';
import type { Run } from '../../domain/run.ts';
import { actionId, LABELS, MENU, writeReference, type Action } from '../actions.ts';
import { cut, LIMITS } from './limits.ts';

/** Blocks as the publisher, handlers and tests pass them on. */
export type Blocks = readonly KnownBlock[];

/** What is posted for one occasion: blocks, and a sentence for notifications and screen readers (R11). */
export type Message = { readonly text: string; readonly blocks: Blocks };

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: cut(text, max), emoji: true };
}

export function header(text: string): KnownBlock {
  return { type: 'header', text: plain(text, LIMITS.header) };
}

export function section(text: string, accessory?: Button): SectionBlock {
  const block: SectionBlock = { type: 'section', text: { type: 'mrkdwn', text: cut(text, LIMITS.section) } };
  return accessory === undefined ? block : { ...block, accessory };
}

export function context(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: cut(text, LIMITS.context) }] };
}

/** No buttons, no block: Slack refuses an empty one. */
export function actions(buttons: readonly (Button | Overflow)[]): readonly KnownBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons.slice(0, LIMITS.cardButtons) }];
}

export function confirmation(words: { title: string; text: string; confirm: string; deny: string; danger?: boolean }): ConfirmationDialog {
  return {
    title: plain(words.title, LIMITS.confirmTitle),
    text: plain(words.text, LIMITS.confirmText),
    confirm: plain(words.confirm, LIMITS.confirmButton),
    deny: plain(words.deny, LIMITS.confirmButton),
    ...(words.danger === true ? { style: 'danger' as const } : {}),
  };
}

export type ButtonWords = {
  readonly item?: string;
  /** The digest or the moment the button stands for. */
  readonly extra?: string;
  /** Behind the label, e.g. `lossy`. */
  readonly hint?: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
};

/** A button of a run: its value is only ids and a version (R8), its label for screen readers names the run (R11). */
export function button(run: Pick<Run, 'id' | 'version' | 'number'>, action: Action, words: ButtonWords = {}): Button {
  const { item = '', extra = '', hint = '', style, confirm } = words;
  const label = `${LABELS[action]}${hint === '' ? '' : ` · ${hint}`}`;
  return {
    type: 'button',
    action_id: actionId(action, item),
    text: plain(label, LIMITS.buttonText),
    value: writeReference({ runId: run.id, version: run.version, extra }),
    accessibility_label: cut(`${label} ${item.replaceAll('_', ' ')} run #${run.number}`.replaceAll('  ', ' '), LIMITS.accessibilityLabel),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}

/** The ⋯ menu: each choice names the run, and carries only ids, a version and which choice it is (R8, R11). */
export function menu(run: Pick<Run, 'id' | 'version' | 'number'>, choices: readonly Action[]): Overflow {
  return {
    type: 'overflow',
    action_id: MENU,
    options: choices.map((choice) => ({
      text: plain(choiceText(LABELS[choice], run.number), LIMITS.buttonText),
      value: writeReference({ runId: run.id, version: run.version, extra: choice }),
    })),
  };
}

/** `Cancel run #42…` opens a window, `Speed 50 %, run #42` does what it says. */
function choiceText(label: string, number: number): string {
  return label.endsWith('…') ? `${label.slice(0, -1)} run #${number}…` : `${label}, run #${number}`;
}
