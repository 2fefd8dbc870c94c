import type { RunState } from '../../src/domain/run.ts';
import { BEFORE_START } from './scenes/before.ts';
import { AT_WORK } from './scenes/working.ts';
import { WAY_BACK } from './scenes/way-back.ts';
import { TESTED } from './scenes/tested.ts';
import { ON_STAGING } from './scenes/staging.ts';
import type { Tale } from './telling.ts';

/** Scenes beside the states: the same state with something that people see differently. */
export const VARIANTS = [
  'checklist_proved',
  'checklist_unproved',
  'checklist_ready',
  'checklist_waived',
  'checklist_untold',
  'checklist_one_approval',
  'checklist_revised',
  'checklist_void',
  'scheduled_far',
  'scheduled_expired',
  'preparing_ready',
  'preparing_expired',
  'migrating_begun',
  'migrating_alert',
  'migrating_alert_cleared',
  'migrating_stop_requested',
  'migrating_backfill',
  'migrating_asked',
  'holding_paused',
  'observing_alert',
  'holding_untouched',
  'holding_peak_hours',
  'holding_freeze',
  'holding_late',
  'holding_statement_failed',
  'holding_called',
  'holding_call_over',
  'holding_monitor_silent',
  'holding_watcher_silent',
  'holding_stopped',
  'holding_plan_differs',
  'holding_rehearsal_differs',
  'holding_evidence',
  'holding_validation_failed',
  'holding_not_as_before',
  'holding_target_unreachable',
  'stopping_alert',
  'rolling_back_half',
  'rolled_back_untouched',
  'failed_by_hand',
  'rollback_failed_restore_asked',
  'restoring_validated',
  'rollback_failed_in_place_asked',
  'restoring_in_place_agreed',
  'restoring_in_place',
  'restoring_in_place_accepted',
  'restoring_in_place_unsure',
  'rollback_failed_in_place_undone',
  'restored_in_place',
  'restored_lessons',
  'holding_problem',
  'holding_problem_later',
  'holding_restore_failed',
  'rejected',
  'checklist_staging',
  'checklist_trivial',
  'preparing_staging',
  'completed_staging',
  'observing_untested',
  'observing_tests',
  'holding_tests_open',
  'completed_tests',
] as const;
export type Scene = RunState | (typeof VARIANTS)[number];

/** A scene as the one it follows, and what is said after that. */
export type Told = { readonly after: Scene | null; readonly tell: (tale: Tale) => void };

/** Every scene. */
export const SCENES: Readonly<Record<Scene, Told>> = { ...BEFORE_START, ...AT_WORK, ...WAY_BACK, ...ON_STAGING, ...TESTED };
