import { describe, expect, it } from 'vitest';
import { limitOf, ladderOf } from '../../src/domain/ladder.ts';
import { monitorSilent } from '../../src/domain/monitor.ts';
import { aPlan, BASELINE, evening } from '../support/plans.ts';

const { thresholds } = aPlan({ thresholds: { ...aPlan().thresholds, errorRateAlert: 0.005 } });

describe('the ladder of a metric', () => {
  it('M11 R90 R69 an error rate over 0.5 % asks to consider a rollback, over 1 % to roll back', () => {
    expect(ladderOf('error_rate', thresholds, BASELINE).rungs).toEqual([
      { level: 'consider', limit: 0.005 },
      { level: 'roll_back', limit: 0.01 },
    ]);
  });

  it('M11 R70 R91 the stricter rule wins: 20 % over the baseline rolls back, so twice the baseline is never only looked at', () => {
    expect(ladderOf('p95', thresholds, BASELINE).rungs).toEqual([{ level: 'roll_back', limit: 118 * 1.2 }]);
    const looser = { ...thresholds, p95RollBackFactor: 3 };
    expect(ladderOf('p95', looser, BASELINE).rungs.map(({ level }) => level)).toEqual(['watch', 'roll_back']);
  });

  it('R70 never below what people feel, and without a reading from before only to be considered', () => {
    expect(limitOf('p95', thresholds, { ...BASELINE, p95: 3 })).toBe(100);
    expect(ladderOf('p95', thresholds, { ...BASELINE, p95: null }).rungs).toEqual([{ level: 'consider', limit: 500 }]);
  });

  it.each(['connections', 'long_queries', 'lock_waits'] as const)('R92 R93 R94 %s asks to look closer, and never more', (metric) => {
    expect(ladderOf(metric, thresholds, BASELINE).rungs.map(({ level }) => level)).toEqual(['watch']);
  });

  it('R50 a spike of connections is measured against the baseline, R92 and never above what there is', () => {
    expect(limitOf('connections', thresholds, BASELINE)).toBeCloseTo(0.61);
    expect(limitOf('connections', thresholds, { ...BASELINE, connections: 0.7 })).toBe(0.8);
    expect(limitOf('connections', thresholds, null)).toBe(0.8);
  });

  it('R71 database errors beyond those of before roll back; where nobody counted before, they are considered', () => {
    expect(ladderOf('database_errors', thresholds, { ...BASELINE, database_errors: 2 }).rungs).toEqual([{ level: 'roll_back', limit: 2 }]);
    expect(ladderOf('database_errors', thresholds, BASELINE).rungs).toEqual([{ level: 'consider', limit: 0 }]);
  });
});

describe('the monitor', () => {
  it('R9 is silent without a reading, or when the newest is too old', () => {
    expect(monitorSilent(null, evening('19:00'), 1000)).toBe(true);
    expect(monitorSilent(evening('19:00:00'), evening('19:00:01'), 1000)).toBe(false);
    expect(monitorSilent(evening('19:00:00'), evening('19:00:02'), 1000)).toBe(true);
  });
});
