import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeImpact, median, noiseOf, type MeasuredLoad } from '../../src/domain/impact.ts';
import { aLoad } from '../support/staging.ts';

const LIMIT = 0.05;
const judged = (before: MeasuredLoad, after: MeasuredLoad) => judgeImpact(before, after, LIMIT);

describe('performance impact', () => {
  it.each([
    ['R15 4.99 % passes', 104.99, 'pass', '+4.99 %'],
    ['R15 5.00 % fails', 105, 'breach', '+5.00 %'],
    ['R15 5.01 % fails', 105.01, 'breach', '+5.01 %'],
    ['R15 4.999 % passes and never reads as 5 %', 104.999, 'pass', '+4.99 %'],
    ['R15 what becomes faster passes', 60, 'pass', '-40.00 %'],
    ['R15 what becomes faster by next to nothing reads as nothing, with a sign', 99.9999, 'pass', '+0.00 %'],
  ])('%s', (_title, after, verdict, words) => {
    const impact = judged(aLoad(100), aLoad(after));
    expect(impact.verdict).toBe(verdict);
    expect(impact.words).toContain(words);
  });

  it('R15 sums up the queries, and names the one that suffered most', () => {
    expect(judged(aLoad(10, 990), aLoad(20, 990))).toMatchObject({
      verdict: 'pass',
      words: '+1.00 % over 2 queries, the slowest by +100.00 % (1: SELECT count(*) FROM leads)',
    });
  });

  it('R15 too few rounds, no query and a noisy machine are unknown, never a pass', () => {
    const cut = (load: MeasuredLoad, rounds: number): MeasuredLoad => ({
      ...load,
      queries: load.queries.map((query) => ({ ...query, first: query.first.slice(0, rounds), second: query.second.slice(0, rounds) })),
    });
    expect(judged(cut(aLoad(100), 4), aLoad(100))).toMatchObject({ verdict: 'unknown', words: expect.stringContaining('too few rounds') });
    expect(judged(aLoad(100), cut(aLoad(100), 4)).verdict).toBe('unknown');
    expect(judged(cut(aLoad(100), 5), cut(aLoad(100), 5)).verdict).toBe('pass');
    const none = { source: 'pg_stat_statements', queries: [], leftOut: [{ name: '1: SELECT $1', why: 'its parameters are not kept' }] };
    expect(judged(none, none)).toMatchObject({
      verdict: 'unknown',
      words: 'no query of the load can be replayed (1: SELECT $1: its parameters are not kept): name some under staging_run.load',
    });
    const noisy = aLoad(100).queries.map((query) => ({ ...query, second: query.second.map((ms) => ms * 1.05) }));
    expect(judged(aLoad(100), { ...aLoad(100), queries: noisy })).toMatchObject({
      verdict: 'unknown',
      words: expect.stringMatching(/^too noisy to tell/),
    });
  });

  it('R15 a query that does not run any more is a breach however fast the others are', () => {
    const after = {
      ...aLoad(10),
      leftOut: [{ name: '2: SELECT * FROM leads ORDER BY created_at DESC LIMIT 50', why: '42703 column "created_at" does not exist' }],
    };
    expect(judged(aLoad(10, 20), after)).toMatchObject({ verdict: 'breach', share: null, words: expect.stringContaining('42703') });
  });

  it('R15 never passes at or above the limit, whatever was measured', () => {
    const ms = fc.double({ min: 0.01, max: 10_000, noNaN: true });
    const series = fc.array(ms, { minLength: 0, maxLength: 12 });
    const load = fc.record({ first: series, second: series }).map((both): MeasuredLoad => ({
      source: '',
      leftOut: [],
      queries: [{ name: 'q', sql: 'SELECT 1', repetitions: 1, ...both }],
    }));
    fc.assert(
      fc.property(load, load, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (before, after, limit) => {
        const { verdict } = judgeImpact(before, after, limit);
        if (verdict !== 'pass') return;
        const all = ({ queries: [query] }: MeasuredLoad) => [...(query?.first ?? []), ...(query?.second ?? [])];
        expect(median(all(after))).toBeLessThan(median(all(before)) * (1 + limit) + 1e-6);
        expect(noiseOf(before)).toBeLessThan(limit);
        expect(noiseOf(after)).toBeLessThan(limit);
        expect(Math.min(all(before).length, all(after).length)).toBeGreaterThanOrEqual(10);
      }),
    );
  });
});
