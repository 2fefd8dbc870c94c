import type { Script } from '../../domain/plan.ts';
import { problemAt } from '../problem.ts';
import type { Misplaced } from './format.ts';

/** One change of a plan. `file` is how its scripts are called: a reworked change keeps its old text as `name@tag`. */
export type Planned = {
  readonly name: string;
  /** The first is 1; a reworked change comes again as 2. */
  readonly instance: number;
  readonly note: string;
  readonly offset: number;
  /** Tags between this instance and the next of the same name, in order. */
  readonly tags: readonly string[];
  readonly reworked: boolean;
};

/** `change_name [requires] 2024-01-31T12:00:00Z Planner Name <mail> # note`; tags begin with @, pragmas with %. */
const CHANGE =
  /^(?<sign>[+-]?)\s*(?<name>[^\s@#%[\]:+-][^\s@#[\]:]*)(?:\s+\[(?<needs>[^\]]*)\])?\s+\d{4}-\d\d-\d\dT[\d:]+Z\s+[^#]*?(?:#\s*(?<note>.*))?$/;
const TAG = /^@(?<tag>[^\s#]+)(?:\s.*)?$/;

/** The changes of a sqitch.plan in its order. Refuses a line that is no change, tag, pragma or comment, and a revert in the plan. */
export function readPlan(plan: Script): { readonly changes: readonly Planned[]; readonly problems: readonly Misplaced[] } {
  const changes: { name: string; instance: number; note: string; offset: number; tags: string[]; reworked: boolean }[] = [];
  const problems: Misplaced[] = [];
  let offset = 0;
  for (const line of plan.text.split('\n')) {
    const text = line.trim();
    const at = offset;
    offset += line.length + 1;
    if (text === '' || text.startsWith('#') || text.startsWith('%')) continue;
    const tag = TAG.exec(text)?.groups?.['tag'];
    if (tag !== undefined) {
      for (const change of newest(changes)) change.tags.push(tag);
      continue;
    }
    const groups = CHANGE.exec(text)?.groups;
    if (groups?.['name'] === undefined)
      problems.push(problemAt(plan, at, 'is no change, tag, pragma or comment of a plan. Mend the line.'));
    else if (groups['sign'] === '-')
      problems.push(problemAt(plan, at, 'reverts a change within the plan, which Offpeak does not do. Remove the line.'));
    else {
      const { name } = groups;
      const before = changes.findLast((change) => change.name === name);
      if (before !== undefined) before.reworked = true;
      changes.push({
        name,
        instance: (before?.instance ?? 0) + 1,
        note: groups['note']?.trim() ?? '',
        offset: at,
        tags: [],
        reworked: false,
      });
    }
  }
  return { changes, problems };
}

/** The newest instance of every change: a tag belongs to what stands before it. */
function newest<T extends { readonly reworked: boolean }>(changes: readonly T[]): readonly T[] {
  return changes.filter(({ reworked }) => !reworked);
}
