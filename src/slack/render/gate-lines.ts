import { countingApprovals, openItems } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { isHumanItem, ITEMS, ITEM_TITLES } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import { inPreparation, OPEN, type Run } from '../../domain/run.ts';
import type { RunView } from '../../usecases/status.ts';

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
    .toSorted((a, b) => Number(isHumanItem(b)) - Number(isHumanItem(a)))
    .slice(0, NAMED)
    .map((item) => ITEM_TITLES[item]);
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
  return open.length === 0 ? readyCount(view) : `${readyCount(view)}; missing: ${missing.join(', ')}${more}`;
}

/** `7 of 14 ready`. */
export function readyCount(view: Pick<RunView, 'run' | 'now'>): string {
  return `${ITEMS.length - openItems(view.run, countedAt(view)).length} of ${ITEMS.length} ready`;
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
