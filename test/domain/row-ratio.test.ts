import { describe, expect, it } from 'vitest';
import { judgeRows, touchedRelations, type RowPair } from '../../src/domain/row-ratio.ts';
import { aPlan } from '../support/plans.ts';

const LIMITS = { share: 0.1, small: 1000 };
const pair = (production: number | null, staging: number | null, there: { production?: boolean; staging?: boolean } = {}): RowPair => ({
  relation: 'public.leads',
  production: { relation: 'public.leads', there: there.production ?? true, rows: production },
  staging: { relation: 'public.leads', there: there.staging ?? true, rows: staging },
});
const verdict = (...pairs: readonly RowPair[]) => judgeRows(pairs, LIMITS).verdict;

describe('the rows of the twin beside those of production', () => {
  it('R13 a data set of 1 % fails, 10 % is enough and 9.99 % is not', () => {
    expect(judgeRows([pair(100_000, 1_000)], LIMITS)).toMatchObject({
      verdict: 'breach',
      words: 'public.leads has 1,000 rows on staging and 100,000 in production (1 %)',
    });
    expect(verdict(pair(100_000, 10_000))).toBe('pass');
    expect(judgeRows([pair(100_000, 9_999)], LIMITS)).toMatchObject({ verdict: 'breach', words: expect.stringContaining('(9.99 %)') });
    expect(verdict(pair(100_000, 400_000))).toBe('pass');
  });

  it('R13 one table that is too small fails them all, and the lowest share is told', () => {
    expect(judgeRows([pair(10_000, 5_000), pair(10_000, 2_500)], LIMITS)).toEqual({
      verdict: 'pass',
      lowest: 0.25,
      words: "has 25 % of production's rows or more",
    });
    expect(verdict(pair(10_000, 5_000), pair(10_000, 20))).toBe('breach');
  });

  it('R13 small tables need only be there, and what production does not have is left out', () => {
    expect(verdict(pair(999, 0))).toBe('pass');
    expect(verdict(pair(1_000, 0))).toBe('breach');
    expect(verdict(pair(999, null, { staging: false }))).toBe('breach');
    expect(verdict(pair(null, null, { production: false, staging: false }))).toBe('pass');
    expect(verdict()).toBe('pass');
  });

  it('R13 what cannot be counted is unknown, never a pass', () => {
    expect(verdict(pair(null, 10_000))).toBe('unknown');
    expect(verdict(pair(10_000, null))).toBe('unknown');
    expect(verdict(pair(10_000, 5_000), pair(null, 1))).toBe('unknown');
  });

  it('asks for every table that the plan locks, rewrites, reads or fills, once', () => {
    expect(touchedRelations(aPlan())).toEqual(['leads', 'public.leads']);
  });
});
