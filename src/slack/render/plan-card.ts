import type { Button } from '@slack/types';
import { shortDigest } from '../../domain/digest.ts';
import { countingApprovals, openItems } from '../../domain/gates.ts';
import { isHumanItem } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { inWords } from '../../domain/refusal.ts';
import { OPEN, type Run } from '../../domain/run.ts';
import { actions, button, context, header, section, type Blocks, type Message } from './block-kit.ts';
import { cancelButton, scheduleButton } from './buttons.ts';
import { endedBlocks } from './ended-card.ts';
import { approvalCount, eligibleApprovers, readyLine } from './gate-lines.ts';
import { cut, cutLines, LIMITS } from './limits.ts';
import { fitOf } from './moment.ts';
import { estimate, hazardLines, migrationLines, planSize, rollbackWords, statementLines } from './plan-lines.ts';
import { runBlocks } from './run-card.ts';
import { runHeader, runName, STATE_WORDS } from './state-words.ts';
import { code, count, DAYS, mention, phrase, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** Characters left for everything that is not one of the blocks below: buttons, and a margin. */
const MARGIN = 150;

/** The root message of a run, its card from plan to result: one message, edited in place (R1). */
export function planCard(view: RunView, people: readonly Person[]): Message {
  const { run } = view;
  if (run.end !== null) return { text: sentence(view), blocks: [header(runHeader(run)), ...endedBlocks(view)] };
  const body = OPEN.includes(run.state) ? openBlocks(view, people) : runBlocks(view);
  return { text: sentence(view), blocks: [header(runHeader(run)), ...body] };
}

/** The card in one sentence, for notifications and for screen readers, which read nothing else (R11). */
function sentence({ run }: RunView): string {
  const { word } = STATE_WORDS[run.state];
  const state = `${word}: run ${runName(run)}, ${planSize(run.plan)}.`;
  if (run.end !== null) return `${state} ${phrase(run.end.detail, 300)}`;
  if (run.holding !== null) return `${state} ${phrase(run.holding.detail, 300)} It waits for a person, or for the end of peak hours.`;
  return `${state} ${NEXT[run.state] ?? ''}`.trim();
}

const NEXT: Readonly<Partial<Record<Run['state'], string>>> = {
  planned: 'Next: press Start checklist.',
  checklist: 'Next: the checklist and the approvals in the thread.',
  approved: 'Next: press Start now, or Schedule…',
  scheduled: 'Next: nothing to do until preparation opens.',
};

/** Before the start: what would happen, how bad it may be, and what is missing. */
function openBlocks(view: RunView, people: readonly Person[]): Blocks {
  const { run } = view;
  const first = [next(view, people), ...news(run), hazards(run)].filter((text) => text !== '');
  const last = [rung(run, people), asked(run)].filter((text) => text !== '').join('\n');
  const used = [...first, facts(view), last].reduce<number>((sum, text) => sum + text.length, LIMITS.header);
  // Later the thread has the statements, in the message that asks for the approvals.
  const lines = run.state === 'planned' ? statementLines(run.plan) : migrationLines(run.plan);
  const changes = cutLines([`*${planSize(run.plan)}*`, ...lines], {
    max: Math.max(300, LIMITS.cardText - MARGIN - used),
    rest: (left) => `and ${left} more: View SQL`,
  });
  return [...first.map((text) => section(text)), section(changes), section(facts(view)), context(last), ...actions(openButtons(view))];
}

/** The first line: what to do now, and how far the gates are. */
function next(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  const approvals = `*Approvals* ${approvalCount(view, people)}`;
  if (run.state === 'planned') return `*Next:* press *Start checklist*. It changes nothing on ${phrase(run.target, 60)}. ${approvals}`;
  const ready = cut(readyLine(view), 300);
  const gates = `*Checklist* ${ready} · ${approvals}`;
  return `*Next:* ${step(view, people)}\n${gates}`;
}

function step(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  if (run.state === 'scheduled' && run.scheduledFor !== null)
    return `nothing until ${when(run.scheduledFor)}; preparation begins ${inWords(run.plan.timing.prepareLeadMs)} before.`;
  const open = openItems(run, view.now);
  if (open.some((item) => isHumanItem(item))) return 'confirm the open lines of the checklist in the thread.';
  if (open.length > 0) return 'wait: the worker fills the open lines of the checklist.';
  const missing = run.plan.quorum - countingApprovals(run, { now: view.now, people }).length;
  if (missing > 0) return `${count(missing, 'approval')} in the thread.`;
  const fit = fitOf(view);
  if (fit.now) return 'press *Start now*.';
  return fit.next === null ? 'no moment of the next eight days fits.' : `it does not fit now; press *Schedule…* for ${when(fit.next)}.`;
}

function asked(run: Run): string {
  const { identity, runbook, plannedAt } = run.plan;
  const database = `${phrase(identity.database, 60)} on PostgreSQL ${phrase(identity.serverVersion, 20)}`;
  return `Asked for by ${who(run.requester)} · ${when(plannedAt)} · ${database} · runbook ${phrase(runbook.version, 20)} · digest ${code(shortDigest(run.digest))}`;
}

/** What is not as it was: unreadable files, and what the last revision changed. */
function news(run: Run): readonly string[] {
  const problem = run.problem === null ? [] : [`⛔ *The files cannot be planned any more:* ${phrase(run.problem, 280)}`];
  if (run.changes.length === 0) return problem;
  return [...problem, `🔁 *What changed:* ${phrase(run.changes.join(' '), 220)} Approvals void.`];
}

function hazards(run: Run): string {
  // The worst one stays until the start; all three have been read by then.
  const shown = run.state === 'planned' || run.state === 'checklist' ? 3 : 1;
  const lines = hazardLines(run.plan).map((line) => cut(line, 220));
  const left = lines.length - shown;
  return [...lines.slice(0, shown), ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
}

function facts(view: RunView): string {
  const { run } = view;
  const fit = fitOf(view);
  const fits = fit.now ? 'it fits now' : fit.next === null ? 'nothing fits within eight days' : `fits next ${when(fit.next)}`;
  const window = run.scheduledFor === null ? fits : `first write ${when(run.scheduledFor)}`;
  return [
    `*Takes* ${estimate(run.rehearsal)}`,
    `*Way back* ${rollbackWords(run.plan, run.rehearsal)}`,
    `*Window* never ${peak(run)}; ${window}`,
  ].join('\n');
}

function peak(run: Run): string {
  const { peakFrom, peakTo, zone, days } = run.plan.window;
  const on = days.length === 7 ? '' : ` on ${days.map((day) => DAYS[day - 1]).join(' ')}`;
  return `${clock(peakFrom)}–${clock(peakTo)} ${zone}${on}`;
}

/** Approvers and on-call are rung once, by the post of the root message; edits do not ring again (R13). */
function rung(run: Run, people: readonly Person[]): string {
  if (run.state !== 'planned' && run.state !== 'checklist') return '';
  const approvers = names(eligibleApprovers(run, people));
  const onCall = names(people.filter((person) => person.roles.includes('on_call')));
  const parts = [approvers === '' ? '' : `Approvers ${approvers}`, onCall === '' ? '' : `on call ${onCall}`].filter((part) => part !== '');
  return parts.join(' · ');
}

function openButtons(view: RunView): readonly Button[] {
  const { run } = view;
  const sql = button(run, 'view_sql');
  if (run.state === 'planned') return [button(run, 'start_checklist', { style: 'primary' }), sql, cancelButton(run)];
  // The green button is the one that will not be refused.
  const ready = run.state === 'approved';
  const fits = fitOf(view).now;
  const schedule: Button = ready && !fits ? { ...scheduleButton(view), style: 'primary' } : scheduleButton(view);
  return [button(run, 'start', ready && fits ? { style: 'primary' } : {}), schedule, sql, cancelButton(run)];
}

/** `09:00` for 540. */
function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

function names(people: readonly Person[]): string {
  return people.slice(0, 6).map(mention).join(' ');
}
