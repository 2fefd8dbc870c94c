import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between } from '../../src/domain/instant.ts';
import { isConfirmed } from '../../src/domain/judgement.ts';
import type { CountedLosses, Signal } from '../../src/ports.ts';
import { tendCountdown } from '../../src/worker/auto-rollback.ts';
import { listener } from '../../src/worker/monitor.ts';
import { aPlan, by, evening, storyTo } from '../support/runs.ts';
import { aWatchedRun } from './a-watched-run.ts';

const AFTER_S = 20;
const PLAN = aPlan({ timing: { ...aPlan().timing, autoRollbackMs: AFTER_S * 1_000, keepFiringMs: 10_000 } });
const AT = evening('19:02');
const LIMIT = 118 * 1.2;
const counted =
  (rows: number): (() => Promise<readonly CountedLosses[]>) =>
  async () =>
    PLAN.migrations.map(({ version, name }) => ({
      version,
      name,
      irreversible: false,
      questions: [{ line: 1, what: 'values of leads.email_domain', sql: 'select 1' }],
      answers: [{ state: 'counted', rows }],
    }));

type Step = {
  readonly value: number | null;
  readonly person?: 'hold_five' | 'acknowledge' | 'resume' | 'roll_back' | undefined;
  readonly dies?: boolean;
};

/** Plays seconds of the monitor and of people beside it; a worker that dies is followed by one that knows nothing but run and samples. */
async function played(steps: readonly Step[], losses = counted(0)) {
  const watched = aWatchedRun(storyTo('migrating', { plan: PLAN }).run, AT, losses);
  let value: number | null = null;
  const signal: Signal = {
    name: 'The application',
    everyMs: 1_000,
    metrics: ['error_rate', 'p95'],
    read: async () =>
      value === null
        ? { ok: false, why: 'no answer', source: 'test' }
        : { ok: true, value: { errorRate: 0, requests: 500, p95Ms: value }, source: 'test' },
  };
  let ask = listener(watched.task, signal);
  const seen: { readonly second: number; readonly armed: boolean; readonly rolling: boolean }[] = [];
  for (const [second, step] of steps.entries()) {
    watched.pass(1);
    value = step.value;
    if (step.dies === true) ask = listener(watched.task, signal);
    await ask(watched.run());
    const look = { now: watched.now(), samples: watched.newest(), freshMs: () => 7_000 };
    await tendCountdown(watched.task, watched.run(), look);
    if (step.person === 'acknowledge') watched.says(by('ana'), { type: 'acknowledge_alert', alert: 'p95' });
    else if (step.person !== undefined) watched.says(by('olga'), { type: step.person });
    seen.push({ second, armed: watched.run().armed !== null, rolling: watched.run().state === 'stopping' });
  }
  return { watched, seen };
}

const bad = (seconds: number): readonly Step[] => Array.from({ length: seconds }, () => ({ value: 900 }));

describe('R73 rolling back by policy', () => {
  it('happens so long after the alert as the plan says, by Offpeak itself', async () => {
    const { watched, seen } = await played(bad(40));
    const armed = seen.findIndex((each) => each.armed);
    const rolling = seen.findIndex((each) => each.rolling);
    expect([armed, rolling - armed]).toEqual([2, AFTER_S]);
    expect(watched.run().rollback?.by.id).toBe('offpeak');
  });

  it('asks instead when rows would lose something, and when nobody can count them', async () => {
    const lossy = await played(bad(60), counted(3));
    expect(lossy.watched.run()).toMatchObject({ state: 'migrating', asks: 'lossy', armed: null });
    const unknown = await played(bad(60), () => Promise.reject(new Error('away')));
    expect(unknown.watched.run()).toMatchObject({ state: 'migrating', asks: 'price_unknown', armed: null });
  });

  it('never happens on a source that went dark during the countdown (invariant 10)', async () => {
    const { watched } = await played([...bad(15), ...Array.from({ length: 60 }, () => ({ value: null }))]);
    expect(watched.run()).toMatchObject({ state: 'migrating', armed: null });
    expect(watched.reported.some(({ type }) => type === 'disarm_rollback')).toBe(true);
  });

  it('survives the death of the worker that counted', async () => {
    const steps = bad(40).map((step, second) => ({ ...step, dies: second === 12 }));
    expect((await played(steps)).watched.run().rollback?.by.id).toBe('offpeak');
  });
});

const step = fc.record({
  value: fc.oneof(
    { arbitrary: fc.constant(900), weight: 8 },
    { arbitrary: fc.constant(100), weight: 2 },
    { arbitrary: fc.constant(null), weight: 1 },
  ),
  person: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 60 },
    { arbitrary: fc.constantFrom('hold_five' as const, 'acknowledge' as const, 'resume' as const, 'roll_back' as const), weight: 1 },
  ),
  dies: fc.integer({ min: 0, max: 20 }).map((chance) => chance === 0),
});

it('over random histories: only confirmed, only after its whole countdown, only once, never against a person (invariants 7, 10)', async () => {
  let [fired, kept] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 90 }), async (steps) => {
      const { watched, seen } = await played(steps);
      const run = watched.run();
      const requests = watched.reported.filter(({ type }) => type === 'fire_rollback').length;
      expect(requests).toBeLessThanOrEqual(1);
      if (run.rollback?.by.id !== 'offpeak') {
        if (run.rollback === null) kept += 1;
        return;
      }
      fired += 1;
      const at = seen.findIndex((each) => each.rolling);
      const until = watched.samples.filter(({ metric, at: when }) => metric === 'p95' && between(AT, when) <= (at + 1) * 1_000);
      expect(isConfirmed(until, LIMIT), 'confirmed when it fires').toBe(true);
      expect(until.at(-1)?.value, 'known when it fires').not.toBeNull();
      const counting = seen.slice(Math.max(0, at - AFTER_S), at);
      expect(counting.length, 'the whole countdown').toBe(AFTER_S);
      expect(
        counting.every(({ armed }) => armed),
        'without a gap',
      ).toBe(true);
      const objected = steps.slice(at - AFTER_S + 1, at).some(({ person }) => person === 'hold_five' || person === 'acknowledge');
      expect(objected, 'nobody objected').toBe(false);
    }),
    { numRuns: 400, seed: 20261124 },
  );
  expect(fired).toBeGreaterThan(40);
  expect(kept).toBeGreaterThan(50);
});
