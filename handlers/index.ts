import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import { CALLBACKS, COMMAND, parseActionId, type Action } from '../src/slack/actions.ts';
import { appHomeOpened } from './app-home-opened.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { confirmItem } from './confirm-item.ts';
import { confirmItemSubmitted } from './confirm-item-submitted.ts';
import { confirmPresence } from './confirm-presence.ts';
import { clickOf, slashOf, submissionOf } from './from-bolt.ts';
import { migrate } from './migrate.ts';
import { openReport } from './open-report.ts';
import { reject } from './reject.ts';
import { rejectSubmitted } from './reject-submitted.ts';
import { resume } from './resume.ts';
import { rollBack } from './roll-back.ts';
import { schedule } from './schedule.ts';
import { start } from './start.ts';
import { startChecklist } from './start-checklist.ts';
import { stopAfterStep } from './stop-after-step.ts';
import type { ClickListener, SubmissionListener, Tools } from './tools.ts';
import { unknownClick, unknownCommand, unknownSubmission } from './unknown.ts';
import { viewSql } from './view-sql.ts';
import { withdrawItem } from './withdraw-item.ts';

/** Every button and who listens to it. */
export const CLICKS: Readonly<Record<Action, ClickListener>> = {
  start_checklist: startChecklist,
  confirm_item: confirmItem,
  withdraw_item: withdrawItem,
  approve,
  reject,
  start,
  schedule,
  stop_after_step: stopAfterStep,
  roll_back: rollBack,
  resume,
  confirm_presence: confirmPresence,
  cancel,
  view_sql: viewSql,
  open_report: openReport,
};

/** Every modal that is submitted and who listens to it. */
export const SUBMISSIONS: Readonly<Record<string, SubmissionListener>> = {
  [CALLBACKS.confirmItem]: confirmItemSubmitted,
  [CALLBACKS.reject]: rejectSubmitted,
};

/** What the manifest must declare. */
export const COMMANDS: readonly string[] = [COMMAND];
export const EVENTS: readonly string[] = ['app_home_opened'];

/** Everything Slack can send ends in one of these tables; what is in none of them is acknowledged and explained (T6). */
export function registerHandlers(app: App, tools: Tools): void {
  app.action<BlockAction>({ type: 'block_actions' }, (args) => {
    const click = clickOf(args);
    const meant = parseActionId(click.actionId);
    return (meant === null ? unknownClick : CLICKS[meant.action])(tools, click);
  });
  app.view<ViewSubmitAction>(/^/, (args) => {
    const submission = submissionOf(args);
    return (SUBMISSIONS[submission.callbackId] ?? unknownSubmission)(tools, submission);
  });
  app.command(/^/, (args) => {
    const slash = slashOf(args);
    return (COMMANDS.includes(slash.command) ? migrate : unknownCommand)(tools, slash);
  });
  app.event('app_home_opened', ({ event, client }) =>
    event.tab === 'home' ? appHomeOpened(tools, { user: event.user, client }) : Promise.resolve(),
  );
}
