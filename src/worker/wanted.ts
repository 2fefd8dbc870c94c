import type { StepName } from '../domain/events.ts';
import type { NextStep } from '../domain/next-step.ts';
import { RUN_STATES, type Run, type RunState } from '../domain/run.ts';

const BEFORE: readonly RunState[] = ['checklist', 'approved', 'scheduled', 'preparing'];

/** In which states each step goes on once it has begun. */
const STATES: Readonly<Record<StepName, readonly RunState[]>> = {
  check: BEFORE,
  backup: BEFORE,
  prove: BEFORE,
  archive: BEFORE,
  open: ['scheduled'],
  late: ['preparing'],
  page: RUN_STATES,
  dry_run: ['preparing'],
  begin: ['preparing'],
  apply: ['migrating'],
  // Once more before the end.
  validate: ['validating', 'observing'],
  test: ['observing'],
  finish: ['observing'],
  resume: ['holding'],
  stop: ['stopping'],
  undo: ['rolling_back'],
  verify_rollback: ['rolling_back'],
  measure_before: ['preparing'],
  measure_after: ['observing'],
  assess: ['holding'],
  restore: ['restoring'],
  validate_restore: ['restoring'],
  switch: ['restoring'],
  point_in_time: ['restoring'],
};

/** Whether a step that began on `before` still has a purpose in `now`: the state fits, and the plan it works on is the same. */
export function stillWanted(now: Run, before: Run, step: Extract<NextStep, { kind: 'step' }>): boolean {
  if (!STATES[step.step].includes(now.state)) return false;
  return now.plan.plannedAt === before.plan.plannedAt;
}
