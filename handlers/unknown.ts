import { note } from '../src/slack/render/refusal.ts';
import { STALE } from './give-command.ts';
import { acknowledge, replyOf, tell } from './tell.ts';
import type { Click, Slash, Submission, Tools } from './tools.ts';

/** A button of another version: answered, never ignored (T6). */
export async function unknownClick(tools: Tools, click: Click): Promise<void> {
  await acknowledge(tools, click.ack);
  tools.services.log.warn({ action: click.actionId }, 'a button that nobody listens to');
  await tell(tools, click, STALE);
}

/** A modal of another version. */
export async function unknownSubmission(tools: Tools, submission: Submission): Promise<void> {
  await acknowledge(tools, submission.ack);
  tools.services.log.warn({ callback: submission.callbackId }, 'a window that nobody listens to');
  await tell(tools, submission, STALE);
}

/** A command that only the app's settings know. */
export async function unknownCommand(tools: Tools, slash: Slash): Promise<void> {
  tools.services.log.warn({ command: slash.command }, 'a command that nobody listens to');
  await acknowledge(tools, () =>
    slash.ack(replyOf(note('🔒 Offpeak listens to `/migrate` alone. Nothing was done; `/migrate help` says what you can do.'))),
  );
}
