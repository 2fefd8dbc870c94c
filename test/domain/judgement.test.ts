import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { breachSince, isConfirmed, judgeAlert, type Question } from '../../src/domain/judgement.ts';
import type { Ladder } from '../../src/domain/ladder.ts';
import type { Level, Sample } from '../../src/domain/monitor.ts';
import { evening } from '../support/plans.ts';

const START = evening('19:00');
const NOW = evening('19:10');
const LADDER: Ladder = {
  baseline: 0.0004,
  rungs: [
    { level: 'consider', limit: 0.005 },
    { level: 'roll_back', limit: 0.01 },
  ],
};
const RULES = { clearShare: 0.9, keepFiringMs: 60_000 };
const series = (values: readonly (number | null)[]): readonly Sample[] =>
  values.map((value, index) => ({ metric: 'error_rate', value, detail: '', at: plus(START, index * 1_000) }));

function judged(values: readonly (number | null)[], level: Level | null = null, asked: Partial<Question> = {}): string {
  const alert = level === null ? null : { level, raisedAt: START };
  const judgement = judgeAlert({ samples: series(values), ladder: LADDER, alert, now: NOW, rules: RULES, ...asked });
  return 'rung' in judgement ? `${judgement.kind} ${judgement.rung.level}` : judgement.kind;
}

describe('an alert is raised by three of five samples', () => {
  it.each([
    ['R69 over 1 %', [0.011, 0.011, 0.011], 'raise roll_back'],
    ['R69 exactly 1.0 % does not roll back', [0.01, 0.01, 0.01, 0.01, 0.01], 'raise consider'],
    ['R90 over 0.5 %', [0.006, 0.006, 0.006], 'raise consider'],
    ['R90 exactly 0.5 % does not fire', [0.005, 0.005, 0.005, 0.005, 0.005], 'same'],
    ['M19 one spike is not an alert', [0, 0.5, 0, 0, 0], 'same'],
    ['three of five, not in a row', [0.02, 0, 0.02, 0, 0.02], 'raise roll_back'],
    ['two over 1 % and one over 0.5 % are considered', [0.02, 0.02, 0.006], 'raise consider'],
    ['only the newest five count', [0.5, 0.5, 0.5, 0, 0, 0, 0], 'same'],
    ['unknown never raises (invariant 10)', [null, null, null, null, null], 'same'],
    ['what is unknown is none of the three', [0.5, 0.5, null, null, null], 'same'],
  ] as const)('%s', (_title, values, judgement) => {
    expect(judged(values)).toBe(judgement);
  });

  it('R70 20.0 % over the baseline does not fire, a hair more does', () => {
    const ladder: Ladder = { baseline: 100, rungs: [{ level: 'roll_back', limit: 120 }] };
    expect(judged([120, 120, 120, 120, 120], null, { ladder })).toBe('same');
    expect(judged([120.1, 120.1, 120.1], null, { ladder })).toBe('raise roll_back');
  });
});

describe('an alert that stands', () => {
  it.each([
    ['gets graver in place, at once', 'consider', [0.02, 0.02, 0.02], 'escalate roll_back'],
    ['is not raised twice', 'roll_back', [0.02, 0.02, 0.02], 'same'],
    ['clears after five good samples', 'roll_back', [0, 0, 0, 0, 0], 'clear'],
    ['does not clear a little below its limit (F52)', 'consider', [0.0049, 0.0049, 0.0049, 0.0049, 0.0049], 'same'],
    ['eases when only the milder limit is passed', 'roll_back', [0.006, 0.006, 0.006, 0.006, 0.006], 'ease consider'],
    ['does not clear over a gap (F49)', 'roll_back', [0, 0, null, 0, 0], 'same'],
    ['does not clear on no data', 'consider', [null, null, null, null, null], 'same'],
    ['does not clear on four samples', 'consider', [0, 0, 0, 0], 'same'],
  ] as const)('%s', (_title, level, values, judgement) => {
    expect(judged(values, level)).toBe(judgement);
  });

  it('stands for at least a minute, and gets graver within it', () => {
    const now = plus(START, 59_999);
    expect(judged([0, 0, 0, 0, 0], 'consider', { now })).toBe('same');
    expect(judged([0, 0, 0, 0, 0], 'consider', { now: plus(START, 60_000) })).toBe('clear');
    expect(judged([0.5, 0.5, 0.5], 'consider', { now })).toBe('escalate roll_back');
  });

  it('clears at what was normal before, however near that is to its limit', () => {
    const ladder: Ladder = { baseline: 0.78, rungs: [{ level: 'watch', limit: 0.8 }] };
    expect(judged([0.78, 0.78, 0.78, 0.78, 0.78], 'watch', { ladder })).toBe('clear');
    expect(judged([0.79, 0.79, 0.79, 0.79, 0.79], 'watch', { ladder })).toBe('same');
  });
});

it('is confirmed by three known samples of the newest five, and by nothing else', () => {
  const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 12 }), (values) => {
      const above = values.slice(-5).filter((each) => each !== null && each > 0.5).length;
      expect(isConfirmed(series(values), 0.5)).toBe(above >= 3);
    }),
  );
});

it('says since when: the first sample above the limit among the newest five', () => {
  expect(breachSince(series([1, 9, 1, 9, 9]), 5)).toBe(plus(START, 1_000));
  expect(breachSince(series([1, 1]), 5)).toBeNull();
});
