import type { Instant } from './instant.ts';

/** Why a command is not carried out. A closed list: every reason has its sentence here and nowhere else. */
export type Refusal =
  | { readonly code: 'not_permitted'; readonly who: string }
  | { readonly code: 'wrong_state'; readonly state: string; readonly command: string }
  | { readonly code: 'already_rolling_back'; readonly by: string; readonly at: Instant }
  | { readonly code: 'already_approved' }
  | { readonly code: 'own_plan' }
  | { readonly code: 'proof_missing' }
  | { readonly code: 'plan_changed' }
  | { readonly code: 'items_open'; readonly items: readonly string[] }
  | { readonly code: 'approvals_open'; readonly have: number; readonly want: number }
  | { readonly code: 'peak_hours'; readonly until: Instant; readonly next: Instant | null }
  | { readonly code: 'crosses_peak'; readonly from: Instant; readonly durationMs: number; readonly next: Instant | null }
  | { readonly code: 'window_open' }
  | { readonly code: 'in_the_past' }
  | { readonly code: 'evidence_empty' }
  | { readonly code: 'unknown_item'; readonly item: string }
  | { readonly code: 'active_run'; readonly number: number; readonly state: string }
  | { readonly code: 'no_run'; readonly target: string }
  | { readonly code: 'nothing_pending'; readonly target: string }
  | { readonly code: 'migrations_unreadable'; readonly detail: string }
  | { readonly code: 'target_unusable'; readonly detail: string }
  | { readonly code: 'backup_unproved' }
  | { readonly code: 'out_of_order' }
  | { readonly code: 'lost_lease' }
  | { readonly code: 'already_so'; readonly detail: string };

/** A duration in words: `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** States whose names do not read well after "This run is". */
const STANDING: Readonly<Record<string, string>> = {
  checklist: 'in its checklist',
  holding: 'on hold',
  'rollback failed': 'stuck after a failed rollback',
};

/** The sentence for the operator: what was refused, and what to do now. `when` writes an instant for the reader's surface. */
export function refusalSentence(refusal: Refusal, when: (instant: Instant) => string): string {
  const next = (instant: Instant | null) =>
    instant === null
      ? 'No moment of the next eight days fits; make the plan smaller or ask for a wider window.'
      : `The next moment that fits is ${when(instant)}.`;
  switch (refusal.code) {
    case 'not_permitted':
      return `You may not do this. It may be done by ${refusal.who}.`;
    case 'wrong_state':
      return `This run is ${STANDING[refusal.state] ?? refusal.state}, so there is nothing to ${refusal.command} here. Nothing was changed.`;
    case 'already_rolling_back':
      return `${refusal.by} pressed Roll back first, at ${when(refusal.at)}. One rollback is under way; watch the card.`;
    case 'already_approved':
      return 'Your approval is already counted, so nothing was changed. Another person has to give the next one.';
    case 'own_plan':
      return 'You asked for this plan, so your approval never counts. Two other approvers have to look at it.';
    case 'proof_missing':
      return 'The rehearsal is not in yet, and an approval covers its result. Wait for the line "Rollback proved" in the checklist.';
    case 'plan_changed':
      return 'The plan has changed since this message was drawn. Read the card again; the new digest is on it.';
    case 'items_open':
      return `These lines do not pass: ${refusal.items.join(', ')}. The database was not touched.`;
    case 'approvals_open':
      return `${refusal.have} of ${refusal.want} approvals are in. The database was not touched.`;
    case 'peak_hours':
      return `It is peak hours until ${when(refusal.until)}, so nothing was started. ${next(refusal.next)}`;
    case 'crosses_peak':
      return `It is predicted to take ${inWords(refusal.durationMs)} and would reach peak hours at ${when(refusal.from)}, so nothing was started. ${next(refusal.next)}`;
    case 'window_open':
      return 'It fits right now: use Start now.';
    case 'in_the_past':
      return 'That moment has passed. Choose a later one.';
    case 'evidence_empty':
      return 'Write what you looked at: a tick without evidence is not evidence.';
    case 'unknown_item':
      return `There is no checklist line "${refusal.item}" for a person to confirm.`;
    case 'active_run':
      return `Run #${refusal.number} of this target is ${refusal.state}. One run at a time: finish or cancel it first.`;
    case 'no_run':
      return `There is no open run for ${refusal.target}. Make a plan first.`;
    case 'nothing_pending':
      return `Nothing is pending for ${refusal.target}: every migration file is applied.`;
    case 'migrations_unreadable':
    case 'target_unusable':
      return refusal.detail;
    case 'backup_unproved':
      return 'There is no backup of this run that was proved by a restore, so nothing may be changed. The database was not touched.';
    case 'out_of_order':
      return 'The worker reported something out of order; it was not recorded.';
    case 'lost_lease':
      return 'Another worker has taken this run over; this one stops.';
    case 'already_so':
      return refusal.detail;
  }
}
