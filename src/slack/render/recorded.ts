import type { HumanCommand } from '../../domain/commands.ts';
import { titleOf } from '../../domain/items.ts';
import { restoreWords } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import type { Message } from './block-kit.ts';
import { note } from './refusal.ts';
import { runName } from './state-words.ts';
import { utc, when } from './text.ts';

/** What a command was, and what comes of it, for the one who gave it while the card cannot show it. */
export function recordedMessage(command: HumanCommand, run: Run): Message {
  const said = (at: typeof utc) =>
    `Recorded for ${runName(run)}: ${words(command, run, at)} The card follows when Slack takes it; there is no need to press again.`;
  const { blocks } = note(`✅ ${said(when)}`);
  return { text: said(utc), blocks };
}

function words(command: HumanCommand, run: Run, at: typeof utc): string {
  switch (command.type) {
    case 'start_checklist':
      return 'the checklist is started.';
    case 'confirm_item':
      return `"${titleOf(command.item)}" is confirmed.`;
    case 'acknowledge_item':
      return `your word on "${titleOf(command.item)}".`;
    case 'waive_item':
      return `"${titleOf(command.item)}" is waived.`;
    case 'withdraw_item':
      return `"${titleOf(command.item)}" is withdrawn.`;
    case 'run_drill':
      return 'a new backup is taken and restored.';
    case 'approve':
      return run.state === 'approved' ? 'your approval, and it was the last one needed.' : 'your approval.';
    case 'reject':
      return 'the plan is rejected and the run is over. The database was not touched.';
    case 'start':
      return 'it is started, and preparation begins. Nothing is written before it is done.';
    case 'schedule':
      return run.scheduledFor === null ? 'it is scheduled.' : `it is scheduled; first write ${at(run.scheduledFor)}.`;
    case 'stop_after_step':
      return run.state === 'holding' ? 'it holds.' : 'it stops after this step.';
    case 'pause':
      return 'the backfill holds where it is.';
    case 'set_speed':
      return `the backfill goes at ${command.percent} %.`;
    case 'resume':
      return 'it goes on.';
    case 'roll_back':
      return 'Roll back. The running statement is stopped, then what was applied is undone.';
    case 'confirm_presence':
      return 'you are watching.';
    case 'acknowledge_alert':
      return 'the alert is yours: Offpeak neither rolls back nor holds for it.';
    case 'hold_five':
      return 'five minutes in which nothing goes forward, and nothing is rolled back by itself.';
    case 'raise_class':
      return 'the plan needs a staging run now.';
    case 'report_problem':
      return 'your report. The run holds, and the checks are run.';
    case 'request_restore':
      return `${restoreWords(command)} is asked for. Nothing is done before a second person agrees.`;
    case 'approve_restore':
      return 'you agree to the restore, and it begins.';
    case 'give_up_restore':
      return command.wentBack === true
        ? 'the provider did it. The run ends restored, not confirmed.'
        : 'the provider did not do it. The run is where it stood before.';
    case 'confirm_test':
      return `the test ${command.test}.`;
    case 'record_lessons':
      return 'what was learned.';
    case 'cancel':
      return run.state === 'failed'
        ? 'it is closed by hand; the database stays as it is.'
        : 'it is cancelled. The database was not touched.';
  }
}
