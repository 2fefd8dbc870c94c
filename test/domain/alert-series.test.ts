import fc from 'fast-check';
import { expect, it } from 'vitest';
import { between, plus } from '../../src/domain/instant.ts';
import { judgeAlert } from '../../src/domain/judgement.ts';
import type { Ladder } from '../../src/domain/ladder.ts';
import type { Level, Sample } from '../../src/domain/monitor.ts';
import { evening } from '../support/plans.ts';

const START = evening('19:00');
const LIMIT = 100;
const CLEAR = 90;
const LADDER: Ladder = { baseline: 50, rungs: [{ level: 'roll_back', limit: LIMIT }] };
const RULES = { clearShare: 0.9, keepFiringMs: 60_000 };

type Value = number | null;
type Told = { readonly kind: 'raised' | 'cleared'; readonly second: number };

/** What the monitor tells of one sample a second. */
function told(values: readonly Value[]): readonly Told[] {
  const samples: Sample[] = [];
  const all: Told[] = [];
  let alert: { level: Level; raisedAt: string } | null = null;
  for (const [second, value] of values.entries()) {
    const at = plus(START, second * 1_000);
    samples.push({ metric: 'p95', at, value, detail: '' });
    const judgement = judgeAlert({ samples: samples.slice(-5), ladder: LADDER, alert, now: at, rules: RULES });
    if (judgement.kind === 'raise') all.push({ kind: 'raised', second });
    if (judgement.kind === 'clear') all.push({ kind: 'cleared', second });
    if (judgement.kind === 'raise') alert = { level: judgement.rung.level, raisedAt: at };
    if (judgement.kind === 'clear') alert = null;
  }
  return all;
}

const good = fc.integer({ min: 20, max: CLEAR });
const bad = fc.integer({ min: LIMIT + 1, max: 900 });
const between90And100 = fc.integer({ min: CLEAR + 1, max: LIMIT });
const stretch = (value: fc.Arbitrary<Value>, least: number, most: number) => fc.array(value, { minLength: least, maxLength: most });
const calm = stretch(good, 5, 40);
const breach = stretch(bad, 5, 120);
const spike = fc.tuple(stretch(bad, 1, 2), stretch(good, 5, 8)).map((parts) => parts.flat());
const flap = stretch(fc.oneof(good, bad, between90And100), 5, 90);
const ramp = fc.integer({ min: 10, max: 80 }).map((length) => Array.from({ length }, (_, index): Value => 40 + index * 4));
const gap = stretch(fc.constant(null), 1, 90);
const series = fc.array(fc.oneof(calm, breach, spike, flap, ramp, gap), { minLength: 3, maxLength: 9 }).map((parts) => parts.flat());

/** Seconds at which a sustained breach is complete: five known samples in a row over the limit. */
function sustained(values: readonly Value[]): readonly number[] {
  return values.flatMap((_, end) =>
    end >= 4 && values.slice(end - 4, end + 1).every((value) => value !== null && value > LIMIT) ? [end] : [],
  );
}

it('T11 tells of 2,000 series: no sustained breach missed, one alert a breach, at most one a minute, nothing cleared on no data', () => {
  let [alerts, gaps] = [0, 0];
  fc.assert(
    fc.property(series, (values) => {
      const all = told(values);
      const standsAt = (second: number) => all.findLast((each) => each.second <= second)?.kind === 'raised';
      for (const second of sustained(values)) expect(standsAt(second), `a breach at ${second} is missed`).toBe(true);
      for (const [index, each] of all.entries()) {
        expect(each.kind, 'one alert a breach').toBe(index % 2 === 0 ? 'raised' : 'cleared');
        const newest = values.slice(Math.max(0, each.second - 4), each.second + 1);
        const over = newest.filter((value) => value !== null && value > LIMIT).length;
        if (each.kind === 'raised') expect(over, 'no alert without three of five').toBeGreaterThanOrEqual(3);
        else
          expect(
            newest.every((value) => value !== null && value <= CLEAR),
            'resolved only by five good ones',
          ).toBe(true);
      }
      const raised = all.filter(({ kind }) => kind === 'raised').map(({ second }) => plus(START, second * 1_000));
      for (const [index, at] of raised.entries())
        if (index > 0) expect(between(raised[index - 1] ?? at, at), 'one message a metric a minute').toBeGreaterThanOrEqual(60_000);
      alerts += raised.length;
      if (values.includes(null) && raised.length > 0) gaps += 1;
    }),
    { numRuns: 2_000, seed: 20261124 },
  );
  // It must be able to fail: most series raise something, and many have gaps beside it.
  expect(alerts).toBeGreaterThan(1_500);
  expect(gaps).toBeGreaterThan(500);
});
