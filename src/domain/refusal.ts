import type { Instant } from './instant.ts';
import { remedyWords, type RestoreRemedy } from './restore.ts';

/** Why a command is not carried out. A closed list: every reason has its sentence here and nowhere else. */
export type Refusal =
  | { readonly code: 'not_permitted'; readonly who: string }
  | { readonly code: 'wrong_state'; readonly state: string; readonly command: string }
  | { readonly code: 'checklist_started'; readonly by: string; readonly at: Instant }
  | { readonly code: 'already_rolling_back'; readonly by: string; readonly at: Instant }
  | { readonly code: 'already_approved' }
  | { readonly code: 'own_plan' }
  | { readonly code: 'proof_missing' }
  | { readonly code: 'plan_changed' }
  | { readonly code: 'items_open'; readonly items: readonly string[] }
  | { readonly code: 'approvals_open'; readonly have: number; readonly want: number }
  | { readonly code: 'peak_hours'; readonly until: Instant; readonly next: Instant | null }
  | { readonly code: 'crosses_peak'; readonly from: Instant; readonly durationMs: number; readonly next: Instant | null }
  | { readonly code: 'frozen'; readonly reason: string; readonly until: Instant; readonly next: Instant | null }
  | {
      readonly code: 'crosses_freeze';
      readonly reason: string;
      readonly from: Instant;
      readonly durationMs: number;
      readonly next: Instant | null;
    }
  | { readonly code: 'window_open' }
  | { readonly code: 'in_the_past' }
  | { readonly code: 'evidence_empty' }
  | { readonly code: 'unknown_item'; readonly item: string }
  | { readonly code: 'unknown_test'; readonly test: string; readonly names: readonly string[] }
  | { readonly code: 'personal_line'; readonly item: string; readonly who: string }
  | { readonly code: 'own_review' }
  | { readonly code: 'own_waiver' }
  | { readonly code: 'not_waivable'; readonly item: string }
  | { readonly code: 'not_yours_to_waive'; readonly item: string; readonly who: string }
  | { readonly code: 'reason_missing' }
  | { readonly code: 'active_run'; readonly number: number; readonly target: string; readonly state: string }
  | { readonly code: 'no_run'; readonly target: string }
  | { readonly code: 'nothing_pending'; readonly target: string }
  | { readonly code: 'migrations_unreadable'; readonly detail: string }
  | { readonly code: 'target_unusable'; readonly detail: string }
  | { readonly code: 'backup_unproved' }
  | { readonly code: 'out_of_order' }
  | { readonly code: 'lost_lease' }
  | { readonly code: 'no_backfill' }
  | { readonly code: 'repeated' }
  | { readonly code: 'already_so'; readonly detail: string }
  | { readonly code: 'no_twin'; readonly target: string }
  | { readonly code: 'twin_differs'; readonly detail: string }
  | { readonly code: 'wrong_database'; readonly database: string }
  | { readonly code: 'backup_not_proved'; readonly backup: string }
  | { readonly code: 'unknown_backup'; readonly backup: string }
  | { readonly code: 'restore_not_asked' }
  | { readonly code: 'second_person' }
  | { readonly code: 'restore_differs'; readonly backup: string }
  | { readonly code: 'restore_on_its_way'; readonly provider: string; readonly until: Instant }
  | { readonly code: 'restore_expired'; readonly by: string; readonly at: Instant }
  | { readonly code: 'restore_impossible'; readonly detail: string; readonly remedy: RestoreRemedy; readonly steps: readonly string[] }
  | { readonly code: 'extended_over'; readonly until: Instant }
  | { readonly code: 'overtaken'; readonly number: number; readonly state: string }
  | { readonly code: 'words_missing' };

/** A duration in words: `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What was measured or predicted; what is shorter than a second is not `0 s`. */
export function lasting(milliseconds: number): string {
  return milliseconds < 1000 ? 'under 1 s' : inWords(milliseconds);
}

/** What is said for the operator: what was refused, whether anything was changed, and what to do now. `when` writes an instant for the reader's surface. */
export function refusalSentence(refusal: Refusal, when: (instant: Instant) => string): string {
  return refusalParts(refusal, when).join(' ');
}

/** The same sentence by sentence; the first one is the reason. */
export function refusalParts(refusal: Refusal, when: (instant: Instant) => string): readonly string[] {
  const next = (instant: Instant | null) =>
    instant === null
      ? 'No moment of the next eight days outside freezes fits; make the plan smaller or ask for a wider window.'
      : `The next moment that fits is ${when(instant)}.`;
  switch (refusal.code) {
    case 'not_permitted':
      return [`You may not do this. It may be done by ${refusal.who}.`, UNCHANGED, whom(refusal.who)];
    case 'wrong_state':
      return [
        `This run is ${standing(refusal.state)}, so there is nothing to ${refusal.command} here.`,
        UNCHANGED,
        'Its card shows what can be done now.',
      ];
    case 'checklist_started':
      return [`${refusal.by} started the checklist at ${when(refusal.at)}.`, UNCHANGED, 'Its lines are in the thread of the card.'];
    case 'already_rolling_back':
      return [
        `${refusal.by} pressed Roll back first, at ${when(refusal.at)}.`,
        'There is one rollback, and yours changed nothing more.',
        'Watch the card.',
      ];
    case 'already_approved':
      return ['Your approval is already counted.', UNCHANGED, 'Another person has to give the next one.'];
    case 'own_plan':
      return ['You asked for this plan, so your approval never counts.', UNCHANGED, 'Two other approvers have to look at it.'];
    case 'proof_missing':
      return [
        'The rehearsal is not in yet, and an approval covers its result.',
        UNCHANGED,
        'Wait for the line "Rollback proved" in the checklist.',
      ];
    case 'plan_changed':
      return ['The plan has changed since this message was drawn.', UNCHANGED, 'Read the card again; the new digest is on it.'];
    case 'items_open':
      return [
        `These lines do not pass: ${refusal.items.join(', ')}.`,
        UNTOUCHED,
        'Confirm what people confirm, mend what machines measure, then try again.',
      ];
    case 'approvals_open':
      return [`${refusal.have} of ${refusal.want} approvals are in.`, UNTOUCHED, 'Ask the approvers for the rest.'];
    case 'peak_hours':
      return [`It is peak hours until ${when(refusal.until)}, so nothing was started.`, next(refusal.next)];
    case 'crosses_peak':
      return [
        `It is predicted to take ${lasting(refusal.durationMs)} and would reach peak hours at ${when(refusal.from)}, so nothing was started.`,
        next(refusal.next),
      ];
    case 'frozen':
      return [`The freeze "${refusal.reason}" lasts until ${when(refusal.until)}, so nothing was started.`, next(refusal.next)];
    case 'crosses_freeze':
      return [
        `It is predicted to take ${lasting(refusal.durationMs)} and would reach the freeze "${refusal.reason}" at ${when(refusal.from)}, so nothing was started.`,
        next(refusal.next),
      ];
    case 'window_open':
      return ['It fits right now: use Start now, or name a later moment.', 'Nothing was scheduled.'];
    case 'in_the_past':
      return ['That moment has passed.', 'Nothing was scheduled.', 'Choose a later one.'];
    case 'evidence_empty':
      return ['Write what you looked at: a tick without evidence is not evidence.', 'Nothing was recorded.'];
    case 'unknown_item':
      return [
        `There is no checklist line "${refusal.item}" for a person to confirm.`,
        UNCHANGED,
        'The checklist shows the lines that wait for people.',
      ];
    case 'unknown_test': {
      const open = refusal.names.join(', ');
      const next = open === '' ? 'The card shows the tests of this run.' : `Choose one of: ${open}.`;
      return [`No person does a test "${refusal.test}" here.`, UNCHANGED, next];
    }
    case 'personal_line':
      return [
        `The line "${refusal.item}" is answered by ${refusal.who} personally; nobody can do it for another.`,
        UNCHANGED,
        whom(refusal.who) === 'Ask one of them.' ? 'Ask them to press the button.' : whom(refusal.who),
      ];
    case 'own_review':
      return [
        'You asked for this plan, so somebody else has to read its way back.',
        'Nothing was recorded.',
        'Ask another person to confirm it.',
      ];
    case 'own_waiver':
      return ['You asked for this plan, so you cannot waive a line of it.', UNCHANGED, 'Ask another person who may.'];
    case 'not_waivable':
      return [
        `The line "${refusal.item}" cannot be waived by anybody.`,
        UNCHANGED,
        'Mend what keeps it open; the checklist shows what that is.',
      ];
    case 'not_yours_to_waive':
      return [`The line "${refusal.item}" may be waived by ${refusal.who}.`, UNCHANGED, whom(refusal.who)];
    case 'reason_missing':
      return ['Write why this line may stay open: everybody reads it.', 'Nothing was recorded.'];
    case 'active_run':
      return [
        `Run #${refusal.number} of ${refusal.target} is ${standing(refusal.state)}.`,
        'One run at a time: finish or cancel it first.',
        UNCHANGED,
      ];
    case 'no_run':
      return [`There is no open run for ${refusal.target}.`, 'Make a plan first.', UNCHANGED];
    case 'nothing_pending':
      return [
        `Nothing is pending for ${refusal.target}: every migration file is applied.`,
        UNCHANGED,
        'Add a migration file, then plan again.',
      ];
    case 'migrations_unreadable':
      return told(refusal.detail, 'Mend the file, then plan again.');
    case 'target_unusable':
      return told(refusal.detail, 'Mend that, then try again.');
    case 'backup_unproved':
      return [
        'There is no backup of this run that was proved by a restore, so nothing may be changed.',
        UNTOUCHED,
        'Preparation takes a new one and proves it.',
      ];
    case 'out_of_order':
      return ['The worker reported something out of order; it was not recorded.', 'It reads the run again and goes on from there.'];
    case 'lost_lease':
      return [
        'Another worker has taken this run over; this one stops.',
        'Nothing more was changed by it.',
        'The card follows the other one.',
      ];
    case 'repeated':
      return ['This very request was carried out before.', 'Nothing was done a second time.', 'The card shows what came of it.'];
    case 'no_backfill':
      return [
        'No backfill runs here now, and nothing else can be paused or slowed.',
        '"Stop after this step" holds the run behind the statement that runs.',
        UNCHANGED,
      ];
    case 'no_twin':
      return [
        `The target ${refusal.target} has no staging twin.`,
        UNCHANGED,
        `Add one in offpeak.yaml (targets, ${refusal.target}, staging); until then a person confirms what was tried.`,
      ];
    case 'twin_differs':
      return [refusal.detail, 'Nothing was changed on either database.', 'Mend that, then try it out again.'];
    case 'wrong_database':
      return [
        `The database is called ${refusal.database}, and that is not what was typed.`,
        UNCHANGED,
        'Write its name exactly as it stands there.',
      ];
    case 'backup_not_proved':
      return [`No restore has proved backup ${refusal.backup}, so nobody knows what is in it.`, UNCHANGED, 'Choose one that is proved.'];
    case 'unknown_backup':
      return [
        refusal.backup === '' ? 'This run took no backup of its own.' : `There is no backup ${refusal.backup} of this target.`,
        UNCHANGED,
        'Choose one that "offpeak restore --list" shows.',
      ];
    case 'restore_not_asked':
      return ['Nobody asks for a restore of this run now.', UNCHANGED, 'Its card shows where it stands.'];
    case 'second_person':
      return ['You asked for this restore, so somebody else has to agree to it.', UNCHANGED, 'Ask an approver or whoever is on call.'];
    case 'restore_differs':
      return [
        `Meanwhile the restore of ${refusal.backup} is asked for.`,
        UNCHANGED,
        'Read the newest message, and agree to that one or not.',
      ];
    case 'restore_on_its_way':
      return [`It may be on its way to ${refusal.provider} until ${when(refusal.until)}.`, UNCHANGED, 'Wait until then, then look again.'];
    case 'restore_expired':
      return [
        `${refusal.by} asked for it at ${when(refusal.at)}, and what would be lost may have grown since.`,
        UNCHANGED,
        'Ask for it again, with the count of now.',
      ];
    case 'restore_impossible':
      return [refusal.detail, ...(/not touched/.test(refusal.detail) ? [] : [UNTOUCHED]), ...remedyWords(refusal)];
    case 'extended_over':
      return [
        `The thirty minutes after the first write were over at ${when(refusal.until)}, so this is an incident of its own and not this run any more.`,
        UNCHANGED,
        'Ask whoever is on call. The backups of the run are kept: "offpeak restore --list" shows them.',
      ];
    case 'overtaken':
      return [
        `Run #${refusal.number} of the same database came after this one and is ${standing(refusal.state)}, so this one is not opened again.`,
        UNCHANGED,
        'Ask whoever is on call, or report the problem with the newer run.',
      ];
    case 'words_missing':
      return ['No words came with it, and others decide by them.', 'Nothing was recorded.', 'Write it in a sentence and send it again.'];
    case 'already_so':
      return [refusal.detail, 'Nothing more was changed.', 'The card shows where it stands.'];
  }
}

const UNCHANGED = 'Nothing was changed.';
const UNTOUCHED = 'The database was not touched.';

/** A detail that says itself that nothing was touched says what to do as well. */
function told(detail: string, next: string): readonly string[] {
  return /[Nn]othing was|not touched/.test(detail) ? [detail] : [detail, UNTOUCHED, next];
}

function whom(who: string): string {
  return who.startsWith('@') ? 'Ask one of them.' : 'Give somebody the role in offpeak.yaml first.';
}

/** The states that do not read as what a run is. */
const STANDING: Readonly<Record<string, string>> = {
  checklist: 'in its checklist',
  holding: 'on hold',
  'rollback failed': 'stuck after a failed rollback',
};

function standing(state: string): string {
  return STANDING[state] ?? state;
}
