import type { HoldReason, StepName } from '../../domain/events.ts';

/** The worker's work in words. */
export const STEP_WORDS: Readonly<Record<StepName, string>> = {
  check: 'Reading health',
  backup: 'Taking the backup',
  prove: 'Proving the backup by a restore, and rehearsing on it',
  archive: 'Waiting until the restore point is archived',
  dry_run: 'Looking for the last time before the first write',
  begin: 'Checking every gate before the first write',
  apply: 'Applying',
  validate: 'Validating',
  test: 'Running the application tests',
  finish: 'Finishing',
  resume: 'Going on',
  open: 'Opening preparation',
  late: 'Asking for another moment',
  page: 'Calling the on-call',
  stop: 'Stopping the running statement',
  undo: 'Undoing',
  verify_rollback: 'Comparing the schema with the one from before',
  measure_before: 'Measuring the load on staging before the change',
  measure_after: 'Measuring the same load after the change, and running the smoke tests',
  assess: 'Checking the data and the application',
  restore: 'Loading the backup beside the live database',
  validate_restore: 'Comparing the copy with the backup',
  switch: 'Switching to the restored database',
  point_in_time: 'Having the provider take the database back',
};

const PRESS = 'Press Resume to go on, or Roll back now.';

/** Why a run holds, and what a person does about it (R9). */
export const HOLD_WORDS: Readonly<Record<HoldReason, { readonly title: string; readonly next: string }>> = {
  not_green: { title: 'A check is not green', next: `Mend it, or have the line waived in the checklist. ${PRESS}` },
  peak_hours: { title: 'Peak hours', next: 'It goes on by itself when they are over. Roll back now works at any time.' },
  freeze: { title: 'Frozen', next: 'It goes on by itself when the freeze is over. Roll back now works at any time.' },
  late: { title: 'Late for its schedule', next: 'Resume begins as soon as it is prepared. For another moment: Cancel and plan again.' },
  monitor_silent: { title: 'The monitor is silent', next: `Nobody would notice harm. Mend the monitor, then: ${PRESS}` },
  watcher_silent: { title: 'Nobody watches', next: "Press I'm watching and then Resume, or Roll back now." },
  stopped: { title: 'Stopped on request', next: PRESS },
  paused: { title: 'The backfill is paused', next: PRESS },
  plan_differs: { title: 'The database is not the one that was planned', next: 'Cancel and plan again, or Roll back now.' },
  rehearsal_differs: { title: 'The rehearsal differs', next: 'Cancel and plan again, or Roll back now.' },
  evidence: { title: 'Evidence or an approval is missing', next: `Complete it. ${PRESS}` },
  statement_failed: {
    title: 'A statement failed',
    next: `PostgreSQL rolled its transaction back; what stands alone, such as CONCURRENTLY, is looked at before the next try. ${PRESS}`,
  },
  lock_budget: { title: 'A lock could not be had', next: `Nobody was kept waiting for it. End what holds it, then: ${PRESS}` },
  validation_failed: {
    title: 'Validation failed',
    next: 'The changes are applied. Look at the rows; Resume validates again, Roll back now undoes.',
  },
  alert: {
    title: 'An alert, or five minutes to look',
    next: 'It goes on by itself when the alert is over. Resume goes on now and takes it upon you; Roll back now works at any time.',
  },
  not_as_before: {
    title: 'Not as it was before',
    next: 'Look at the application. Resume vouches for it and ends the run; Roll back now undoes everything.',
  },
  tests_open: {
    title: 'An application test has not passed',
    next: 'Do what is open and press Tested…, then Resume ends the run. Resume before that vouches for the tests; Roll back now undoes everything.',
  },
  problem_reported: {
    title: 'Somebody sees a problem',
    next: 'The thread says what each way costs. Press Resume when it is none, Roll back now, or Restore….',
  },
  restore_failed: { title: 'The restore failed', next: 'What was touched stands above. Mend that and ask again, or Roll back now.' },
  target_unreachable: { title: 'The database cannot be reached', next: `Check the connection. ${PRESS}` },
};
