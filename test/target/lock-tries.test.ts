import { describe, expect, test } from 'vitest';
import { describeBlockers, type Blocker } from '../../src/target/blockers.ts';
import { planTry, tryMs } from '../../src/target/lock-tries.ts';
import { conflicts, lockModeOf, onlyRows, strongest } from '../../src/target/lock-modes.ts';

const blocker = (changes: Partial<Blocker> = {}): Blocker => ({
  pid: 7,
  application: 'app',
  state: 'active',
  ageMs: 10,
  since: 'then',
  autovacuum: 'no',
  ...changes,
});

describe('planTry', () => {
  test.for<[string, Blocker[], string]>([
    ['nobody', [], 'try'],
    ['young transactions', [blocker(), blocker({ pid: 8 })], 'try'],
    ['a transaction of unknown age', [blocker({ ageMs: null })], 'try'],
    ['an old transaction', [blocker({ ageMs: 1_001 })], 'wait'],
    ['an ordinary autovacuum, however old (F28)', [blocker({ autovacuum: 'ordinary', ageMs: 60_000 })], 'send_away'],
    ['a vacuum to prevent wraparound (F29)', [blocker({ autovacuum: 'wraparound' })], 'wait'],
    ['an autovacuum behind an old transaction', [blocker({ autovacuum: 'ordinary' }), blocker({ pid: 8, ageMs: 5_000 })], 'wait'],
  ])('%s', ([, holders, kind]) => {
    expect(planTry(holders, { sentAway: new Set(), spentShare: 0 }).kind).toBe(kind);
  });

  test('asks each autovacuum once only', () => {
    expect(planTry([blocker({ autovacuum: 'ordinary' })], { sentAway: new Set([7]), spentShare: 0 })).toEqual({ kind: 'try' });
  });

  test('among transactions that are never young it tries in the end, but not behind a report', () => {
    const middle = [blocker({ ageMs: 600 })];
    expect(planTry(middle, { sentAway: new Set(), spentShare: 0 }).kind).toBe('wait');
    expect(planTry(middle, { sentAway: new Set(), spentShare: 0.6 }).kind).toBe('try');
    expect(planTry([blocker({ ageMs: 1_100 })], { sentAway: new Set(), spentShare: 1 }).kind).toBe('wait');
  });
});

describe('tryMs', () => {
  test('grows from the shortest to the longest while half the budget goes, and never beyond', () => {
    const most = (share: number) => Math.max(...Array.from({ length: 300 }, () => tryMs([20, 80], share)));
    const least = (share: number) => Math.min(...Array.from({ length: 300 }, () => tryMs([20, 80], share)));
    expect([most(0), least(0), least(1)]).toEqual([20, 20, expect.toSatisfy((ms: number) => ms >= 20 && ms < 40)]);
    expect(most(0.25)).toBeLessThanOrEqual(50);
    expect(most(1)).toBeGreaterThan(60);
    expect(most(1)).toBeLessThanOrEqual(80);
  });
});

describe('describeBlockers', () => {
  test('F26 F27 names process, application, state and age, never a query; many are counted', () => {
    expect(describeBlockers([blocker({ state: 'idle in transaction', ageMs: 42_000 })])).toBe(
      'backend 7 (app, idle in transaction for 42 s)',
    );
    expect(describeBlockers(Array.from({ length: 8 }, (_, pid) => blocker({ pid })))).toMatch(/ and 3 more$/);
    expect(describeBlockers([])).toContain('gone');
  });
});

describe('lock modes', () => {
  test('are translated from the names that pg_locks uses', () => {
    expect(lockModeOf('AccessExclusiveLock')).toBe('ACCESS EXCLUSIVE');
    expect(lockModeOf('ShareUpdateExclusiveLock')).toBe('SHARE UPDATE EXCLUSIVE');
    expect(lockModeOf('ShareLock')).toBe('SHARE');
    expect(lockModeOf('SIReadLock')).toBe(null);
  });

  test('conflict as in the documentation, both ways', () => {
    expect(conflicts('ACCESS SHARE', 'ACCESS EXCLUSIVE')).toBe(true);
    expect(conflicts('ACCESS EXCLUSIVE', 'ACCESS SHARE')).toBe(true);
    expect(conflicts('SHARE', 'SHARE')).toBe(false);
    expect(conflicts('SHARE UPDATE EXCLUSIVE', 'ROW EXCLUSIVE')).toBe(false);
    expect(conflicts('SHARE ROW EXCLUSIVE', 'ROW EXCLUSIVE')).toBe(true);
  });

  test('only the strongest per relation is kept; a statement without known locks is not harmless', () => {
    expect(
      strongest([
        { relation: 'b', mode: 'SHARE' },
        { relation: 'a', mode: 'ACCESS SHARE' },
        { relation: 'b', mode: 'EXCLUSIVE' },
      ]),
    ).toEqual([
      { relation: 'a', mode: 'ACCESS SHARE' },
      { relation: 'b', mode: 'EXCLUSIVE' },
    ]);
    expect(onlyRows({ known: true, locks: [{ relation: 'a', mode: 'ROW EXCLUSIVE' }] })).toBe(true);
    expect(onlyRows({ known: false, locks: [{ relation: 'a', mode: 'ROW EXCLUSIVE' }] })).toBe(false);
    expect(onlyRows({ known: true, locks: [] })).toBe(false);
  });
});
