import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { comparedFailures, forEnd, unknownAtEnd, type AtEnd, type StatementCount } from '../../src/domain/end-comparison.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { details } from '../../src/slack/render/report.ts';
import { AFTER, by, evening, PEOPLE, sha256 } from '../support/plans.ts';
import { storyTo } from '../support/runs.ts';

const QUERY = 'SELECT * FROM leads WHERE email = $1';
const LIMITS = { statementMeanMs: 1_000, activityBand: 0.5 };

const count = (calls: number, ms: number, id = '7'): StatementCount => ({ id, calls, ms, query: QUERY });
const counted = (...statements: readonly StatementCount[]): AtEnd => ({
  statements: { ok: true, value: { resetAt: 'monday', statements } },
});
const active = (now: number, ...earlier: readonly number[]): AtEnd => ({ activity: { ok: true, value: { now, earlier } } });
const away = { ok: false, why: 'Prometheus is away.' } as const;

const slow = (before: AtEnd, end: AtEnd, limits: typeof LIMITS | Record<string, never> = LIMITS) =>
  comparedFailures(limits, forEnd(before), end);

describe('R67 no statement is slow that was not slow before', () => {
  it('a mean above the limit since the first write fails, and exactly the limit does not', () => {
    const before = counted(count(100, 2_000));
    expect(slow(before, counted(count(110, 12_000)))).toEqual([]);
    expect(slow(before, counted(count(110, 12_010)))).toEqual([
      `a statement takes more than 1000 ms: 1001 ms in the mean of 10 calls (20 ms before the first write): ${QUERY}`,
    ]);
  });

  it('the mean is that since the first write, whatever many quick calls before make of the whole', () => {
    expect(slow(counted(count(1_000_000, 1_000_000)), counted(count(1_000_005, 1_006_000)))).toHaveLength(1);
  });

  it('a statement that did not exist before fails as new one', () => {
    expect(slow(counted(), counted(count(5, 5_001)))[0]).toContain('1000 ms in the mean of 5 calls (new)');
  });

  it('fewer than five calls since then are an accident', () => {
    expect(slow(counted(count(100, 2_000)), counted(count(104, 60_000)))).toEqual([]);
    expect(slow(counted(count(100, 2_000)), counted(count(105, 60_000)))).toHaveLength(1);
  });

  it('one that had a mean of the limit or more before is not new', () => {
    const end = counted(count(20, 60_000));
    expect(slow(counted(count(10, 10_000)), end)).toEqual([]);
    expect(slow(counted(count(10, 9_999)), end)).toHaveLength(1);
  });

  it('one that the server forgot and met again is judged by what it has counted since', () => {
    expect(slow(counted(count(100, 2_000)), counted(count(6, 12_000)))).toHaveLength(1);
  });

  it('the slowest three are named, and the others counted', () => {
    const end = counted(...[2_000, 9_000, 3_000, 4_000].map((mean, n) => count(5, mean * 5, String(n))));
    const [words = ''] = slow(counted(), end);
    expect(words).toMatch(/^4 statements take more than 1000 ms: 9000 ms .*4000 ms .*3000 ms .* and 1 more$/);
  });

  it('plans of older versions are judged by 1 s', () => {
    expect(slow(counted(), counted(count(5, 5_000)), {})).toEqual([]);
    expect(slow(counted(), counted(count(5, 5_001)), {})).toHaveLength(1);
  });

  it('what could not be read before the first write is not judged, and said', () => {
    const unread: AtEnd = { statements: { ok: false, why: 'pg_stat_statements is not installed in this database.' } };
    const end = counted(count(5, 60_000));
    expect([slow(unread, end), unknownAtEnd(forEnd(unread), end), unknownAtEnd(forEnd(unread), unread)]).toEqual([[], [], []]);
    const told = JSON.stringify(details({ ...storyTo('completed').run, forEnd: forEnd(unread) }));
    expect(told).toContain('Not read: Statement times: pg_stat_statements is not installed in this database.');
  });

  it('what could be read then and cannot now is unknown, and so are counters that somebody set to nothing', () => {
    const before = forEnd(counted(count(1, 1)));
    expect(unknownAtEnd(before, counted())).toEqual([]);
    expect(unknownAtEnd(before, { statements: away })).toEqual(['statement times (Prometheus is away.)']);
    expect(unknownAtEnd(before, {})).toEqual(['statement times (not asked)']);
    expect(unknownAtEnd(before, { statements: { ok: true, value: { resetAt: 'tuesday', statements: [] } } })[0]).toContain('to nothing');
  });
});

describe('R68 user activity is inside the band of the same hour of earlier weeks', () => {
  const judge = (end: AtEnd, before: AtEnd = {}, limits: typeof LIMITS | Record<string, never> = LIMITS) =>
    comparedFailures(limits, forEnd(before), end);

  it.each([
    [20, false],
    [20.01, true],
    [40, true],
    [89.9, true],
    [90, false],
  ])('%d beside 40, 50 and 60 is inside: %s', (now, inside) => {
    expect(judge(active(now, 50, 40, 60)).length === 0).toBe(inside);
    expect(judge(active(now, 50, 40, 60), {}, {}).length === 0).toBe(inside);
  });

  it('says what it is, what it was before the first write and what it may be', () => {
    expect(judge(active(3, 50, 40, 60), active(48, 50, 40, 60))).toEqual([
      'user activity is 3, and was 48 before the first write; at this hour of earlier weeks it was 50, 40, 60, so between 20 and 90 is needed',
    ]);
  });

  it('where nobody was there in earlier weeks, nobody need be there, and one more is out of it', () => {
    expect(judge(active(0, 0, 0))).toEqual([]);
    expect(judge(active(0, 0, 12))).toEqual([]);
    expect(judge(active(1, 0, 0))).toHaveLength(1);
  });

  it('a source that could be read before and cannot now is unknown; one that never could is said', () => {
    expect(unknownAtEnd(forEnd(active(5, 5, 5)), { activity: away })).toEqual(['user activity (Prometheus is away.)']);
    expect(unknownAtEnd(forEnd({ activity: away }), { activity: away })).toEqual([]);
    expect(forEnd({ activity: away }).unread).toEqual(['User activity: Prometheus is away.']);
  });
});

describe('R67 R68 the end of a run', () => {
  /** First write 19:00, observed until 19:15, validated again. */
  function validated(before: AtEnd): Run {
    const run: Run = { ...storyTo('observing').run, forEnd: forEnd(before) };
    return said(run, '19:15:10', { type: 'record_validation', failures: [] });
  }
  const finish = (end: AtEnd): Command => ({ type: 'finish', after: AFTER, ...end });
  const decided = (run: Run, time: string, command: Command, actor = OFFPEAK) =>
    decide(run, command, { now: evening(time), actor, people: PEOPLE, sha256 });
  function said(run: Run, time: string, command: Command, actor = OFFPEAK): Run {
    const decision = decided(run, time, command, actor);
    if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
    return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: evening(time), actor }), run);
  }

  it.each([
    ['a slow statement', counted(), counted(count(5, 60_000)), 'not_as_before', QUERY],
    ['activity out of its band', active(50, 50, 50), active(1, 50, 50), 'not_as_before', 'user activity is 1, and was 50'],
    ['statements that cannot be read any more', counted(), { statements: away }, 'monitor_silent', 'statement times (Prometheus'],
    ['activity that cannot be read any more', active(5, 5, 5), { activity: away }, 'monitor_silent', 'user activity (Prometheus'],
  ] as const)('%s is asked again for five minutes, then holds; Resume vouches and ends it', (_what, before, end, reason, words) => {
    const run = validated(before);
    expect(decided(run, '19:19:59', finish(end))).toMatchObject({ ok: false, refusal: { code: 'out_of_order' } });
    expect(said(run, '19:19:59', finish(before)).state).toBe('completed');
    const held = said(run, '19:20', finish(end));
    expect(held.holding).toMatchObject({ reason, from: 'observing', detail: expect.stringContaining(words) });
    const resumed = said(held, '19:25', { type: 'resume' }, by('olga'));
    expect(said(resumed, '19:25:01', finish({}))).toMatchObject({ state: 'completed', vouched: { name: 'olga' } });
  });

  it('is not held by sources that nobody named, or that could not be read before', () => {
    expect(said(validated({}), '19:15:12', finish({})).state).toBe('completed');
    expect(said(validated({ statements: away }), '19:15:12', finish({ statements: away })).state).toBe('completed');
  });

  it('remembers what it was compared with, through the ledger', () => {
    const { run } = storyTo('preparing_ready');
    const begun = said(run, '19:00', {
      type: 'begin_migrating',
      baseline: AFTER,
      fingerprint: run.plan.fingerprint,
      newestSample: evening('18:59:55'),
      forEnd: forEnd(counted(count(3, 9.7))),
    });
    expect(begun.forEnd).toEqual({ statements: { resetAt: 'monday', counts: { 7: [3, 9] } }, unread: [] });
  });
});
