import { observedUntil } from './auto-rollback.ts';
import { between, type Instant } from './instant.ts';
import type { Verdict } from './items.ts';
import type { Actor } from './people.ts';
import type { Plan } from './plan.ts';
import type { Run } from './run.ts';

/** What the team tries on the application after the change (R61–R64): a hook of that name, or a person with a note. */
export type ApplicationTest = { readonly name: string; readonly kind: 'machine' | 'human' };

/** What came of one test. A hook that gave no result is `unknown`, which is never a pass. */
export type TestFinding = { readonly test: string; readonly verdict: Verdict; readonly value: string; readonly source: string };

/** The newest finding of a test, with who said so and when. */
export type TestResult = TestFinding & { readonly at: Instant; readonly actor: Actor };

/** Where a test stands: nobody did it yet, it passed, or it did not pass. */
export type TestState = 'open' | 'pass' | 'failed';

/** The tests of a plan, in the order of the settings; none where the target names none, and in plans of older versions. */
export function testsOf({ applicationTests }: Pick<Plan, 'applicationTests'>): readonly ApplicationTest[] {
  return applicationTests ?? [];
}

/** Where the test of that name stands. */
export function testState({ tests }: Pick<Run, 'tests'>, name: string): TestState {
  const result = tests[name];
  if (result === undefined) return 'open';
  return result.verdict === 'pass' ? 'pass' : 'failed';
}

/** Tests that did not pass yet, whoever does them. */
export function missingTests(run: Pick<Run, 'plan' | 'tests'>): readonly ApplicationTest[] {
  return testsOf(run.plan).filter(({ name }) => testState(run, name) !== 'pass');
}

/** Tests that wait for a person. */
export function personsTests(run: Pick<Run, 'plan' | 'tests'>): readonly ApplicationTest[] {
  return missingTests(run).filter(({ kind }) => kind === 'human');
}

/** Whether a person's word on a test counts now: while the run is observed, or holds from there. */
export function isTestable({ state, holding }: Pick<Run, 'state' | 'holding'>): boolean {
  return state === 'observing' || (state === 'holding' && holding?.from === 'observing');
}

/** Whether the hooks are to be run at `now`: once when the observation begins, and once more when its end is due. */
export function hookTestsDue(run: Run, now: Instant): boolean {
  const ends = observedUntil(run, now);
  const over = between(ends, now) >= 0;
  return testsOf(run.plan).some(({ name, kind }) => {
    const at = run.tests[name]?.at;
    return kind === 'machine' && (at === undefined || (over && between(ends, at) < 0));
  });
}

/** `user-registration is open; lead-capture did not pass: code 1 after 3.2 s`, for a hold and for what somebody vouched for. */
export function missingWords(run: Pick<Run, 'plan' | 'tests'>): string {
  const words = ({ name }: ApplicationTest) => {
    const result = run.tests[name];
    if (result === undefined) return `${name} is open`;
    return `${name} ${result.verdict === 'breach' ? 'did not pass' : 'gave no result'}: ${result.value.replace(/\.$/, '')}`;
  };
  return missingTests(run).map(words).join('; ');
}

/** What changed between the tests of two plans; empty when nothing did. */
export function describeTestChanges(before: Pick<Plan, 'applicationTests'>, after: Pick<Plan, 'applicationTests'>): readonly string[] {
  const told = (plan: Pick<Plan, 'applicationTests'>) => testsOf(plan).map(({ name, kind }) => `${name} (${DONE_BY[kind]})`);
  if (String(told(before)) === String(told(after))) return [];
  return [`The application tests changed in the configuration: ${told(after).join(', ') || 'none'}.`];
}

const DONE_BY: Readonly<Record<ApplicationTest['kind'], string>> = { machine: 'a hook', human: 'a person' };
