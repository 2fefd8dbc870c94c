import { plus } from '../../../src/domain/instant.ts';
import { FAILED_ATTEMPT } from '../../../src/domain/next-step.ts';
import { OFFPEAK } from '../../../src/domain/people.ts';
import { by, evening, healthEvidence, noticeEvidence, SCHEDULE } from '../plans.ts';
import type { Told } from '../scenes.ts';
import { approve, confirm, dryRun, gather, notice, step } from '../telling.ts';

/** From the plan to the last look before the first write. */
export const BEFORE_START = {
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
} satisfies Readonly<Record<string, Told>>;
