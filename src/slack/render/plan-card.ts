import type { Button, Overflow } from '@slack/types';
import { lineOf, lineState, openItems, waivableItems } from '../../domain/checklist.ts';
import { titleOf } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { OPEN, type Run } from '../../domain/run.ts';
import { runsOut } from '../../domain/runs-out.ts';
import { opensAt } from '../../domain/schedule.ts';
import { isStaging } from '../../domain/staging.ts';
import type { Action } from '../actions.ts';
import { actions, button, context, header, menu, section, type Blocks, type Message } from './block-kit.ts';
import { scheduleButton } from './buttons.ts';
import { countdownLine, freezeLines } from './countdown.ts';
import { endedBlocks } from './ended-card.ts';
import { approvalCount, approvalsMissing, eligibleApprovers, readyLine, waitsForPeople, waivedWords } from './gate-lines.ts';
import { cut, cutLines, LIMITS } from './limits.ts';
import { fitOf } from './moment.ts';
import { digestWords, estimate, hazardLines, migrationLines, planSize, rollbackWords, statementLines } from './plan-lines.ts';
import { runBlocks } from './run-card.ts';
import { runsOutLine } from './runs-out.ts';
import { runHeader, runName, STATE_WORDS } from './state-words.ts';
import { HOLD_WORDS } from './step-words.ts';
import { classLine, mayRaise, stagingLine, stagingStep, wantsStaging } from './staging.ts';
import { count, mention, peakHours, phrase, stopped, when, who } from './text.ts';
import type { RunView } from '../../usecases/status.ts';

/** Characters left for everything that is not one of the blocks below: buttons, and a margin. */
const MARGIN = 150;

/** The root message of a run, its card from plan to result: one message, edited in place (R1). */
export function planCard(view: RunView, people: readonly Person[]): Message {
  const { run } = view;
  if (run.end !== null) return { text: sentence(view, people), blocks: [header(runHeader(run)), ...endedBlocks(view)] };
  const body = OPEN.includes(run.state) ? openBlocks(view, people) : runBlocks(view, people);
  return { text: sentence(view, people), blocks: [header(runHeader(run)), ...body] };
}

/** The card in one sentence, for notifications and for screen readers, which read nothing else (R11). */
function sentence(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  const { word } = STATE_WORDS[run.state];
  const state = `${word}: run ${runName(run)}, ${planSize(run.plan)}.`;
  if (run.state === 'rollback_failed' && run.end !== null)
    return `${state} ${stopped(phrase(run.end.detail, 300))} Next: mend what it says, then press Roll back now.`;
  if (run.end !== null) return `${state} ${stopped(phrase(run.end.detail, 300))} Nothing to do here.`;
  if (run.holding !== null) return `${state} ${stopped(phrase(run.holding.detail, 300))} Next: ${HOLD_WORDS[run.holding.reason].next}`;
  if (run.problem !== null) return `${state} Next: ${UNREADABLE}`;
  const expired = (run.state === 'scheduled' || run.state === 'preparing') && approvalsMissing(view, people) > 0;
  const ending = runsOut(run, { now: view.now, people }).length > 0;
  if (!expired && ending) return `${state} Next: give again in the thread what runs out before the first write.`;
  return `${state} Next: ${expired ? 'approve again in the thread; approvals have expired' : (NEXT[run.state] ?? 'watch the card')}.`;
}

const NEXT: Readonly<Partial<Record<Run['state'], string>>> = {
  planned: 'press Start checklist',
  checklist: 'the checklist and the approvals in the thread',
  approved: 'press Start now or Schedule',
  scheduled: 'wait until preparation opens',
  preparing: 'wait; it checks, backs up and rehearses before the first write',
  stopping: 'wait; the running statement is being stopped',
  rolling_back: 'wait; what was applied is being undone',
  validating: 'watch it; Roll back now is on the card',
  migrating: 'watch it; Roll back now is on the card',
  observing: 'watch it; Roll back now is on the card',
};

const UNREADABLE = 'mend the file that it names, or cancel the run; nothing is approved or started meanwhile.';

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
  return [
    ...first.map((text) => section(text)),
    section(changes),
    section(facts(view)),
    context(last),
    ...actions(openButtons(view, people)),
  ];
}

/** The first line: what to do now, and how far the gates are. */
function next(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  const approvals = `*Approvals* ${approvalCount(view, people)}`;
  if (isStaging(run)) return '*Next:* press *Start now*; a staging run needs no approval.';
  if (run.state === 'planned') return `*Next:* press *Start checklist*. It changes nothing on ${phrase(run.target, 60)}. ${approvals}`;
  const ready = cut(readyLine(view), 300);
  const gates = `*Checklist* ${ready} · ${approvals}`;
  return [`*Next:* ${step(view, people)}`, gates, runsOutLine(view, people), waivedWords(view, people)]
    .filter((line) => line !== '')
    .join('\n');
}

function step(view: RunView, people: readonly Person[]): string {
  const { run } = view;
  if (run.problem !== null) return UNREADABLE;
  const open = openItems(run, view.now);
  if (open.some((item) => waitsForPeople(run, item))) return 'confirm the open lines of the checklist in the thread.';
  const wanted = approvalsMissing(view, people);
  const tried = wantsStaging(view) ? stagingStep(run) : '';
  if (tried !== '') return tried;
  const red = mending(view, people);
  if (red !== '') return red;
  // Machine lines expire every few minutes until the start; preparation reads them anew.
  if (run.state === 'scheduled' && run.scheduledFor !== null && wanted <= 0)
    return `${runsOutLine(view, people) === '' ? 'nothing' : 'give again what runs out too early'}; preparation opens by itself ${when(opensAt(run, run.scheduledFor))}.`;
  if (open.length > 0 && run.state !== 'scheduled') return 'wait: the worker fills the open lines of the checklist.';
  if (wanted > 0) return `${count(wanted, 'approval')} in the thread${run.state === 'scheduled' ? '; the ones before have expired' : ''}.`;
  const fit = fitOf(view);
  if (fit.now) return 'press *Start now*.';
  return fit.next === null ? 'no moment of the next eight days fits.' : `it does not fit now; press *Schedule…* for ${when(fit.next)}.`;
}

/** What no machine mends by reading it again; before the proof there may be lines that it fills. */
function mending({ run, now }: RunView, people: readonly Person[]): string {
  const red = openItems(run, now).filter((item) => ['fail', 'unknown'].includes(lineState(run, item, now)));
  if (run.rehearsal === null || red.length === 0) return '';
  const waivable = waivableItems(run, now, people);
  const what = red.length > 2 ? count(red.length, 'line') : red.map((item) => titleOf(item)).join(' and ');
  const how = `mend ${what}${red.every((item) => waivable.includes(item)) ? `, or have ${red.length > 1 ? 'them' : 'it'} waived in the thread` : ''}`;
  if (run.state !== 'scheduled' || run.scheduledFor === null) return `${how}.`;
  return `${how}: preparation opens by itself ${when(opensAt(run, run.scheduledFor))}, and holds on what does not pass.`;
}

function asked(run: Run): string {
  const { identity, runbook, plannedAt } = run.plan;
  const database = `${phrase(identity.database, 60)} on PostgreSQL ${phrase(identity.serverVersion, 20)}`;
  return `Asked for by ${who(run.requester)} · ${when(plannedAt)} · ${database} · runbook ${phrase(runbook.version, 20)} · digest ${digestWords(run)}`;
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
    `*Way back* ${rollbackWords(run.plan, run.rehearsal, view.price)}`,
    classLine(run),
    stagingLine(run),
    run.plan.window.days.length === 0 ? `*Window* any hour; ${window}` : `*Window* never ${peakHours(run.plan.window)}; ${window}`,
    ...freezeLines(run.plan.window, view.now),
    countdownLine(run, view.now),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Approvers, on-call and stakeholders are rung once, by the post of the root message; edits do not ring again (R13). */
function rung(run: Run, people: readonly Person[]): string {
  if (run.state !== 'planned' && run.state !== 'checklist') return '';
  const approvers = names(eligibleApprovers(run, people));
  const onCall = names(people.filter((person) => person.roles.includes('on_call')));
  // R17: whoever has to acknowledge is told here; the button is in the thread.
  const stakeholders = names(people.filter(({ id }) => lineOf(run.plan, 'stakeholders')?.people?.includes(id)));
  const parts = [
    approvers === '' ? '' : `Approvers ${approvers}`,
    onCall === '' ? '' : `on call ${onCall}`,
    stakeholders === '' ? '' : `stakeholders ${stakeholders}`,
  ].filter((part) => part !== '');
  return parts.join(' · ');
}

function openButtons(view: RunView, people: readonly Person[]): readonly (Button | Overflow)[] {
  const { run } = view;
  const sql = button(run, 'view_sql');
  const seldom: readonly Action[] = [...(mayRaise(run) ? (['ask_raise'] as const) : []), 'ask_cancel'];
  const more = menu(run, seldom);
  const staging = wantsStaging(view) ? [button(run, 'try_staging')] : [];
  // Nobody approves a staging run: it was only not started yet.
  if (isStaging(run)) return [button(run, 'start', { style: 'primary' }), sql, more];
  if (run.state === 'planned') return [button(run, 'start_checklist', { style: 'primary' }), ...staging, sql, more];
  if (run.state === 'scheduled') return [button(run, 'start'), ...staging, sql, menu(run, ['reschedule', ...seldom])];
  // The green button is the one that will not be refused.
  const ready = run.state === 'approved';
  const fits = fitOf(view).now;
  const schedule: Button = ready && !fits ? { ...scheduleButton(view, people), style: 'primary' } : scheduleButton(view, people);
  return [button(run, 'start', ready && fits ? { style: 'primary' } : {}), schedule, ...staging, sql, more];
}

function names(people: readonly Person[]): string {
  return people.slice(0, 6).map(mention).join(' ');
}
