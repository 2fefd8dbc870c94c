import type { AlertMove, Happening, RunEvent } from '../../domain/events.ts';
import { titleOf, type Verdict } from '../../domain/items.ts';
import { OFFPEAK } from '../../domain/people.ts';
import { inWords } from '../../domain/refusal.ts';
import { restoreWords } from '../../domain/restore.ts';
import { DISARM_WORDS, LEVEL_WORDS, triggerTitle } from './alert-words.ts';
import { newIssueText } from './new-issues.ts';
import { METRIC_TITLES, metricValue } from './metrics.ts';
import { HOLD_WORDS, STEP_WORDS } from './step-words.ts';
import { code, phrase, when, who } from './text.ts';

/** One event as a line: when, what, who. */
export function eventLine(event: RunEvent): string {
  const byPolicy = event.type === 'rollback_requested' && event.actor.id === OFFPEAK.id;
  return `${when(event.at)} · ${byPolicy ? 'rolls back by its policy' : eventWords(event)} · ${who(event.actor)}`;
}

function eventWords(event: Happening): string {
  const words = WORDS[event.type] as (event: Happening) => string;
  return words(event);
}

const TEST_WORDS: Readonly<Record<Verdict, string>> = { pass: 'passed', breach: 'did not pass', unknown: 'gave no result' };

const WORDS: { readonly [Type in Happening['type']]: (event: Extract<Happening, { type: Type }>) => string } = {
  planned: ({ digest }) => `planned, digest ${code(digest, 12)}`,
  plan_revised: ({ changes }) => `plan revised: ${phrase(changes.join(' '), 300)}`,
  plan_voided: ({ problem }) => `plan void: ${phrase(problem, 300)}`,
  checklist_started: () => 'checklist started',
  evidence_recorded: ({ evidence }) =>
    phrase(evidence.map(({ item, verdict, value }) => `${titleOf(item)} ${verdict}: ${value}`).join('; '), 700),
  evidence_withdrawn: ({ item }) => `withdrawn: ${titleOf(item)}`,
  item_acknowledged: ({ item }) => `acknowledged: ${titleOf(item)}`,
  acknowledgement_withdrawn: ({ item }) => `took their word back: ${titleOf(item)}`,
  item_waived: ({ item, reason }) => `waived: ${titleOf(item)}: ${phrase(reason, 300)}`,
  waiver_withdrawn: ({ item }) => `waiver withdrawn: ${titleOf(item)}`,
  drill_requested: () => 'asked for a new backup and its restore',
  on_call_resolved: ({ people }) => `on call: ${phrase(people.join(', ') || 'nobody', 200)}`,
  step_begun: ({ step }) => STEP_WORDS[step].toLowerCase(),
  backed_up: ({ backup }) => `backup ${code(backup.id)} in ${inWords(backup.durationMs)}`,
  rehearsed: ({ digest }) => `rehearsed on the restored backup, digest ${code(digest, 12)}`,
  approved: ({ digest }) => `approved digest ${code(digest, 12)}`,
  quorum_reached: () => 'enough approvals',
  rejected: ({ reason }) => `rejected: ${phrase(reason, 400)}`,
  scheduled: ({ t0 }) => `scheduled for ${when(t0)}`,
  schedule_missed: ({ t0 }) => `the scheduled moment ${when(t0)} was missed`,
  started: ({ t0 }) => `started, first write at ${when(t0)} or later`,
  dry_run_posted: () => 'dry run shown',
  migrating_begun: () => 'first write',
  unit_begun: ({ position, backend }) => `unit ${position + 1} begun on backend ${backend.pid}`,
  unit_applied: ({ position, ms, tries }) =>
    `unit ${position + 1} applied in ${inWords(ms)}, ${tries === 1 ? 'one try' : `${tries} tries`}`,
  units_announced: ({ positions }) => `${spans(positions)} announced behind it`,
  units_withdrawn: ({ positions }) => `${spans(positions)} not begun after all`,
  all_applied: () => 'all units applied',
  validated: () => 'validated',
  completed: () => 'completed',
  alert_raised: ({ alert }) => `alert: ${METRIC_TITLES[alert.metric]} ${metricValue(alert.metric, alert.value)}`,
  alert_escalated: (event) => moved('alert is graver', event),
  alert_eased: (event) => moved('alert is milder', event),
  alert_acknowledged: ({ metric }) => `took the alert upon themself: ${METRIC_TITLES[metric]}`,
  respite_given: ({ until }) => `pressed Hold 5 min, until ${when(until)}`,
  source_lost: ({ source, since, detail }) => `${phrase(source, 80)} cannot be read since ${when(since)}: ${phrase(detail, 300)}`,
  source_found: ({ source }) => `${phrase(source, 80)} can be read again`,
  issues_listed: (listed) => newIssueText(listed),
  issues_unlisted: ({ why }) => `new issues in Sentry could not be listed: ${phrase(why, 300)}`,
  rollback_armed: ({ trigger, firesAt }) => `rolls back by itself at ${when(firesAt)}: ${triggerTitle(trigger)}`,
  rollback_disarmed: ({ reason }) => `does not roll back by itself: ${DISARM_WORDS[reason]}`,
  recovered: () => 'recovered: every signal is well',
  recovery_missed: ({ detail }) => `not recovered: ${phrase(detail, 300)}`,
  alert_cleared: ({ metric }) => `alert cleared: ${METRIC_TITLES[metric]}`,
  presence_confirmed: () => 'is watching',
  presence_asked: () => 'asked the watcher',
  paged: ({ page, through, failure }) =>
    `${failure === null ? 'called the on-call' : 'could not call the on-call'} through ${phrase(through, 80)}: ${phrase(failure ?? page.summary, 300)}`,
  page_closed: ({ failure }) => `the call is over${failure === null ? '' : `, ${phrase(failure, 200)}`}`,
  stop_requested: () => 'asked to stop after this step',
  speed_set: ({ percent }) => `set the backfill to ${percent} %`,
  held: ({ reason, detail }) => `held: ${HOLD_WORDS[reason].title}. ${phrase(detail, 300)}`,
  resumed: () => 'resumed',
  rollback_requested: () => 'pressed Roll back',
  stopped: ({ detail }) => `stopped: ${phrase(detail, 300)}`,
  unit_undone: ({ version, ms }) => `${phrase(version, 40)} undone in ${inWords(ms)}`,
  rolled_back: ({ detail }) => `rolled back: ${phrase(detail, 300)}`,
  rollback_failed: ({ detail, remaining }) =>
    `rollback failed: ${phrase(detail, 300)}; still applied: ${phrase(remaining.join(', '), 200)}`,
  problem_reported: ({ words }) => `sees a problem: ${phrase(words, 300)}`,
  problem_assessed: ({ failures }) => (failures.length === 0 ? 'checked: nothing found' : `checked: ${phrase(failures.join('; '), 300)}`),
  application_tested: ({ findings }) =>
    findings.map(({ test, verdict, value }) => `test ${test}: ${TEST_WORDS[verdict]}, ${phrase(value, 200)}`).join('; '),
  lessons_recorded: ({ lessons }) => `learned: ${phrase(lessons, 400)}`,
  restore_requested: (event) => `asked for ${phrase(restoreWords(event), 200)}`,
  restore_approved: () => 'agreed to the restore',
  restore_loaded: ({ ms }) => `backup loaded beside in ${inWords(ms)}`,
  restore_validated: () => 'the copy equals the backup',
  restore_sent: () => 'asks the provider to take the database back',
  restore_accepted: () => 'the provider takes the database back; it cannot be reached meanwhile',
  restore_unsure: ({ detail }) => `nobody knows whether the provider takes the database back: ${phrase(detail, 300)}`,
  restored: ({ switched, detail }) =>
    `restored${switched === null ? '' : `, the old database is kept as ${code(switched.kept)}`}: ${phrase(detail, 300)}`,
  restore_failed: ({ detail }) => `restore failed: ${phrase(detail, 400)}`,
  failed: ({ detail }) => `failed: ${phrase(detail, 400)}`,
  cancelled: ({ reason }) => `cancelled: ${phrase(reason, 300)}`,
  class_raised: ({ reason }) => `wants a staging run: ${phrase(reason, 300)}`,
  measured_before: ({ before: { load, rows } }) =>
    `load measured before the change: ${load.queries.length} queries; ${rows.length} touched tables compared with production`,
  measured_after: ({ after: { load, hooks } }) =>
    `the same load measured after the change: ${load.queries.length} queries; ${hooks.length} smoke tests run`,
};

function moved(what: string, { metric, level, value }: AlertMove): string {
  return `${what}: ${METRIC_TITLES[metric]} ${metricValue(metric, value)}, ${LEVEL_WORDS[level].toLowerCase()}`;
}

/** `units 3 to 40`: what is announced or withdrawn together follows one another. */
function spans(positions: readonly number[]): string {
  const [first = 0] = positions;
  const last = positions.at(-1) ?? first;
  return first === last ? `unit ${first + 1}` : `units ${first + 1} to ${last + 1}`;
}
