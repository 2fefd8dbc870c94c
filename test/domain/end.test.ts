import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { endFailures } from '../../src/domain/end-judgement.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { planCard } from '../../src/slack/render/plan-card.ts';
import { AFTER, BASELINE, by, evening, PEOPLE, sha256 } from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';
import { wordsOf } from '../slack/scenes.ts';

const decided = (run: Run, time: string, actor: Actor, command: Command) =>
  decide(run, command, { now: evening(time), actor, people: PEOPLE, sha256 });

function said(run: Run, time: string, actor: Actor, command: Command): Run {
  const decision = decided(run, time, actor, command);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: evening(time), actor }), run);
}

const refusal = (run: Run, time: string, command: Command) => {
  const decision = decided(run, time, OFFPEAK, command);
  return decision.ok ? null : decision.refusal.code;
};

/** First write 19:00, observed until 19:15. */
const observing = storyTo('observing').run;
const well = { type: 'record_validation', failures: [] } as const;
const validated = said(observing, '19:15:10', OFFPEAK, well);
const slow = { ...AFTER, p95: 130 };
const finish = (after = AFTER) => ({ type: 'finish', after }) as const;

describe('R58 everything is validated once more before the end', () => {
  it('at T+15 and not before; then the end is judged', () => {
    expect(nextStep(observing, evening('19:14:59'))).toEqual({ kind: 'wait', until: evening('19:15') });
    expect(nextStep(observing, evening('19:15'))).toEqual({ kind: 'step', step: 'validate' });
    expect(refusal(observing, '19:14', well)).toBe('wrong_state');
    expect(refusal(observing, '19:16', finish())).toBe('out_of_order');
    expect(nextStep(validated, evening('19:15:11'))).toEqual({ kind: 'step', step: 'finish' });
    expect(said(validated, '19:15:12', OFFPEAK, finish()).state).toBe('completed');
  });

  it('a row that comes back holds, Resume validates again, and Roll back undoes', () => {
    const held = said(observing, '19:15:10', OFFPEAK, { type: 'record_validation', failures: ['0008 line 1: 3 rows'] });
    expect(held).toMatchObject({
      state: 'holding',
      holding: { reason: 'validation_failed', from: 'observing', detail: '0008 line 1: 3 rows' },
    });
    const resumed = said(held, '19:18', by('olga'), { type: 'resume' });
    expect(resumed.vouched).toBeNull();
    expect(nextStep(resumed, evening('19:18'))).toEqual({ kind: 'step', step: 'validate' });
    expect(said(held, '19:18', by('ana'), { type: 'roll_back' }).state).toBe('stopping');
  });

  it('an alert that burns at T+15 is waited for first', () => {
    const burning = aRunIn('observing_alert');
    expect(nextStep(burning, evening('19:16'))).toMatchObject({ kind: 'wait' });
  });

  it('the card says what it waits for', () => {
    const card = (run: Run, time: string) => wordsOf(planCard({ run, now: evening(time), samples: [], progress: null }, PEOPLE));
    expect(card(observing, '19:10')).toContain('*Watching* until');
    expect(card(observing, '19:15:05')).toContain('*Validating once more* before the end.');
    expect(card(validated, '19:16')).toContain('*Judging the end:*');
  });
});

describe('R65 R66 R113 the end is judged by what the runbook asks of it', () => {
  const limits = observing.plan.thresholds;
  const judge = (after: Partial<typeof AFTER>, baseline: Partial<typeof BASELINE> = {}) =>
    endFailures({ plan: observing.plan, baseline: { ...BASELINE, ...baseline } }, { ...AFTER, ...after });

  it('under 0.1 % may fail: exactly 0.1 % is too much', () => {
    expect(judge({ error_rate: 0.00099 })).toEqual([]);
    expect(judge({ error_rate: 0.001 })).toEqual(['0.1 % of the requests fail, and less than 0.1 % is needed']);
  });

  it('response time may be 5 % above the reading before: exactly 5 % is within, and the floor is felt by nobody', () => {
    expect(judge({ p95: 210 }, { p95: 200 })).toEqual([]);
    expect(judge({ p95: 210.1 }, { p95: 200 })).toEqual([
      'response time p95 is 210.1 ms, 5.05 % above the 200 ms before the first write; 5 % may be',
    ]);
    expect(judge({ p95: 99 }, { p95: 3 })).toEqual([]);
    expect(judge({ p95: 101 }, { p95: 3 })).toHaveLength(1);
  });

  it('without a reading before, the absolute limit counts', () => {
    expect(judge({ p95: 499 }, { p95: null })).toEqual([]);
    expect(judge({ p95: 500 }, { p95: null })).toHaveLength(1);
  });

  it('M19 what could not be read is no number: too few requests neither pass nor fail here, and going dark holds by itself', () => {
    expect(judge({ error_rate: null })).toEqual([]);
    const dark = said(validated, '19:16', OFFPEAK, finish({ ...AFTER, error_rate: null }));
    expect(dark.holding?.reason).toBe('monitor_silent');
  });

  it('a moment does not hold the run: it is asked again for five minutes', () => {
    expect(refusal(validated, '19:15:12', finish(slow))).toBe('out_of_order');
    expect(refusal(validated, '19:19:59', finish(slow))).toBe('out_of_order');
    expect(said(validated, '19:19:59', OFFPEAK, finish()).state).toBe('completed');
  });

  it('then it holds with the numbers, and a person vouches or rolls back: never finished silently', () => {
    const held = said(validated, '19:20', OFFPEAK, finish(slow));
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'not_as_before', from: 'observing' } });
    expect(held.holding?.detail).toContain('130 ms, 10.2 % above the 118 ms before the first write');
    expect(nextStep(held, evening('23:00'))).toEqual({ kind: 'idle' });
    expect(said(held, '19:25', by('olga'), { type: 'roll_back' }).state).toBe('stopping');
    const vouched = said(held, '19:25', by('olga'), { type: 'resume' });
    expect(nextStep(vouched, evening('19:25'))).toEqual({ kind: 'step', step: 'finish' });
    const done = said(vouched, '19:25', OFFPEAK, finish(slow));
    expect(done).toMatchObject({ state: 'completed', vouched: { name: 'olga' } });
    expect(done.end?.detail).toContain('@olga vouched for the application at the end');
  });

  it('no run completes with readings that miss a limit unless somebody vouched for it', () => {
    const reading = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
    const times = fc.option(fc.double({ min: 1, max: 2_000, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(reading, times, times, fc.integer({ min: 0, max: 3_600 }), (errors, before, p95, seconds) => {
        const run: Run = { ...validated, baseline: { ...BASELINE, p95: before } };
        const now = plus(evening('19:15:10'), seconds * 1000);
        const after = { ...AFTER, error_rate: errors, p95 };
        const decision = decide(run, finish(after), { now, actor: OFFPEAK, people: PEOPLE, sha256 });
        const completes = decision.ok && decision.happenings.some(({ type }) => type === 'completed');
        const floor = Math.max((before ?? 0) * 1.05, limits.p95FloorMs);
        const errorsWell = errors !== null && errors < limits.errorRate;
        const p95Well = before === null ? p95 === null || p95 < limits.p95Ms : p95 !== null && p95 <= floor;
        expect(completes).toBe(errorsWell && p95Well);
      }),
    );
  });
});
