import { describeTestChanges, type ApplicationTest, type TestFinding } from '../../../src/domain/application-tests.ts';
import { OFFPEAK } from '../../../src/domain/people.ts';
import { AFTER, by, evening, SCHEDULE } from '../plans.ts';
import type { Told } from '../scenes.ts';
import { step } from '../telling.ts';
import { BEFORE_START } from './before.ts';
import { AT_WORK } from './working.ts';

/** What the team of these scenes tries after the change: one by a hook, the others by people. */
export const TESTS: readonly ApplicationTest[] = [
  { name: 'user-registration', kind: 'human' },
  { name: 'lead-capture', kind: 'machine' },
  { name: 'login', kind: 'human' },
];

/** What the hook of these scenes says. */
export const CAPTURED: TestFinding = {
  test: 'lead-capture',
  verdict: 'pass',
  value: 'code 0 after 3.2 s: 4 forms sent, 4 leads',
  source: 'hook lead-capture',
};

const STORY = [
  BEFORE_START.checklist_proved,
  BEFORE_START.checklist_ready,
  BEFORE_START.checklist_one_approval,
  BEFORE_START.approved,
  BEFORE_START.scheduled,
  BEFORE_START.preparing,
  BEFORE_START.preparing_ready,
  AT_WORK.migrating_begun,
  AT_WORK.migrating,
  AT_WORK.validating,
  AT_WORK.observing,
] as const;

/** Runs whose plan has application tests (R61–R64). */
export const TESTED = {
  observing_untested: {
    after: 'checklist',
    tell: (tale) => {
      const plan = { ...tale.run.plan, applicationTests: TESTS, plannedAt: evening('17:06') };
      tale.says('17:06:30', SCHEDULE, { type: 'revise_plan', plan, changes: describeTestChanges(tale.run.plan, plan) });
      for (const { tell } of STORY) tell(tale);
    },
  },
  observing_tests: {
    after: 'observing_untested',
    tell: (tale) => {
      tale.says('19:05:05', OFFPEAK, { type: 'record_tests', findings: [CAPTURED] });
      tale.says('19:09', by('nora'), { type: 'confirm_test', test: 'login', note: 'Logged out and in as a demo tenant.' });
    },
  },
  holding_tests_open: {
    after: 'observing_tests',
    tell: (tale) => {
      step(tale, '19:15', 'validate');
      tale.says('19:15', OFFPEAK, { type: 'record_validation', failures: [] });
      const failed = { ...CAPTURED, verdict: 'breach', value: 'code 1 after 4.0 s: 4 forms sent, 3 leads' } as const;
      tale.says('19:15:10', OFFPEAK, { type: 'record_tests', findings: [failed] });
      tale.says('19:15:12', OFFPEAK, { type: 'finish', after: AFTER });
    },
  },
  completed_tests: {
    after: 'holding_tests_open',
    tell: (tale) => {
      tale.says('19:17', by('nora'), { type: 'confirm_test', test: 'user-registration', note: 'Signed up as a new user; the mail came.' });
      tale.says('19:18', by('nora'), { type: 'resume' });
      tale.says('19:18:05', OFFPEAK, { type: 'finish', after: AFTER });
    },
  },
} satisfies Readonly<Record<string, Told>>;
