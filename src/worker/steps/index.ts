import type { StepName } from '../../domain/events.ts';
import type { NextStep } from '../../domain/next-step.ts';
import type { Run } from '../../domain/run.ts';
import type { Task } from '../task.ts';
import { applyUnit } from './apply.ts';
import { waitForArchive } from './archive.ts';
import { assess } from './assess.ts';
import { beginMigrating } from './begin.ts';
import { takeBackup } from './backup.ts';
import { checkHealth } from './check.ts';
import { dryRun } from './dry-run.ts';
import { finish } from './finish.ts';
import { holdLate } from './late.ts';
import { measureAfter } from './measure-after.ts';
import { measureBefore } from './measure-before.ts';
import { openPreparation } from './open.ts';
import { page } from './page.ts';
import { pointInTime } from './point-in-time.ts';
import { prove } from './prove.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { stop } from './stop.ts';
import { test } from './test.ts';
import { undo } from './undo.ts';
import { validate } from './validate.ts';
import { switchOver } from './switch.ts';
import { validateRestore } from './validate-restore.ts';
import { verifyRollback } from './verify-rollback.ts';

/** What every step is given. */
export type StepInput = {
  readonly task: Task;
  readonly run: Run;
  readonly next: Extract<NextStep, { kind: 'step' }>;
  readonly signal: AbortSignal;
};

/**
 * Does one unit of work and reports what happened. True when the run moved on, false to be asked again after a pause.
 * Throws only when target or ledger cannot be reached.
 */
export type Step = (input: StepInput) => Promise<boolean>;

export const STEPS: Readonly<Record<StepName, Step>> = {
  check: checkHealth,
  backup: takeBackup,
  prove,
  archive: waitForArchive,
  open: openPreparation,
  late: holdLate,
  page,
  dry_run: dryRun,
  begin: beginMigrating,
  apply: applyUnit,
  validate,
  test,
  finish,
  resume,
  stop,
  undo,
  verify_rollback: verifyRollback,
  measure_before: measureBefore,
  measure_after: measureAfter,
  assess,
  restore,
  validate_restore: validateRestore,
  switch: switchOver,
  point_in_time: pointInTime,
};

/** Performs the step, first telling the ledger which one, so that the card can show it. */
export async function performStep(task: Task, run: Run, next: Extract<NextStep, { kind: 'step' }>, signal: AbortSignal): Promise<boolean> {
  if (run.step?.name !== next.step && SHOWN.includes(next.step)) await task.report({ type: 'begin_step', step: next.step });
  return STEPS[next.step]({ task, run, next, signal });
}

/** Steps long enough to be worth a line on the card. */
const SHOWN: readonly StepName[] = [
  'check',
  'backup',
  'prove',
  'apply',
  'validate',
  'stop',
  'undo',
  'verify_rollback',
  'measure_before',
  'measure_after',
  'assess',
  'restore',
  'validate_restore',
  'switch',
  'point_in_time',
];
