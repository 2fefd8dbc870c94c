import type { Button } from '@slack/types';
import { countingApprovals } from '../../domain/gates.ts';
import type { Person } from '../../domain/people.ts';
import { OPEN, type Run } from '../../domain/run.ts';
import { runsOut } from '../../domain/runs-out.ts';
import { isStaging } from '../../domain/staging.ts';
import { actions, button, context, section, type Message } from './block-kit.ts';
import { approvalCount, approvalsMissing, countedAt, eligibleApprovers } from './gate-lines.ts';
import { cutLines } from './limits.ts';
import { digestWords, estimate, migrationName, planSize, rollbackWords, statementFacts } from './plan-lines.ts';
import { runName } from './state-words.ts';
import { code, phrase, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** Whether there is something to show: a rehearsal is in, or approvals were there and are void. */
export function hasApproval(run: Run): boolean {
  if (isStaging(run)) return false;
  return run.rehearsal !== null || run.approvals.length > 0 || (run.changes.length > 0 && run.state !== 'planned');
}

/** What is approved, by whom, and how many are missing. The buttons appear only once the rehearsal is in: an approval covers its result. */
export function approval(view: RunView, people: readonly Person[]): Message {
  const { run } = view;
  const counts = approvalCount(view, people);
  const may = eligibleApprovers(run, people).map(who).join(', ') || 'nobody in the configuration';
  const given = givenLines(view, people);
  const changed = run.changes.length === 0 ? '' : `\n🔁 *What changed:* ${phrase(run.changes.join(' '), 400)} Earlier approvals are void.`;
  return {
    text: `Approvals of run ${runName(run)}: ${counts}, digest ${digestWords(run, (digest) => digest)}. Next: ${need(view, people, may)}.`,
    blocks: [
      section(`*Approval* · *${counts}* · digest ${digestWords(run)}${changed}`),
      ...(given === '' ? [] : [section(given)]),
      section(whatRuns(run)),
      section(`*Takes* ${estimate(run.rehearsal)}\n*Way back* ${rollbackWords(run.plan, run.rehearsal, view.price)}`),
      context(
        `May approve: ${may}. ${who(run.requester)} asked for the plan and cannot approve it. An approval covers files, live schema, rehearsal, window, limits and runbook ${phrase(run.plan.runbook.version, 20)}; any change voids it.`,
      ),
      ...actions(approvalButtons(view, people)),
    ],
  };
}

function need(view: RunView, people: readonly Person[], may: string): string {
  const { run } = view;
  if (approvalsMissing(view, people) === 0)
    return ending(view, people).length > 0
      ? `${ending(view, people).join(', ')} approve again: it runs out before the first write`
      : 'nothing to do here';
  return run.rehearsal === null
    ? 'wait for the rehearsal; an approval covers its result'
    : `one of ${may} approves${OPEN.includes(run.state) ? ' or rejects' : ' again'}`;
}

/** Exactly what would run, file by file. */
function whatRuns(run: Run): string {
  const lines = run.plan.migrations.flatMap((migration) => [
    `*${migrationName(migration)}*`,
    ...migration.statements.map((statement) => `• ${code(statement.summary, 120)} ${statementFacts(statement)}`),
  ]);
  return `${planSize(run.plan)}\n${cutLines(lines, { max: 2600, rest: (left) => `and ${left} more: View SQL` })}`;
}

function givenLines(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  const counting = countingApprovals(run, { now: countedAt(view), people });
  return run.approvals
    .map((entry) => {
      if (!counting.includes(entry)) return `⌛ does not count any more · ${who(entry.by)} ${when(entry.at)}`;
      const early = ending(view, people).includes(who(entry.by)) ? ', which is before the first write: approve again' : '';
      return `✅ approved · ${who(entry.by)} ${when(entry.at)}, counts until ${when(entry.expiresAt)}${early}`;
    })
    .join('\n');
}

/** Whose approvals run out before the first write. */
function ending({ run, now }: RunView, people: readonly Person[]): readonly string[] {
  return runsOut(run, { now, people }).flatMap(({ what, by }) => (what === 'approval' ? [who(by)] : []));
}

function approvalButtons(view: RunView, people: readonly Person[]): readonly Button[] {
  const { run } = view;
  if (run.rehearsal === null || run.problem !== null) return [];
  // Complete: there is nothing left to approve, but the run can still be rejected; in preparation, where approvals expire too, rolled back.
  const enough = approvalsMissing(view, people) === 0 && ending(view, people).length === 0;
  const approve = enough ? [] : [button(run, 'approve', { extra: run.digest, style: 'primary' })];
  const reject = OPEN.includes(run.state) ? [button(run, 'reject', { style: 'danger' })] : [];
  const pressed = [...approve, ...reject];
  return pressed.length === 0 ? [] : [...pressed, button(run, 'view_sql')];
}
