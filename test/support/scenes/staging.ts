import { checklistFor, describeLineChanges, linesOf } from '../../../src/domain/checklist.ts';
import { OFFPEAK } from '../../../src/domain/people.ts';
import { unitsOf } from '../../../src/domain/plan.ts';
import { judgeStaging } from '../../../src/domain/staging.ts';
import { AFTER, BASELINE, by, CHECKLIST, evening, healthEvidence, leadTags, SCHEDULE, SOURCES } from '../plans.ts';
import type { Told } from '../scenes.ts';
import { BEFORE, STAGING_FOR, TRIED } from '../staging.ts';
import { dryRun, gather, notice, step } from '../telling.ts';

/** Runs that are tried out on the staging twin. */
export const ON_STAGING = {
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
  checklist_trivial: {
    after: 'checklist',
    tell: (tale) => {
      const items = checklistFor([...SOURCES, 'staging'], CHECKLIST);
      const plan = { ...tale.run.plan, items, migrations: [leadTags()], plannedAt: evening('17:07') };
      tale.says('17:07', SCHEDULE, { type: 'revise_plan', plan, changes: ['0007 and 0008 are gone, and another 0007 is there.'] });
      notice(tale, '17:07:05');
      gather(tale, ['17:08', '17:09', '17:10', '17:12']);
      const staging = { ...judgeStaging(tale.run, [], ''), limit: 'smoke tests pass, less than 5 % slower, 10 % of the rows' };
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
} satisfies Readonly<Record<string, Told>>;
