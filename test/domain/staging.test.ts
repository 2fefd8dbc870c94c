import { describe, expect, it } from 'vitest';
import { checklistFor } from '../../src/domain/checklist.ts';
import { decide } from '../../src/domain/decide.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { contentOf, judgeStaging } from '../../src/domain/staging.ts';
import { aPlan, aRun, aRunIn, by, CHECKLIST, evening, PEOPLE, sha256, SOURCES, storyTo } from '../support/runs.ts';
import { BEFORE, STAGING_FOR, TRIED, aLoad } from '../support/staging.ts';

const CONTENT = STAGING_FOR.content;
const PRODUCTION = aRun({
  plan: aPlan({ target: 'production', items: checklistFor([...SOURCES, 'staging'], CHECKLIST) }),
  rehearsal: null,
});
const judged = (...runs: readonly Run[]) => judgeStaging(PRODUCTION, runs, CONTENT);
const trial = (parts: Partial<Run> = {}): Run => ({ ...aRunIn('completed_staging'), ...parts });
const rolledBack = (from: Run['state']) => ({ by: by('ana'), at: evening('18:00'), from, undone: ['0008'] });

describe('the content of a plan', () => {
  it('R7 is the same on another database, whatever server, schema, limits and moment are', () => {
    const plan = aPlan();
    const elsewhere = aPlan({ target: 'staging', fingerprint: 'a'.repeat(64), quorum: 0, plannedAt: evening('20:00') });
    expect(contentOf(elsewhere, sha256)).toBe(contentOf(plan, sha256));
  });

  it('R7 differs with every byte of up, down and validate, and with the order', () => {
    const plan = aPlan();
    const [first, second] = plan.migrations;
    if (first === undefined || second?.down == null || second.validate === null) throw new Error('the plan of this folder changed');
    const edited = { text: '', path: '', sha256: 'e'.repeat(64) };
    const others = [
      [first, { ...second, up: edited }],
      [first, { ...second, down: edited }],
      [first, { ...second, validate: edited }],
      [first, { ...second, validate: null }],
      [first, { ...second, name: 'other' }],
      [second, first],
      [first],
    ].map((migrations) => contentOf({ migrations }, sha256));
    expect(new Set([contentOf(plan, sha256), ...others]).size).toBe(8);
  });
});

describe('the line staging, where a twin is configured', () => {
  it('R7 a plan that is not trivial does not pass without a staging run, and the reason is shown', () => {
    expect(judged()).toMatchObject({
      verdict: 'unknown',
      value: expect.stringContaining('non-trivial: 0007 line 1 reads all of public.leads'),
    });
  });

  it('R7 edit SQL after staging: refused', () => {
    expect(judgeStaging(PRODUCTION, [trial()], 'd'.repeat(64))).toMatchObject({
      verdict: 'breach',
      value: expect.stringContaining('the files are not those of staging run #42'),
    });
  });

  it('R13 R14 R15 passes when smoke tests, performance and rows do, and says so', () => {
    expect(judged(trial())).toEqual({
      verdict: 'pass',
      source: 'staging run #42 on acme',
      value: [
        'Smoke: smoke, journeys ended with code 0',
        'Performance: +1.20 % over 2 queries, the slowest by +1.66 % (2: SELECT * FROM leads ORDER BY created_at DESC LIMIT 50)',
        "Data: staging has 25 % of production's rows or more",
        'Schema: as in production',
      ].join('\n'),
    });
  });

  it.each<[string, Partial<Run>, string, RegExp]>([
    [
      'a smoke test that fails',
      { staged: { before: BEFORE, after: { ...TRIED, hooks: [{ name: 'smoke', exitCode: 1, ms: 9, output: 'x\nlogin failed' }] } } },
      'breach',
      /^Smoke: smoke ended with code 1: login failed/,
    ],
    [
      'a smoke test without a result',
      { staged: { before: BEFORE, after: { ...TRIED, hooks: [{ name: 'smoke', exitCode: null, ms: 0, output: 'it did not end' }] } } },
      'unknown',
      /gave no result: it did not end/,
    ],
    ['no smoke test at all', { staged: { before: BEFORE, after: { ...TRIED, hooks: [] } } }, 'unknown', /no hook of the staging target/],
    [
      'a load that becomes slower',
      { staged: { before: BEFORE, after: { ...TRIED, load: aLoad(42, 63.1) } } },
      'breach',
      /^Performance: \+5\.10 %/,
    ],
    [
      'a run that is under way',
      { state: 'migrating', staged: { before: BEFORE, after: null }, end: null },
      'unknown',
      /^is migrating; wait/,
    ],
    [
      'a run that failed',
      {
        state: 'failed',
        staged: { before: null, after: null },
        end: { at: evening('18:00'), detail: '0008 fails on the copy', remaining: [] },
      },
      'breach',
      /^did not come to a result: 0008 fails on the copy/,
    ],
    [
      'a run that was rolled back before its end',
      { state: 'rolled_back', rollback: rolledBack('observing') },
      'breach',
      /before its end by @ana/,
    ],
    [
      'a way back that failed',
      { state: 'rollback_failed', rollback: rolledBack('completed') },
      'breach',
      /^the way back failed on staging/,
    ],
  ])('R7 does not pass for %s', (_title, parts, verdict, value) => {
    expect(judged(trial(parts))).toMatchObject({ verdict, value: expect.stringMatching(value) });
  });

  it('R7 a twin that was given back after its end still counts, a cancelled run does not, and the newest has the word', () => {
    expect(judged(trial({ state: 'rolled_back', rollback: rolledBack('completed') })).verdict).toBe('pass');
    expect(judged(trial({ state: 'cancelled' }), trial()).verdict).toBe('pass');
    expect(judged(trial({ state: 'failed', staged: { before: null, after: null } }), trial()).verdict).toBe('breach');
  });

  it('R7 a staging run of another target says nothing', () => {
    const other = trial();
    const plan = { ...other.plan, stagingFor: { ...STAGING_FOR, target: 'billing' } };
    expect(judged({ ...other, plan }).verdict).toBe('unknown');
  });
});

describe('a staging run', () => {
  const context = (at: string, actor = OFFPEAK) => ({ now: at, actor, people: PEOPLE, sha256 });

  it('measures once before its first write and once after its last, and does not begin or end without', () => {
    const { run, now } = storyTo('preparing_staging');
    expect(nextStep(run, now)).toMatchObject({ step: 'measure_before' });
    const begin = {
      type: 'begin_migrating',
      baseline: { error_rate: null, p95: null, connections: 0, long_queries: 0, lock_waits: 0 },
      fingerprint: run.plan.fingerprint,
      newestSample: now,
    } as const;
    expect(decide(run, begin, context(now))).toMatchObject({ ok: false, refusal: { code: 'out_of_order' } });
    const observing: Run = { ...aRunIn('completed_staging'), state: 'observing', end: null, staged: { before: BEFORE, after: null } };
    expect(nextStep(observing, evening('19:00'))).toMatchObject({ step: 'measure_after' });
    expect(decide(observing, { type: 'finish', after: begin.baseline }, context(evening('19:00')))).toMatchObject({ ok: false });
    expect(decide(aRunIn('observing'), { type: 'record_after', after: TRIED }, context(now))).toMatchObject({ ok: false });
  });

  it('can be rolled back when it is completed, and no other run can', () => {
    const at = evening('19:30');
    expect(decide(aRunIn('completed_staging'), { type: 'roll_back' }, context(at, by('ana')))).toMatchObject({ ok: true });
    expect(decide(aRunIn('completed'), { type: 'roll_back' }, context(at, by('ana')))).toMatchObject({ ok: false });
  });

  it('starts without approvals, and only by those who may start', () => {
    const { run, now } = storyTo('preparing_staging');
    const planned: Run = { ...run, state: 'planned', started: null };
    expect(decide(planned, { type: 'start' }, context(now, by('nora')))).toMatchObject({ ok: true });
    expect(decide(planned, { type: 'start' }, context(now, by('ana')))).toMatchObject({ ok: false, refusal: { code: 'not_permitted' } });
    expect(decide(aRunIn('planned'), { type: 'start' }, context(now, by('nora')))).toMatchObject({ ok: false });
  });
});
