import type { HomeView, ModalView } from '@slack/types';
import { possibleVerbs } from '../../handlers/possible.ts';
import type { Freeze } from '../../src/domain/freeze.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { linesOf } from '../../src/domain/checklist.ts';
import { testedModal } from '../../src/slack/render/application-tests.ts';
import type { Message } from '../../src/slack/render/block-kit.ts';
import { help, unknownVerb } from '../../src/slack/render/help.ts';
import { eventLine } from '../../src/slack/render/history.ts';
import { home, homeTrouble } from '../../src/slack/render/home.ts';
import {
  answerModal,
  cancelModal,
  confirmItemModal,
  raiseModal,
  rejectModal,
  reportModal,
  scheduleModal,
  waiveModal,
} from '../../src/slack/render/modals.ts';
import { pointInTimeSteps, recoveryMoment } from '../../src/domain/point-in-time.ts';
import { lessonsModal, reportProblemModal } from '../../src/slack/render/problem.ts';
import { lookingModal, restoreModal } from '../../src/slack/render/restore.ts';
import { refusalMessage, refusalText, troubleMessage } from '../../src/slack/render/refusal.ts';
import { recordedMessage } from '../../src/slack/render/recorded.ts';
import { sqlModal } from '../../src/slack/render/sql-modal.ts';
import { historyMessage, statusMessage } from '../../src/slack/render/status.ts';
import { aBackup, anOffer, aPlan, by, evening, PEOPLE, storyTo, type Scene } from '../support/runs.ts';
import { aHome } from './a-home.ts';
import { supabaseRecovery } from '../../src/sources/supabase-recovery.ts';
import { aLedger, someServices } from './a-ledger.ts';
import { ALL_SCENES, viewOf } from './scenes.ts';

/** Replies in the thread, each in the scenes in which it differs. */
const REPLIES: readonly (readonly [Scene, string])[] = [
  ['checklist', 'checklist'],
  ['checklist_ready', 'checklist'],
  ['checklist_waived', 'checklist'],
  ['checklist_unproved', 'checklist'],
  ['checklist_untold', 'checklist'],
  ['scheduled_far', 'checklist'],
  ['holding_untouched', 'checklist'],
  ['preparing_expired', 'checklist'],
  ['checklist_proved', 'approval'],
  ['checklist_one_approval', 'approval'],
  ['checklist_revised', 'approval'],
  ['scheduled', 'approval'],
  ['scheduled_far', 'approval'],
  ['scheduled_expired', 'approval'],
  ['preparing_expired', 'approval'],
  ['preparing', 'started'],
  ['preparing_ready', 'dry_run'],
  ['holding', 'hold:2026-11-24T19:01:00.000Z'],
  ['migrating_asked', 'presence:2026-11-24T19:10:00.000Z'],
  ['holding_called', 'page:held:2026-11-24T19:01:00.000Z'],
  ['holding_call_over', 'page:held:2026-11-24T19:01:00.000Z'],
  ['migrating_alert', 'alert:p95'],
  ['migrating_alert_cleared', 'alert:p95'],
  ['stopping_alert', 'alert:p95'],
  ['rollback_failed', 'rollback_failed:2026-11-24T19:02:05.000Z'],
  ['completed', 'report'],

  ['holding_problem_later', 'problem:2026-11-24T19:25:00.000Z'],
  ['holding_problem', 'problem:2026-11-24T19:06:00.000Z'],
  ['rollback_failed_restore_asked', 'restore:2026-11-24T19:05:00.000Z'],
  ['restoring', 'restore:2026-11-24T19:05:00.000Z'],
  ['rollback_failed_in_place_asked', 'restore:2026-11-24T19:05:00.000Z'],
  ['restoring_in_place', 'restore:2026-11-24T19:05:00.000Z'],
  ['restoring_in_place_accepted', 'restore:2026-11-24T19:05:00.000Z'],
  ['restoring_in_place_unsure', 'restore:2026-11-24T19:05:00.000Z'],
  ['restored_in_place', 'restore:2026-11-24T19:05:00.000Z'],
  ['rollback_failed_in_place_undone', 'restore:2026-11-24T19:05:00.000Z'],
  ['restored_in_place', 'report'],
  ['restored', 'report'],
  ['restored', 'resolved:2026-11-24T19:07:43.000Z'],
  ['restored_lessons', 'resolved:2026-11-24T19:07:43.000Z'],
  ['rolled_back', 'report'],
  ['failed', 'report'],
  ['failed_by_hand', 'report'],
  ['completed', 'details'],
  ['completed_tests', 'details'],
  ['rolled_back', 'details'],
  ['checklist_staging', 'checklist'],
  ['completed_staging', 'report'],
];

const REFUSED_PROVIDER: Refusal = {
  code: 'restore_impossible',
  detail: "The database postgres is looked for by its name by the server's own tools and its provider, so it must not be renamed.",
  remedy: 'owner',
  steps: pointInTimeSteps(aBackup({ startedAt: evening('18:46'), finishedAt: evening('18:48') }), {
    provider: 'Supabase',
    request: supabaseRecovery(
      { project: 'abcdefghijklmnop', token: { reveal: () => '' }, url: 'https://api.supabase.com' },
      { now: () => evening('19:05') },
    ).request(evening('18:46')),
    why: 'Point-in-time recovery is not switched on for this project at Supabase.',
  }),
};

/** Everything that is posted: the card of every scene, and every kind of reply. */
export const MESSAGES: readonly (readonly [Scene, string])[] = [...ALL_SCENES.map((scene) => [scene, 'card'] as const), ...REPLIES];

export function pathOf(scene: Scene, key: string): string {
  return `${key.split(':')[0]}.${scene}.json`;
}

const CARD = 'https://acme.slack.com/archives/C0DEPLOYMENTS/p1795540000000100';

/** A refusal as its person reads it. */
function refused(scene: Scene, refusal: Refusal, asks: { by?: 'nora' | 'sam'; command?: 'approve' | 'start' } = {}): () => Message {
  const { by: name = 'sam', command = 'start' } = asks;
  return () => refusalMessage(refusal, viewOf(scene).run, { actor: by(name), command, card: CARD });
}

/** Everything that only one person sees, by name. */
export const ANSWERS: Readonly<Record<string, () => Message>> = {
  refused_own_plan: refused('checklist_proved', { code: 'own_plan' }, { command: 'approve' }),
  refused_requester_without_role: refused(
    'checklist_proved',
    { code: 'not_permitted', who: '@sam, @kim' },
    { by: 'nora', command: 'approve' },
  ),
  refused_checklist_started: refused('checklist', { code: 'checklist_started', by: '@nora', at: evening('17:10') }),
  refused_anothers_word: refused('checklist', { code: 'personal_line', item: 'On-call available', who: '@ana' }),
  refused_waiver: refused('checklist', {
    code: 'not_yours_to_waive',
    item: 'CPU',
    who: '@olga (operator)',
  }),
  recorded_waiver: () =>
    recordedMessage({ type: 'waive_item', item: 'cpu', reason: 'The nightly export runs.' }, viewOf('checklist_waived').run),
  refused_second_approval: refused('checklist_one_approval', { code: 'already_approved' }, { command: 'approve' }),
  recorded_roll_back: () => recordedMessage({ type: 'roll_back' }, viewOf('stopping').run),
  refused_running_already: refused('migrating', { code: 'wrong_state', state: 'migrating', command: 'start' }),
  refused_plan_changed: refused('checklist_revised', { code: 'plan_changed' }, { command: 'approve' }),
  refused_peak_hours: refused('approved', { code: 'peak_hours', until: evening('17:00'), next: evening('17:00') }),
  refused_frozen: refused('approved', {
    code: 'frozen',
    reason: 'Black Friday',
    until: '2026-11-30T08:00:00.000Z',
    next: '2026-11-30T17:00:00.000Z',
  }),
  refused_items_open: refused('checklist', { code: 'items_open', items: ['Staging looked at (pending)', 'Connections (expired)'] }),
  refused_second_rollback: refused('stopping', { code: 'already_rolling_back', by: '@ana', at: evening('19:01') }),
  refused_unreadable: refused('checklist_void', {
    code: 'migrations_unreadable',
    detail:
      '0008_leads_email_domain.up.sql line 2: syntax error at or near "TRIGER"\n\nCREATE TRIGER x\n       ^\n\nThe database was not touched. Mend the file and plan again.',
  }),
  trouble: () => troubleMessage('4f1c2a9e'),
  unknown_verb: () => unknownVerb('rolback', 'rollback'),
  help_nothing_open: () => help({ run: null, target: 'acme', possible: possibleVerbs(null, asking('planned')) }),
  help_migrating: () =>
    help({ run: viewOf('migrating').run, target: 'acme', possible: possibleVerbs(viewOf('migrating').run, asking('migrating')) }),
  status_migrating: () => statusMessage({ ...STANDING, active: viewOf('migrating'), latest: viewOf('migrating').run }, PEOPLE),
  status_nothing_open: () => statusMessage({ ...STANDING, pending: [], latest: viewOf('completed').run }, PEOPLE),
  history: () => historyMessage('acme', [viewOf('migrating').run, viewOf('rolled_back').run]),
};

const STANDING = {
  target: 'acme',
  applied: [{ version: '0006', name: 'leads_source' }],
  pending: ['0007_leads_newest_first', '0008_leads_email_domain'],
  active: null,
  latest: null,
  problem: null,
};

function asking(scene: Scene) {
  return { services: someServices(aLedger()), actor: by('ana'), now: viewOf(scene).now };
}

/** One of now, one that comes every week, one at the end of the year. */
const FREEZES: readonly Freeze[] = [
  { kind: 'once', reason: 'Black Friday', from: '2026-11-27T06:00', to: '2026-11-30T09:00' },
  { kind: 'every', reason: 'batch night', on: { by: 'week', from: 5, to: 6 }, from: 1320, to: 360 },
  { kind: 'every', reason: 'Christmas', on: { by: 'year', from: { month: 12, day: 20 }, to: { month: 1, day: 3 } }, from: 0, to: 1440 },
];

/** Every window and the Home tab, by name. */
export const VIEWS: Readonly<Record<string, () => ModalView | HomeView>> = {
  ...Object.fromEntries(
    linesOf(aPlan())
      .filter(({ kind }) => kind === 'human')
      .map(({ key }) => [`confirm_${key}`, () => confirmItemModal(viewOf('checklist').run, key)]),
  ),
  waive: () => waiveModal(viewOf('checklist_waived').run, viewOf('checklist_waived').now) ?? answerModal('Nothing to waive', ''),
  raise: () => raiseModal(viewOf('checklist_trivial').run),
  reject: () => rejectModal(viewOf('checklist_proved').run),
  cancel: () => cancelModal(viewOf('approved').run),
  reschedule: () => scheduleModal(viewOf('scheduled').run, evening('20:00')),
  not_done: () => answerModal('Not done', `🔒 ${refusalText({ code: 'wrong_state', state: 'migrating', command: 'cancel' })}`),
  sql: () => sqlModal(viewOf('planned').run),
  report_problem: () => reportProblemModal(viewOf('observing').run),
  tested: () => testedModal(viewOf('observing_tests').run) ?? answerModal('Nothing to test', ''),
  lessons: () => lessonsModal(viewOf('restored').run),
  restore: () => {
    const { run, now } = viewOf('rollback_failed');
    const older = aBackup({ startedAt: evening('02:10'), finishedAt: evening('02:12') });
    const choices = [run.backup ?? older, older].map((backup, index) => ({ backup, proved: true, own: index === 0 }));
    return restoreModal(run, { beside: { choices, offer: anOffer(now) }, inPlace: null });
  },
  restore_looking: lookingModal,
  restore_left_out: () => {
    const { run, now } = viewOf('rollback_failed');
    const older = aBackup({ startedAt: evening('02:10'), finishedAt: evening('02:12') });
    const why = 'It has 900 bytes where 48,234,496 were written. It cannot be restored. The database was not touched.';
    const leftOut = [{ backup: run.backup ?? older, why }];
    return restoreModal(run, {
      beside: { choices: [{ backup: older, proved: true, own: false }], offer: anOffer(now), leftOut },
      inPlace: null,
    });
  },
  restore_in_place: () => {
    const { run, now } = viewOf('rollback_failed');
    const backup = run.backup ?? aBackup({ startedAt: evening('18:46'), finishedAt: evening('18:48') });
    const pointInTime = { provider: 'Supabase', to: recoveryMoment(backup) };
    return restoreModal(run, { beside: null, inPlace: { backup, pointInTime, offer: { ...anOffer(now), predictedMs: null } } });
  },
  restore_impossible_provider: () => answerModal('Not possible', `🔒 ${refusalText(REFUSED_PROVIDER)}`),
  restore_impossible: () =>
    answerModal(
      'Not possible',
      `🔒 ${refusalText({ code: 'restore_impossible', detail: 'The database postgres must not be renamed.', remedy: 'owner', steps: pointInTimeSteps(aBackup({ startedAt: evening('18:46'), finishedAt: evening('18:48') })) })}`,
    ),
  report: () => reportModal(viewOf('completed').run, storyTo('completed').events.map(eventLine)),
  home_quiet: () => home(aHome({ recent: [viewOf('completed').run, viewOf('rejected').run] })),
  home_migrating: () => {
    const { run, now } = viewOf('migrating_alert');
    const waiting = [{ run, what: 'it holds: resume or roll back' }];
    const [target] = aHome().targets;
    const targets = target === undefined ? [] : [{ ...target, backup: run.backup }];
    return home(aHome({ now, active: [run], waiting, targets, cards: new Map([[run.id, CARD]]) }));
  },
  home_freezes: () => {
    const targets = aHome().targets.map((target) => ({ ...target, window: { ...target.window, freezes: FREEZES } }));
    return home(aHome({ now: '2026-11-27T10:00:00.000Z', targets }));
  },
  home_ill: () => {
    const { health } = aHome();
    return home(aHome({ health: { ...health, connections: 0, trouble: 'token_revoked', workerLate: true } }));
  },
  home_without_ledger: homeTrouble,
};
