import { countingApprovals, openItems } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import { ITEMS, ITEM_TITLES } from '../../domain/items.ts';
import type { Person } from '../../domain/people.ts';
import type { Run } from '../../domain/run.ts';
import type { RunView } from '../../usecases/status.ts';

/** The moment at which the checklist counted: now, or the first write once that has happened, or the end. */
export function countedAt({ run, now }: Pick<RunView, 'run' | 'now'>): Instant {
  if (run.baseline !== null) return run.t0 ?? now;
  return run.end?.at ?? now;
}

/** `7 of 14 ready; missing: Staging looked at, On-call available`. */
export function readyLine(view: Pick<RunView, 'run' | 'now'>): string {
  const open = openItems(view.run, countedAt(view));
  const ready = `${ITEMS.length - open.length} of ${ITEMS.length} ready`;
  return open.length === 0 ? ready : `${ready}; missing: ${open.map((item) => ITEM_TITLES[item]).join(', ')}`;
}

/** `1 of 2`. */
export function approvalCount(view: Pick<RunView, 'run' | 'now'>, people: readonly Person[]): string {
  const at = view.run.started === null ? view.now : view.run.started.at;
  return `${countingApprovals(view.run, { now: at, people }).length} of ${view.run.plan.quorum}`;
}

/** Those whose approval would count: approvers other than the requester (invariant 4). */
export function eligibleApprovers(run: Run, people: readonly Person[]): readonly Person[] {
  return people.filter((person) => person.roles.includes('approver') && person.id !== run.requester.id);
}
