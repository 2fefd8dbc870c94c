import { plus } from '../../src/domain/instant.ts';
import { FAILED_ATTEMPT } from '../../src/domain/next-step.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import { unitsOf } from '../../src/domain/plan.ts';
import type { RunState } from '../../src/domain/run.ts';
import { lateHold } from '../../src/domain/schedule.ts';
import { checklistFor, describeLineChanges, linesOf } from '../../src/domain/checklist.ts';
import { judgeStaging } from '../../src/domain/staging.ts';
import { AFTER, BASELINE, by, CHECKLIST, evening, healthEvidence, noticeEvidence, SCHEDULE, SOURCES, SWITCHED } from './plans.ts';
import { BEFORE, STAGING_FOR, TRIED } from './staging.ts';
import {
  agreed,
  approve,
  asked,
  beginUnit,
  confirm,
  dryRun,
  endUnit,
  finishUnits,
  gather,
  hold,
  notice,
  raise,
  step,
  undo,
  verified,
  type Tale,
} from './telling.ts';

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
  'restored_lessons',
  'holding_problem',
  'holding_problem_later',
  'holding_restore_failed',
  'rejected',
  'checklist_staging',
  'preparing_staging',
  'completed_staging',
] as const;
export type Scene = RunState | (typeof VARIANTS)[number];

/** Every scene as the one it follows and what is said after that. */
export const SCENES: Readonly<Record<Scene, { readonly after: Scene | null; readonly tell: (tale: Tale) => void }>> = {
  planned: { after: null, tell: (tale) => notice(tale, '17:05:05') },
  checklist: { after: 'planned', tell: (tale) => tale.says('17:06', by('nora'), { type: 'start_checklist' }) },
  checklist_proved: { after: 'checklist', tell: (tale) => gather(tale, ['17:07', '17:08', '17:10', '17:12']) },
  checklist_unproved: {
    after: 'checklist',
    tell: (tale) => {
      const at = evening('17:08');
      const none = {
        verdict: 'breach',
        value: 'no backup of this target was restored yet; the proof of this run will be the first',
      } as const;
      const failed = {
        item: 'backup',
        verdict: 'breach',
        value: 'the scratch server refuses connections',
        limit: '',
        source: FAILED_ATTEMPT,
      } as const;
      const evidence = [
        ...healthEvidence(tale.run.plan, at, { restore_drill: none }),
        { ...failed, at, expiresAt: plus(at, 60_000), actor: OFFPEAK },
      ];
      tale.says('17:08', OFFPEAK, { type: 'record_evidence', evidence });
    },
  },
  checklist_ready: { after: 'checklist_proved', tell: (tale) => confirm(tale) },
  checklist_waived: {
    after: 'checklist_proved',
    tell: (tale) => {
      const busy = { cpu: { verdict: 'breach', value: '71.3 %' } } as const;
      tale.says('17:13', OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, evening('17:13'), busy) });
      tale.says('17:13', by('olga'), { type: 'waive_item', item: 'cpu', reason: 'The nightly export runs until 19:30 and takes a core.' });
      tale.says('17:14', by('sam'), { type: 'acknowledge_item', item: 'stakeholders' });
    },
  },
  checklist_untold: {
    after: 'checklist_proved',
    tell: (tale) => {
      const [told] = noticeEvidence(tale.run.plan, evening('17:13'));
      if (told === undefined) return;
      const { permalink: _, ...failed } = told;
      const value = 'the card could not be posted: is_archived';
      tale.says('17:13', OFFPEAK, { type: 'record_evidence', evidence: [{ ...failed, verdict: 'breach', value }] });
    },
  },
  checklist_one_approval: { after: 'checklist_ready', tell: (tale) => approve(tale, '17:17', 'sam') },
  checklist_revised: {
    after: 'checklist_one_approval',
    tell: (tale) => {
      const { plan } = tale.run;
      const revised = { ...plan, migrations: plan.migrations.slice(0, 1), plannedAt: evening('17:30') };
      tale.says('17:30', SCHEDULE, { type: 'revise_plan', plan: revised, changes: ['0008_leads_email_domain is no longer in the files.'] });
    },
  },
  checklist_void: {
    after: 'checklist_one_approval',
    tell: (tale) => tale.says('17:30', SCHEDULE, { type: 'void_plan', problem: '0008 line 2: syntax error at or near "TRIGER"' }),
  },
  approved: { after: 'checklist_one_approval', tell: (tale) => approve(tale, '17:18', 'kim') },
  scheduled: { after: 'approved', tell: (tale) => tale.says('17:20', by('nora'), { type: 'schedule', t0: evening('19:00') }) },
  scheduled_far: {
    after: 'approved',
    tell: (tale) => tale.says('17:20', by('nora'), { type: 'schedule', t0: '2026-11-25T18:00:00.000Z' }),
  },
  scheduled_expired: {
    after: 'approved',
    tell: (tale) => {
      tale.says('17:20', by('nora'), { type: 'schedule', t0: '2026-11-25T18:00:00.000Z' });
      const later = '2026-11-25T17:30:00.000Z';
      tale.says(later, OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, later) });
      notice(tale, later);
      confirm(tale, later);
    },
  },
  preparing_expired: {
    after: 'approved',
    tell: (tale) => {
      tale.says('17:20', by('nora'), { type: 'schedule', t0: '2026-11-25T18:00:00.000Z' });
      notice(tale, '2026-11-25T07:00:00.000Z');
      tale.says('2026-11-25T17:45:00.000Z', SCHEDULE, { type: 'open_preparation' });
    },
  },
  preparing: { after: 'scheduled', tell: (tale) => tale.says('18:45', SCHEDULE, { type: 'open_preparation' }) },
  preparing_ready: {
    after: 'preparing',
    tell: (tale) => {
      gather(tale, ['18:45:10', '18:46', '18:48', '18:50']);
      dryRun(tale, '18:50:30');
      step(tale, '18:55', 'check');
      tale.says('18:55:05', OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, evening('18:55:05')) });
      dryRun(tale, '18:55:10');
    },
  },
  migrating_begun: {
    after: 'preparing_ready',
    tell: (tale) => {
      step(tale, '19:00', 'begin');
      const { fingerprint } = tale.run.plan;
      tale.says('19:00', OFFPEAK, { type: 'begin_migrating', baseline: BASELINE, fingerprint, newestSample: evening('18:59:55') });
    },
  },
  migrating: {
    after: 'migrating_begun',
    tell: (tale) => {
      beginUnit(tale, 0);
      if (unitsOf(tale.run.plan).length > 1) endUnit(tale, 0);
      if (unitsOf(tale.run.plan).length > 1) beginUnit(tale, 1);
    },
  },
  migrating_alert: { after: 'migrating', tell: (tale) => raise(tale, '19:00:50') },
  migrating_alert_cleared: {
    after: 'migrating_alert',
    tell: (tale) => tale.says('19:01:30', OFFPEAK, { type: 'clear_alert', metric: 'p95' }),
  },
  migrating_backfill: {
    after: 'migrating',
    tell: (tale) => {
      endUnit(tale, 1);
      beginUnit(tale, 2);
    },
  },
  migrating_asked: { after: 'migrating', tell: (tale) => tale.says('19:10', OFFPEAK, { type: 'ask_presence' }) },
  holding_paused: {
    after: 'migrating_backfill',
    tell: (tale) => {
      tale.says('19:02:30', by('ana'), { type: 'set_speed', percent: 50 });
      tale.says('19:02:40', by('ana'), { type: 'pause' });
    },
  },
  migrating_stop_requested: { after: 'migrating', tell: (tale) => tale.says('19:00:55', by('ana'), { type: 'stop_after_step' }) },
  validating: { after: 'migrating', tell: (tale) => finishUnits(tale) },
  observing: {
    after: 'validating',
    tell: (tale) => {
      step(tale, '19:05', 'validate');
      tale.says('19:05:01', OFFPEAK, { type: 'record_validation', failures: [] });
    },
  },
  observing_alert: { after: 'observing', tell: (tale) => raise(tale, '19:08') },
  completed: {
    after: 'observing',
    tell: (tale) => {
      step(tale, '19:15', 'validate');
      tale.says('19:15', OFFPEAK, { type: 'record_validation', failures: [] });
      step(tale, '19:15', 'finish');
      tale.says('19:15', OFFPEAK, { type: 'finish', after: AFTER });
    },
  },
  holding: { after: 'migrating', tell: (tale) => hold(tale, 'lock_budget', '41 tries in 60 s; pid 4711 (reporting) holds public.leads.') },
  holding_peak_hours: { after: 'migrating', tell: (tale) => hold(tale, 'peak_hours', 'Peak hours have begun.') },
  holding_freeze: { after: 'migrating', tell: (tale) => hold(tale, 'freeze', 'The freeze "Black Friday" has begun.') },
  holding_late: {
    after: 'preparing',
    tell: (tale) => {
      const late = lateHold(tale.run, evening('18:55'));
      if (late !== null) tale.says('18:55', OFFPEAK, { type: 'hold', ...late });
    },
  },
  holding_statement_failed: {
    after: 'migrating',
    tell: (tale) => hold(tale, 'statement_failed', '42701: column "email_domain" of relation "leads" already exists (0008 line 1)'),
  },
  holding_called: {
    after: 'holding_statement_failed',
    tell: (tale) => {
      const { since = evening('19:01'), detail = '' } = tale.run.holding ?? {};
      const page = { key: `held:${since}`, reason: 'held', summary: detail } as const;
      tale.says('19:03', OFFPEAK, {
        type: 'record_page',
        page,
        through: 'PagerDuty',
        failure: 'PagerDuty could not be reached (ENOTFOUND).',
      });
      tale.says('19:04', OFFPEAK, { type: 'record_page', page, through: 'PagerDuty', failure: null });
    },
  },
  holding_call_over: {
    after: 'holding_called',
    tell: (tale) => {
      const [called] = tale.run.pages;
      tale.says('19:06', by('olga'), { type: 'resume' });
      tale.says('19:06:02', OFFPEAK, { type: 'record_page_closed', key: called?.key ?? '', failure: null });
      hold(tale, 'stopped', '@olga asked to stop after this step.', '19:06:30');
    },
  },
  holding_monitor_silent: {
    after: 'migrating',
    tell: (tale) => hold(tale, 'monitor_silent', 'The monitor has not given a reading in time, so nobody would notice harm.'),
  },
  holding_watcher_silent: {
    after: 'migrating',
    tell: (tale) => hold(tale, 'watcher_silent', '@nora has not confirmed to be watching for 30 min.'),
  },
  holding_stopped: { after: 'migrating', tell: (tale) => hold(tale, 'stopped', '@ana asked to stop after this step.') },
  holding_plan_differs: {
    after: 'preparing',
    tell: (tale) => hold(tale, 'plan_differs', 'The live schema is not the one that was planned and approved: somebody changed it since.'),
  },
  holding_rehearsal_differs: {
    after: 'preparing',
    tell: (tale) => hold(tale, 'rehearsal_differs', 'The rehearsal on the fresh backup differs from the one that was approved.'),
  },
  holding_evidence: {
    after: 'preparing_expired',
    tell: (tale) =>
      tale.says('2026-11-25T18:00:00.000Z', OFFPEAK, {
        type: 'hold',
        reason: 'evidence',
        detail: 'These lines do not pass: Staging looked at (expired), Stakeholders told (expired). The database was not touched.',
      }),
  },
  holding_validation_failed: {
    after: 'validating',
    tell: (tale) => {
      step(tale, '19:05', 'validate');
      tale.says('19:05:01', OFFPEAK, { type: 'record_validation', failures: ['0008 line 1: 12 rows that must not exist'] });
    },
  },
  holding_not_as_before: {
    after: 'observing',
    tell: (tale) => {
      step(tale, '19:15', 'validate');
      tale.says('19:15', OFFPEAK, { type: 'record_validation', failures: [] });
      tale.says('19:20', OFFPEAK, { type: 'finish', after: { ...AFTER, error_rate: 0.002, p95: 131 } });
    },
  },
  holding_target_unreachable: {
    after: 'migrating',
    tell: (tale) => hold(tale, 'target_unreachable', 'The database does not answer: connection refused.'),
  },
  holding_untouched: {
    after: 'preparing',
    tell: (tale) => {
      step(tale, '18:50', 'check');
      const red = { connections: { verdict: 'breach', value: '86 %' } } as const;
      tale.says('18:50', OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, evening('18:50'), red) });
    },
  },
  stopping: { after: 'migrating', tell: (tale) => tale.says('19:01', by('ana'), { type: 'roll_back' }) },
  stopping_alert: { after: 'migrating_alert', tell: (tale) => tale.says('19:01', by('ana'), { type: 'roll_back' }) },
  rolling_back: {
    after: 'stopping',
    tell: (tale) => {
      step(tale, '19:01:01', 'stop');
      tale.says('19:01:02', OFFPEAK, { type: 'record_stopped', detail: 'The statement was cancelled; its session is gone.' });
    },
  },
  rolling_back_half: { after: 'rolling_back', tell: (tale) => undo(tale, '19:01:05') },
  rolled_back: {
    after: 'rolling_back_half',
    tell: (tale) => {
      while (tale.run.units.some((unit) => unit.state !== 'undone')) undo(tale, '19:01:10');
      verified(tale, '19:01:20', 'Every change was undone; the schema is the one from before the first write.');
    },
  },
  rolled_back_untouched: {
    after: 'preparing',
    tell: (tale) => {
      tale.says('18:46', by('nora'), { type: 'roll_back' });
      tale.says('18:46:01', OFFPEAK, { type: 'record_stopped', detail: 'Nothing was running.' });
      verified(tale, '18:46:02', 'The database was not touched.');
    },
  },
  rollback_failed: {
    after: 'rolling_back',
    tell: (tale) => {
      step(tale, '19:01:05', 'undo');
      const detail = '0008.down.sql line 2: 55P03: canceling statement due to lock timeout';
      const remaining = tale.run.units.map((unit) => unitsOf(tale.run.plan)[unit.position]?.version ?? '').toReversed();
      tale.says('19:02:05', OFFPEAK, { type: 'record_rollback_failure', detail, remaining: [...new Set(remaining)] });
    },
  },
  restoring: {
    after: 'rollback_failed',
    tell: (tale) => {
      asked(tale, '19:05');
      agreed(tale, '19:06');
    },
  },
  restoring_validated: {
    after: 'restoring',
    tell: (tale) => {
      step(tale, '19:06:01', 'restore');
      tale.says('19:07:30', OFFPEAK, { type: 'record_restore_loaded', ms: 88_000 });
      step(tale, '19:07:31', 'validate_restore');
      tale.says('19:07:40', OFFPEAK, { type: 'record_restore_compared', failures: [] });
      step(tale, '19:07:41', 'switch');
    },
  },
  restored: {
    after: 'restoring_validated',
    tell: (tale) => {
      const detail =
        'The contents of acme-2026-11-24T18:46:00.000Z are live: restored beside in 1 min 28 s, compared, switched; its schema equals the one from before the run; the application is healthy. Nobody could connect for under 1 s. The database of before is kept as acme_before_r42, read-only, with everything written since the backup.';
      tale.says('19:07:43', OFFPEAK, { type: 'record_restored', after: AFTER, switched: SWITCHED, detail });
    },
  },
  restored_lessons: {
    after: 'restored',
    tell: (tale) =>
      tale.says('20:30', by('nora'), {
        type: 'record_lessons',
        lessons: 'The down script locked leads for too long: drop the trigger on its own.',
      }),
  },
  rollback_failed_restore_asked: { after: 'rollback_failed', tell: (tale) => asked(tale, '19:05') },
  holding_problem: {
    after: 'observing',
    tell: (tale) => tale.says('19:06', by('ana'), { type: 'report_problem', words: 'Leads of the last hour are missing from the list.' }),
  },
  holding_problem_later: {
    after: 'completed',
    tell: (tale) => {
      tale.says('19:25', by('ana'), { type: 'report_problem', words: 'Leads of the last hour are missing from the list.' });
      step(tale, '19:25:01', 'assess');
      tale.says('19:25:04', OFFPEAK, { type: 'record_assessment', failures: ['0008 line 1: 3 rows'] });
    },
  },
  holding_restore_failed: {
    after: 'holding_problem_later',
    tell: (tale) => {
      asked(tale, '19:26');
      agreed(tale, '19:27');
      step(tale, '19:27:01', 'restore');
      const detail =
        'pg_restore ended with 1: error: could not execute query: No space left on device. The live database was not touched; what was loaded lies in acme_offpeak_r42.';
      tale.says('19:28', OFFPEAK, { type: 'record_restore_failure', detail });
    },
  },
  failed_by_hand: { after: 'rollback_failed', tell: (tale) => tale.says('19:20', by('olga'), { type: 'cancel' }) },
  cancelled: { after: 'approved', tell: (tale) => tale.says('17:25', by('olga', 'terminal'), { type: 'cancel' }) },
  rejected: {
    after: 'checklist_one_approval',
    tell: (tale) => tale.says('17:18', by('kim'), { type: 'reject', reason: 'The down script drops a column that reports read.' }),
  },
  checklist_staging: {
    after: 'checklist',
    tell: (tale) => {
      const plan = { ...tale.run.plan, items: checklistFor([...SOURCES, 'staging'], CHECKLIST), plannedAt: evening('17:07') };
      tale.says('17:07', SCHEDULE, { type: 'revise_plan', plan, changes: describeLineChanges(tale.run.plan, plan) });
      notice(tale, '17:07:05');
      gather(tale, ['17:08', '17:09', '17:10', '17:12']);
      const word = judgeStaging(tale.run, [], '');
      const staging = { ...word, limit: 'smoke tests pass, less than 5 % slower, 10 % of the rows' };
      tale.says('17:13', OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(tale.run.plan, evening('17:13'), { staging }) });
    },
  },
  preparing_staging: {
    after: 'planned',
    tell: (tale) => {
      const items = linesOf(tale.run.plan).filter(({ key }) => ['connections', 'latency', 'backup', 'rollback_proof'].includes(key));
      const window = { ...tale.run.plan.window, days: [] };
      const plan = { ...tale.run.plan, items, window, quorum: 0, stagingFor: STAGING_FOR, plannedAt: evening('17:06') };
      tale.says('17:06', SCHEDULE, { type: 'revise_plan', plan, changes: [] });
      tale.says('17:06:05', by('nora'), { type: 'start' });
      gather(tale, ['17:06:10', '17:06:20', '17:06:30', '17:06:40']);
      dryRun(tale, '17:06:50');
      step(tale, '17:06:51', 'measure_before');
    },
  },
  completed_staging: {
    after: 'preparing_staging',
    tell: (tale) => {
      tale.says('17:07', OFFPEAK, { type: 'record_before', before: BEFORE });
      const { fingerprint } = tale.run.plan;
      tale.says('17:07:10', OFFPEAK, { type: 'begin_migrating', baseline: BASELINE, fingerprint, newestSample: evening('17:07:05') });
      for (const { position } of unitsOf(tale.run.plan)) {
        const backend = { pid: 4711, startedAt: evening('17:07') };
        tale.says(`17:07:2${position}`, OFFPEAK, { type: 'begin_unit', position, backend, newestSample: evening('17:07:19') });
        tale.says(`17:07:2${position}`, OFFPEAK, { type: 'record_unit', position, statements: [], ms: 900, longestWaitMs: 3, tries: 1 });
      }
      tale.says('17:08', OFFPEAK, { type: 'record_validation', failures: [] });
      tale.says('17:08:30', OFFPEAK, { type: 'record_after', after: TRIED });
      tale.says('17:23', OFFPEAK, { type: 'record_validation', failures: [] });
      tale.says('17:23', OFFPEAK, { type: 'finish', after: AFTER });
    },
  },
  failed: {
    after: 'preparing',
    tell: (tale) => {
      step(tale, '18:51', 'backup');
      tale.says('18:52', OFFPEAK, { type: 'fail', detail: 'pg_dump: the backup directory is full. The database was not touched.' });
    },
  },
};
