import { isTestable, personsTests, testsOf, testState, type TestFinding } from '../application-tests.ts';
import type { HumanCommand } from '../commands.ts';
import { A_PERSON } from '../items.ts';
import type { Run } from '../run.ts';
import { happened, refuse, wrongState, type Decision } from './decision.ts';

/**
 * A person did a test and says what they saw (R61–R64). Refused for a test that the plan does not have or that a hook does, before the run is
 * observed and after its end, for one that passed already, and without a note.
 */
export function confirmTest(run: Run, { test, note }: Extract<HumanCommand, { type: 'confirm_test' }>): Decision {
  if (!isTestable(run)) return wrongState(run, 'test');
  const known = testsOf(run.plan).some(({ name, kind }) => name === test && kind === 'human');
  const names = personsTests(run).map(({ name }) => name);
  if (!known) return refuse({ code: 'unknown_test', test, names });
  if (testState(run, test) === 'pass') return refuse({ code: 'already_so', detail: `The test ${test} is recorded already.` });
  const words = note.trim();
  if (words === '') return refuse({ code: 'evidence_empty' });
  return happened({ type: 'application_tested', findings: [{ test, verdict: 'pass', value: words, source: A_PERSON }] });
}

/** What the hooks said. Refused outside the observation, and for a test of a person. */
export function recordTests(run: Run, findings: readonly TestFinding[]): Decision {
  if (run.state !== 'observing') return wrongState(run, 'test');
  const byHook = testsOf(run.plan).flatMap(({ name, kind }) => (kind === 'machine' ? [name] : []));
  if (findings.length === 0 || !findings.every(({ test }) => byHook.includes(test))) return refuse({ code: 'out_of_order' });
  return happened({ type: 'application_tested', findings });
}
