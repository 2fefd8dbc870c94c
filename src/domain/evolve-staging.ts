import { lineOf } from './checklist.ts';
import type { RunEvent } from './events.ts';
import { classOf } from './plan-class.ts';
import type { Run } from './run.ts';

type Of<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** What the class of a plan and the measurements of a staging run change on a run. */
export const STAGING_CHANGES = {
  class_raised: (run: Run, event: Of<'class_raised'>): Partial<Run> => ({
    raised: { by: event.actor, at: event.at, reason: event.reason },
    evidence: readAgain(run, run.evidence),
  }),
  measured_before: (run: Run, event: Of<'measured_before'>): Partial<Run> => ({ staged: { ...run.staged, before: event.before } }),
  measured_after: (run: Run, event: Of<'measured_after'>): Partial<Run> => ({ staged: { ...run.staged, after: event.after } }),
} as const;

/** What the rehearsal finds lost may make a plan non-trivial; what was read of a trivial one does not stand then (R7). */
export function reclassed(run: Run, rehearsal: Run['rehearsal'], evidence: Run['evidence']): Run['evidence'] {
  return classOf(run).trivial === classOf({ ...run, rehearsal }).trivial ? evidence : readAgain(run, evidence);
}

/** Without the line `staging`, where a machine reads it. */
function readAgain({ plan }: Run, evidence: Run['evidence']): Run['evidence'] {
  if (lineOf(plan, 'staging')?.kind !== 'machine') return evidence;
  const { staging: _, ...others } = evidence;
  return others;
}
