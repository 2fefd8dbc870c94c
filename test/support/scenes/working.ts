import { OFFPEAK } from '../../../src/domain/people.ts';
import { unitsOf } from '../../../src/domain/plan.ts';
import { lateHold } from '../../../src/domain/schedule.ts';
import { AFTER, BASELINE, by, evening, healthEvidence } from '../plans.ts';
import type { Told } from '../scenes.ts';
import { beginUnit, endUnit, finishUnits, hold, raise, step } from '../telling.ts';

/** From the first write to the end, with every hold on the way. */
export const AT_WORK = {
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
} satisfies Readonly<Record<string, Told>>;
