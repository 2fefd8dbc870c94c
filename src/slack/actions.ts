/** Every button's action; part of the program's interface, because people's scripts and old messages carry them. */
export const ACTIONS = [
  'start_checklist',
  'confirm_item',
  'withdraw_item',
  'acknowledge',
  'confirm_available',
  'ask_waive',
  'run_drill',
  'approve',
  'reject',
  'start',
  'schedule',
  'stop_after_step',
  'pause',
  'speed_25',
  'speed_50',
  'speed_100',
  'speed_200',
  'roll_back',
  'resume',
  'confirm_presence',
  'hold_five',
  'acknowledge_alert',
  'cancel',
  'close_failed',
  'ask_cancel',
  'reschedule',
  'view_sql',
  'sql_previous',
  'sql_next',
  'open_report',
  'try_staging',
  'ask_raise',
  'report_problem',
  'ask_restore',
  'approve_restore',
  'give_up_restore',
  'restore_was_done',
  'write_lessons',
  'ask_tested',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Actions that stand once per checklist line or alert; their id carries which, so that ids differ inside one message. */
export const ITEM_ACTIONS: readonly Action[] = ['confirm_item', 'withdraw_item', 'acknowledge_alert'];

/** Actions that stand in the ⋯ menu of a card: seldom needed, and none of them is meant to be hit by accident (R3). */
export const MENU_ACTIONS: readonly Action[] = [
  'ask_cancel',
  'ask_raise',
  'reschedule',
  'stop_after_step',
  'speed_25',
  'speed_50',
  'speed_100',
  'speed_200',
];

/** What the buttons say, exactly. */
export const LABELS: Readonly<Record<Action, string>> = {
  start_checklist: 'Start checklist',
  confirm_item: 'Confirm…',
  withdraw_item: 'Withdraw',
  acknowledge: 'Acknowledge',
  confirm_available: "I'm available",
  ask_waive: 'Waive…',
  run_drill: 'Run drill now',
  approve: 'Approve',
  reject: 'Reject…',
  start: 'Start now',
  schedule: 'Schedule…',
  stop_after_step: 'Stop after this step',
  pause: 'Pause',
  speed_25: 'Speed 25 %',
  speed_50: 'Speed 50 %',
  speed_100: 'Speed 100 %',
  speed_200: 'Speed 200 %',
  roll_back: 'Roll back now',
  resume: 'Resume',
  confirm_presence: "I'm watching",
  hold_five: 'Hold 5 min',
  acknowledge_alert: 'Acknowledge',
  cancel: 'Cancel',
  close_failed: 'Close by hand',
  ask_cancel: 'Cancel…',
  reschedule: 'Reschedule…',
  view_sql: 'View SQL',
  sql_previous: 'Previous',
  sql_next: 'Next',
  open_report: 'Open report',
  try_staging: 'Run on staging',
  ask_raise: 'Raise the class of…',
  report_problem: 'Report a problem…',
  ask_restore: 'Restore…',
  approve_restore: 'Agree to the restore',
  give_up_restore: 'It was not done',
  restore_was_done: 'It was done',
  write_lessons: 'Close with lessons…',
  ask_tested: 'Tested…',
};

/** Modals that are submitted. */
export const CALLBACKS = {
  confirmItem: 'confirm_item_submitted',
  raise: 'raise_submitted',
  reject: 'reject_submitted',
  waive: 'waive_submitted',
  cancel: 'cancel_submitted',
  schedule: 'schedule_submitted',
  reportProblem: 'report_problem_submitted',
  restore: 'restore_submitted',
  lessons: 'lessons_submitted',
  tested: 'tested_submitted',
} as const;
/** Where the one text of a submitted modal stands in `view.state.values`. */
export const NOTE = { block: 'note', action: 'note' } as const;
/** Where the chosen line of a submitted modal stands. */
export const LINE = { block: 'line', action: 'line' } as const;
/** Where the chosen moment of a submitted modal stands. */
export const MOMENT = { block: 'moment', action: 'moment' } as const;
/** The ⋯ menu; what was chosen in it stands in the option. */
export const MENU = 'more';

export const COMMAND = '/migrate';

/** `confirm_item:staging`, or the action alone. */
export function actionId(action: Action, item = ''): string {
  return item === '' ? action : `${action}:${item}`;
}

/** What an action id means; null when no version of this program ever wrote it. */
export function parseActionId(id: string): { readonly action: Action; readonly item: string } | null {
  const [name = '', ...rest] = id.split(':');
  const item = rest.join(':');
  const action = ACTIONS.find((known) => known === name);
  if (action === undefined || ITEM_ACTIONS.includes(action) !== (item !== '')) return null;
  return { action, item };
}

/** What a button carries (R8): which run, the version it was drawn from, and for some the digest or moment it stands for. */
export type Reference = { readonly runId: string; readonly version: number; readonly extra: string };

export function writeReference({ runId, version, extra }: Reference): string {
  return extra === '' ? `run:${runId}:v${version}` : `run:${runId}:v${version}:${extra}`;
}

/** Null for a value this program never wrote. */
export function readReference(value: string): Reference | null {
  const found = /^run:([^:]+):v(\d+)(?::(.*))?$/.exec(value);
  if (found === null) return null;
  return { runId: found[1] ?? '', version: Number(found[2]), extra: found[3] ?? '' };
}
