import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import { CALLBACKS, COMMAND, parseActionId, type Action } from '../src/slack/actions.ts';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { admitClick, admitSlash, admitSubmission } from './admission.ts';
import { approve } from './approve.ts';
import { approveRestore } from './approve-restore.ts';
import { ROLES } from '../src/domain/people.ts';
import { askCancel } from './ask-cancel.ts';
import { askRaise } from './ask-raise.ts';
import { askRestore } from './ask-restore.ts';
import { askTested } from './ask-tested.ts';
import { askWaive } from './ask-waive.ts';
import { cancel } from './cancel.ts';
import { cancelSubmitted } from './cancel-submitted.ts';
import { closeFailed } from './close-failed.ts';
import { confirmAvailable } from './confirm-available.ts';
import { confirmItem } from './confirm-item.ts';
import { confirmItemSubmitted } from './confirm-item-submitted.ts';
import { confirmPresence } from './confirm-presence.ts';
import { runDrill } from './run-drill.ts';
import { clickOf, slashOf, submissionOf } from './from-bolt.ts';
import { giveUpRestore } from './give-up-restore.ts';
import { holdFive } from './hold-five.ts';
import { inbox } from './inbox.ts';
import { lessonsSubmitted } from './lessons-submitted.ts';
import { migrate } from './migrate.ts';
import { openReport } from './open-report.ts';
import { pause } from './pause.ts';
import { reject } from './reject.ts';
import { raiseSubmitted } from './raise-submitted.ts';
import { rejectSubmitted } from './reject-submitted.ts';
import { reportProblem } from './report-problem.ts';
import { reportProblemSubmitted } from './report-problem-submitted.ts';
import { reschedule } from './reschedule.ts';
import { restoreSubmitted } from './restore-submitted.ts';
import { restoreWasDone } from './restore-was-done.ts';
import { resume } from './resume.ts';
import { rollBack } from './roll-back.ts';
import { schedule } from './schedule.ts';
import { scheduleSubmitted } from './schedule-submitted.ts';
import { speed } from './speed.ts';
import { start } from './start.ts';
import { startChecklist } from './start-checklist.ts';
import { stopAfterStep } from './stop-after-step.ts';
import { tryStaging } from './try-staging.ts';
import { turnPage } from './turn-page.ts';
import { testedSubmitted } from './tested-submitted.ts';
import type { ClickListener, SlashListener, SubmissionListener, Tools } from './tools.ts';
import { unknownClick, unknownCommand, unknownSubmission } from './unknown.ts';
import { viewSql } from './view-sql.ts';
import { waiveSubmitted } from './waive-submitted.ts';
import { withdrawItem } from './withdraw-item.ts';
import { writeLessons } from './write-lessons.ts';

/** Every button and who listens to it. */
export const CLICKS: Readonly<Record<Action, ClickListener>> = {
  start_checklist: startChecklist,
  confirm_item: confirmItem,
  withdraw_item: withdrawItem,
  acknowledge,
  confirm_available: confirmAvailable,
  ask_waive: askWaive,
  approve,
  reject,
  start,
  schedule,
  stop_after_step: stopAfterStep,
  pause,
  speed_25: speed(25),
  speed_50: speed(50),
  speed_100: speed(100),
  speed_200: speed(200),
  roll_back: rollBack,
  resume,
  confirm_presence: confirmPresence,
  hold_five: holdFive,
  acknowledge_alert: acknowledgeAlert,
  run_drill: runDrill,
  cancel,
  close_failed: closeFailed,
  ask_cancel: askCancel,
  reschedule,
  view_sql: viewSql,
  sql_previous: turnPage,
  sql_next: turnPage,
  open_report: openReport,
  try_staging: tryStaging,
  ask_raise: askRaise,
  report_problem: reportProblem,
  ask_restore: askRestore,
  approve_restore: approveRestore,
  give_up_restore: giveUpRestore,
  restore_was_done: restoreWasDone,
  write_lessons: writeLessons,
  ask_tested: askTested,
};

/** Every modal that is submitted and who listens to it. */
export const SUBMISSIONS: Readonly<Record<string, SubmissionListener>> = {
  [CALLBACKS.confirmItem]: confirmItemSubmitted,
  [CALLBACKS.raise]: raiseSubmitted,
  [CALLBACKS.reject]: rejectSubmitted,
  [CALLBACKS.waive]: waiveSubmitted,
  [CALLBACKS.cancel]: cancelSubmitted,
  [CALLBACKS.schedule]: scheduleSubmitted,
  [CALLBACKS.reportProblem]: reportProblemSubmitted,
  [CALLBACKS.restore]: restoreSubmitted,
  [CALLBACKS.lessons]: lessonsSubmitted,
  [CALLBACKS.tested]: testedSubmitted,
};

/** What the manifest must declare. */
export const COMMANDS: readonly string[] = [COMMAND];
export const EVENTS: readonly string[] = ['app_home_opened'];

/**
 * Everything Slack can send ends in one of these tables; what is in none of them is acknowledged and explained (T6), what comes a second
 * time is answered (T1), and other workspaces are turned away.
 */
export function registerHandlers(app: App, tools: Tools): void {
  const seen = inbox();
  warnOfEmptyRoles(tools);
  app.action<BlockAction>({ type: 'block_actions' }, (args) => {
    const click = clickOf(args);
    const meant = parseActionId(click.actionId);
    return admitClick(seen, meant === null ? unknownClick : CLICKS[meant.action])(tools, click);
  });
  app.view<ViewSubmitAction>(/^/, (args) => {
    const submission = submissionOf(args);
    return admitSubmission(seen, SUBMISSIONS[submission.callbackId] ?? unknownSubmission)(tools, submission);
  });
  app.command(/^/, (args) => {
    const slash = slashOf(args);
    const listener: SlashListener = COMMANDS.includes(slash.command) ? migrate : unknownCommand;
    return admitSlash(seen, listener)(tools, slash);
  });
  app.event('app_home_opened', async ({ event, body }) => {
    if (event.tab === 'home' && seen.take(`event:${body.event_id}`)) await tools.homeOpened(event.user);
  });
}

/** What only a role allows that nobody has is refused to everybody: better said at the start than found out at night (T19). */
function warnOfEmptyRoles({ services }: Tools): void {
  const held = new Set(services.people().flatMap(({ roles }) => roles));
  // Nothing is refused for want of a stakeholder: the line then is anybody's who has told them.
  for (const role of ROLES.filter((name) => name !== 'stakeholder' && !held.has(name)))
    services.log.warn({ role }, 'nobody in the configuration has this role; what it alone allows is refused to everybody');
}
