import { describe, expect, it } from 'vitest';
import { describeTestChanges } from '../../src/domain/application-tests.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import { describeRuleChanges } from '../../src/domain/plan-changes.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, by, evening, PEOPLE, sha256 } from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';
import { CAPTURED, TESTS } from '../support/scenes/tested.ts';

const decided = (run: Run, time: string, actor: Actor, command: Command) =>
  decide(run, command, { now: evening(time), actor, people: PEOPLE, sha256 });

function said(run: Run, time: string, actor: Actor, command: Command): Run {
  const decision = decided(run, time, actor, command);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: evening(time), actor }), run);
}

function refusal(run: Run, time: string, actor: Actor, command: Command): string | null {
  const decision = decided(run, time, actor, command);
  return decision.ok ? null : decision.refusal.code;
}

/** First write 19:00, observed until 19:15, asked again until 19:20. */
const untested = aRunIn('observing_untested');
const well = { type: 'record_validation', failures: [] } as const;
const finish = { type: 'finish', after: AFTER } as const;
const confirm = (test: string, note = 'It works.'): Command => ({ type: 'confirm_test', test, note });
const hook = (change: Partial<typeof CAPTURED> = {}): Command => ({ type: 'record_tests', findings: [{ ...CAPTURED, ...change }] });

/** Everything is as it must be at T+15 but for the tests. */
function atEnd(run: Run): Run {
  return said(said(run, '19:15:10', OFFPEAK, well), '19:15:20', OFFPEAK, hook());
}

describe('R61 R62 R63 R64 application tests are hooks, or people with a note', () => {
  it('a hook does its test when the observation begins, and once more when its end is due', () => {
    expect(nextStep(untested, evening('19:05:02'))).toEqual({ kind: 'step', step: 'test' });
    const tested = said(untested, '19:05:05', OFFPEAK, hook());
    expect(tested.tests['lead-capture']).toMatchObject({ verdict: 'pass', actor: { id: 'offpeak' } });
    expect(nextStep(tested, evening('19:05:06'))).toEqual({ kind: 'wait', until: evening('19:15') });
    expect(nextStep(tested, evening('19:15'))).toEqual({ kind: 'step', step: 'validate' });
    const validated = said(tested, '19:15:10', OFFPEAK, well);
    expect(nextStep(validated, evening('19:15:11'))).toEqual({ kind: 'step', step: 'test' });
    expect(nextStep(said(validated, '19:15:20', OFFPEAK, hook()), evening('19:15:21'))).toEqual({ kind: 'step', step: 'finish' });
  });

  it('a person says what they saw, with their name and the moment; a tick without a note is refused', () => {
    expect(refusal(untested, '19:06', by('nora'), confirm('login', '  '))).toBe('evidence_empty');
    const done = said(untested, '19:06', by('nora'), confirm('login', ' Logged in. '));
    expect(done.tests['login']).toEqual({
      test: 'login',
      verdict: 'pass',
      value: 'Logged in.',
      source: 'a person',
      at: evening('19:06'),
      actor: by('nora'),
    });
    expect(refusal(done, '19:07', by('olga'), confirm('login'))).toBe('already_so');
  });

  it('is refused for what a hook does, for what the plan does not name, from outside the team, and before the observation', () => {
    expect(refusal(untested, '19:06', by('nora'), confirm('lead-capture'))).toBe('unknown_test');
    expect(refusal(untested, '19:06', by('nora'), confirm('moon'))).toBe('unknown_test');
    expect(refusal(untested, '19:06', { ...by('nora'), id: 'U0NOBODY' }, confirm('login'))).toBe('not_permitted');
    expect(refusal(aRunIn('validating'), '19:03', by('nora'), confirm('login'))).toBe('wrong_state');
    expect(refusal(untested, '19:06', OFFPEAK, hook({ test: 'login' }))).toBe('out_of_order');
  });
});

describe('R57 R61 no run completes while a test has not passed, unless somebody vouched for it', () => {
  it('a person gets five minutes more, then it holds with the names of what is open', () => {
    const one = said(atEnd(untested), '19:15:30', by('nora'), confirm('login'));
    expect(refusal(one, '19:15:40', OFFPEAK, finish)).toBe('out_of_order');
    expect(refusal(one, '19:19:59', OFFPEAK, finish)).toBe('out_of_order');
    const held = said(one, '19:20', OFFPEAK, finish);
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'tests_open', from: 'observing' } });
    expect(held.holding?.detail).toContain('user-registration is open');
    expect(held.holding?.detail).not.toContain('login');
    expect(nextStep(held, evening('23:00'))).toEqual({ kind: 'idle' });
    expect(said(held, '19:25', by('ana'), { type: 'roll_back' }).state).toBe('stopping');
  });

  it('a hook that failed, or gave no result, holds at once with what it said', () => {
    for (const [verdict, value, words] of [
      ['breach', 'code 1 after 4.0 s: 3 leads of 4', 'did not pass: code 1 after 4.0 s: 3 leads of 4. '],
      ['unknown', 'It did not end within 5 min.', 'gave no result: It did not end within 5 min. '],
    ] as const) {
      const all = said(
        said(atEnd(untested), '19:15:30', by('nora'), confirm('login')),
        '19:15:31',
        by('nora'),
        confirm('user-registration'),
      );
      const failed = said(all, '19:15:40', OFFPEAK, hook({ verdict, value }));
      const held = said(failed, '19:15:41', OFFPEAK, finish);
      expect(held.holding).toMatchObject({ reason: 'tests_open', detail: expect.stringContaining(`lead-capture ${words}`) });
    }
  });

  it('the word of a hook from before the end does not count at the end', () => {
    const early = said(said(untested, '19:05:05', OFFPEAK, hook()), '19:15:10', OFFPEAK, well);
    const people = said(said(early, '19:15:11', by('nora'), confirm('login')), '19:15:12', by('nora'), confirm('user-registration'));
    expect(refusal(people, '19:15:13', OFFPEAK, finish)).toBe('out_of_order');
    expect(said(said(people, '19:15:20', OFFPEAK, hook()), '19:15:21', OFFPEAK, finish).state).toBe('completed');
  });

  it('what is done in the hold counts: Resume ends the run then, and vouches for nothing', () => {
    const held = said(said(atEnd(untested), '19:15:30', by('nora'), confirm('login')), '19:20', OFFPEAK, finish);
    const done = said(said(held, '19:21', by('nora'), confirm('user-registration')), '19:22', by('nora'), { type: 'resume' });
    expect([done.testsVouched, done.vouched]).toEqual([null, null]);
    const over = said(done, '19:22:05', OFFPEAK, finish);
    expect(over.state).toBe('completed');
    expect(over.end?.detail).not.toContain('vouched');
  });

  it('Resume with one open vouches for the tests by name, and not for the readings', () => {
    const held = said(atEnd(untested), '19:20', OFFPEAK, finish);
    const resumed = said(held, '19:22', by('olga'), { type: 'resume' });
    expect(resumed).toMatchObject({ state: 'observing', testsVouched: { name: 'olga' }, vouched: null });
    expect(nextStep(resumed, evening('19:22'))).toEqual({ kind: 'step', step: 'finish' });
    const slow = said(resumed, '19:22:05', OFFPEAK, { type: 'finish', after: { ...AFTER, p95: 130 } });
    expect(slow.holding?.reason).toBe('not_as_before');
    const over = said(resumed, '19:22:05', OFFPEAK, finish);
    expect(over.end?.detail).toContain('@olga vouched for the application tests: user-registration is open; login is open');
  });

  it('a plan of an older version, or of a target without tests, completes as before', () => {
    const { run } = storyTo('observing');
    expect(run.plan.applicationTests).toBeUndefined();
    expect(nextStep(run, evening('19:05:02'))).toEqual({ kind: 'wait', until: evening('19:15') });
    expect(said(said(run, '19:15:10', OFFPEAK, well), '19:15:12', OFFPEAK, finish).state).toBe('completed');
  });
});

describe('R61 the tests are part of what is approved', () => {
  it('another list, or another one to do it, is another digest and a changed plan', () => {
    const { plan } = untested;
    const [first, ...rest] = TESTS;
    if (first === undefined) throw new Error('no tests');
    const { applicationTests: _, ...without } = plan;
    for (const other of [
      without,
      { ...plan, applicationTests: rest },
      { ...plan, applicationTests: [{ ...first, kind: 'machine' as const }, ...rest] },
    ]) {
      expect(digestOf(other, null, sha256)).not.toBe(digestOf(plan, null, sha256));
      expect(describeRuleChanges(plan, other)).toEqual([expect.stringContaining('The application tests changed in the configuration')]);
    }
    expect(describeTestChanges(plan, plan)).toEqual([]);
  });
});
