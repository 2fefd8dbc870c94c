import { OFFPEAK } from '../../../src/domain/people.ts';
import { unitsOf } from '../../../src/domain/plan.ts';
import { AFTER, by, SWITCHED } from '../plans.ts';
import type { Told } from '../scenes.ts';
import { agreed, asked, askedInPlace, step, undo, verified } from '../telling.ts';

/** The way back, restores and problems, and every other end. */
export const WAY_BACK = {
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
  rollback_failed_in_place_asked: { after: 'rollback_failed', tell: (tale) => askedInPlace(tale, '19:05') },
  restoring_in_place_agreed: { after: 'rollback_failed_in_place_asked', tell: (tale) => agreed(tale, '19:06') },
  restoring_in_place: {
    after: 'restoring_in_place_agreed',
    tell: (tale) => {
      step(tale, '19:06:01', 'point_in_time');
      tale.says('19:06:02', OFFPEAK, { type: 'record_restore_sent', timeline: 1 });
    },
  },
  restoring_in_place_accepted: {
    after: 'restoring_in_place',
    tell: (tale) => tale.says('19:06:04', OFFPEAK, { type: 'record_restore_accepted' }),
  },
  restoring_in_place_unsure: {
    after: 'restoring_in_place',
    tell: (tale) => tale.says('19:06:32', OFFPEAK, { type: 'record_restore_unsure', detail: 'Supabase gave no answer within 30000 ms.' }),
  },
  rollback_failed_in_place_undone: {
    after: 'restoring_in_place_unsure',
    tell: (tale) => tale.says('19:10', by('ana'), { type: 'give_up_restore' }),
  },
  restored_in_place: {
    after: 'restoring_in_place_accepted',
    tell: (tale) => {
      const detail =
        'Supabase took the whole database back to the restore point of the run, seen 14 min after it was asked; its schema equals the one from before the run; the validations pass and the application is healthy. Nothing that was written since is kept.';
      tale.says('19:20', OFFPEAK, { type: 'record_restored', after: AFTER, switched: null, detail });
    },
  },
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
  failed: {
    after: 'preparing',
    tell: (tale) => {
      step(tale, '18:51', 'backup');
      tale.says('18:52', OFFPEAK, { type: 'fail', detail: 'pg_dump: the backup directory is full. The database was not touched.' });
    },
  },
} satisfies Readonly<Record<string, Told>>;
