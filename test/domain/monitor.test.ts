import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breachSince, judgeSamples, limitOf, monitorSilent, type Metric, type Sample } from '../../src/domain/monitor.ts';
import { aPlan, BASELINE, evening } from '../support/plans.ts';

const { thresholds } = aPlan();
const series = (metric: Metric, values: readonly (number | null)[]): readonly Sample[] =>
  values.map((value, index) => ({ metric, value, detail: '', at: evening(`19:00:${String(index).padStart(2, '0')}`) }));

describe('alerts need three of five samples', () => {
  it.each([
    ['R90 fires above the limit', [0.02, 0.02, 0.02], 'breach'],
    ['R90 does not fire at exactly the limit', [0.01, 0.01, 0.01, 0.01, 0.01], 'clear'],
    ['M19 one spike is not an alert', [0, 0.5, 0, 0, 0], 'undecided'],
    ['three of five, not in a row', [0.02, 0, 0.02, 0, 0.02], 'breach'],
    ['five good ones clear', [0, 0, 0, 0, 0], 'clear'],
    ['too few say nothing', [0, 0, 0], 'undecided'],
    ['unknown never raises (invariant 10)', [null, null, null, null, null], 'undecided'],
    ['unknown never clears (invariant 10)', [0, 0, 0, 0, null], 'undecided'],
  ] as const)('%s', (_title, values, judgement) => {
    expect(judgeSamples(series('error_rate', values), 0.01)).toBe(judgement);
  });

  it('never says clear and breach of the same samples, and only the newest five count', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }), { maxLength: 12 }), (values) => {
        const samples = series('error_rate', values);
        const known = values.slice(-5).filter((value) => value !== null);
        const above = known.filter((value) => value > 0.5).length;
        const expected = above >= 3 ? 'breach' : known.length === 5 && above === 0 ? 'clear' : 'undecided';
        expect(judgeSamples(samples, 0.5)).toBe(expected);
      }),
    );
  });

  it('says since when: the first sample above the limit among the newest five', () => {
    expect(breachSince(series('p95', [1, 9, 1, 9, 9]), 5)).toBe(evening('19:00:01'));
    expect(breachSince(series('p95', [1, 1]), 5)).toBeNull();
  });
});

describe('limits', () => {
  it('R91 response time is measured against the baseline, never below what people feel', () => {
    expect(limitOf('p95', thresholds, BASELINE)).toBe(236);
    expect(limitOf('p95', thresholds, { ...BASELINE, p95: 3 })).toBe(100);
    expect(limitOf('p95', thresholds, null)).toBe(500);
  });

  it('R9 a monitor is silent without a reading, or when the newest is too old', () => {
    expect(monitorSilent(null, evening('19:00'), 1000)).toBe(true);
    expect(monitorSilent(evening('19:00:00'), evening('19:00:01'), 1000)).toBe(false);
    expect(monitorSilent(evening('19:00:00'), evening('19:00:02'), 1000)).toBe(true);
  });
});
