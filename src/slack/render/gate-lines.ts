import { lineOf, linesOf, openItems, waivedItems, waiverStands } from '../../domain/checklist.ts';
import { countingApprovals } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { type ItemKey, titleOf } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { inPreparation, OPEN, type Run } from '../../domain/run.ts';
import type { RunView } from '../../usecases/status.ts';
import { phrase, who } from './text.ts';

/** The moment at which the checklist counted: now, or the first write once that has happened, or the end. */
export function countedAt({ run, now }: Pick<RunView, 'run' | 'now'>): Instant {
  if (run.baseline !== null) return run.t0 ?? now;
  return run.end?.at ?? now;
}

/** More missing lines than this are counted, not named. */
const NAMED = 4;

/** `7 of 14 ready; missing: Staging looked at, On-call available`. What waits for people comes first. */
export function readyLine(view: Pick<RunView, 'run' | 'now'>): string {
  const open = openItems(view.run, countedAt(view));
  const missing = open
    .toSorted((a, b) => Number(waitsForPeople(view.run, b)) - Number(waitsForPeople(view.run, a)))
    .slice(0, NAMED)
    .map((item) => titleOf(item));
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
  return open.length === 0 ? readyCount(view) : `${readyCount(view)}; missing: ${missing.join(', ')}${more}`;
}

/** `7 of 14 ready`, with what of that is waived. */
function readyCount(view: Pick<RunView, 'run' | 'now'>): string {
  const at = countedAt(view);
  const of = linesOf(view.run.plan).length;
  const waived = waivedItems(view.run, at).length;
  return `${of - openItems(view.run, at).length} of ${of} ready${waived === 0 ? '' : `, ${waived} of them waived`}`;
}

/** Whether the line is one of those that people answer. */
export function waitsForPeople({ plan }: Pick<Run, 'plan'>, item: ItemKey): boolean {
  return lineOf(plan, item)?.kind !== 'machine';
}

/** `⚠️ *Waived:* CPU by @sam (“…”)`; empty when no line is. The reasons are cut; the checklist has them whole. */
export function waivedWords(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[] | null = null): string {
  const { run } = view;
  const lines = waivedItems(run, countedAt(view)).flatMap((item) => {
    const waiver = run.waivers[item];
    if (waiver === undefined) return [];
    const lapsed = people !== null && !waiverStands(run, item, people) ? ', who may not any more' : '';
    return [`${titleOf(item)} by ${who(waiver.by)}${lapsed} (“${phrase(waiver.reason, 80)}”)`];
  });
  const more = lines.length > NAMED ? ` and ${lines.length - NAMED} more` : '';
  return lines.length === 0 ? '' : `⚠️ *Waived:* ${lines.slice(0, NAMED).join(', ')}${more}`;
}

/** How many approvals count, at the moment at which the checklist does. */
export function approvalsGiven(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): number {
  return countingApprovals(view.run, { now: countedAt(view), people }).length;
}

/** How many are missing before the first write; none once that has happened. */
export function approvalsMissing(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): number {
  const wanted = OPEN.includes(view.run.state) || inPreparation(view.run);
  return wanted ? Math.max(0, view.run.plan.quorum - approvalsGiven(view, people)) : 0;
}

/** `1 of 2`. */
export function approvalCount(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): string {
  return `${approvalsGiven(view, people)} of ${view.run.plan.quorum}`;
}

/** Those whose approval would count: approvers other than the requester (invariant 4). */
export function eligibleApprovers(run: Run, people: readonly Person[]): readonly Person[] {
  return people.filter((person) => person.roles.includes('approver') && person.id !== run.requester.id);
}
