import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { countdown } from '../../src/domain/schedule.ts';
import { aPlan, BASELINE, by, evening, healthEvidence, PEOPLE, SCHEDULE, sha256 } from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';

/** The scheduled run of the stories: preparation opens 18:45, the gates are asked again 18:55, the first write is at 19:00. */
const T0 = evening('19:00');

function said(run: Run, time: string, actor: Actor, command: Command): Run {
  const at = time.includes('T') ? time : evening(time);
  const decision = decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at, actor }), run);
}

const stepAt = (run: Run, time: string) => {
  const next = nextStep(run, evening(time));
  return next.kind === 'step' ? next.step : next.kind === 'wait' ? next.until : 'idle';
};
const checked = (run: Run, time: string) =>
  said(run, time, OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(run.plan, evening(time)) });
const begun = (run: Run, time: string) =>
  said(run, time, OFFPEAK, {
    type: 'begin_migrating',
    baseline: BASELINE,
    fingerprint: run.plan.fingerprint,
    newestSample: evening(time),
  });

/** Prepared in time, at 18:50:30, and not asked again yet. */
function prepared(): Run {
  const { run } = storyTo('preparing_ready');
  return {
    ...run,
    dryRunAt: evening('18:50:30'),
    evidence: { ...run.evidence, ...checkedAt(run, '18:46'), disk: checkedAt(run, '18:50:30').disk } as Run['evidence'],
  };
}
const checkedAt = (run: Run, time: string): Run['evidence'] =>
  Object.fromEntries(healthEvidence(run.plan, evening(time)).map((entry) => [entry.item, entry]));

describe('T-5 of a scheduled run', () => {
  it('R46 the health is read again and the dry run made again, and not before; then it waits for T0', () => {
    const run = prepared();
    expect(stepAt(run, '18:54:59')).toBe(evening('18:55'));
    expect(stepAt(run, '18:55')).toBe('check');
    const read = checked(run, '18:55:02');
    expect(stepAt(read, '18:55:03')).toBe('dry_run');
    const again = said(read, '18:55:04', OFFPEAK, { type: 'record_dry_run' });
    expect(again).toMatchObject({ state: 'preparing', dryRunAt: evening('18:55:04') });
    expect(stepAt(again, '18:55:05')).toBe(T0);
    expect(stepAt(again, '19:00')).toBe('begin');
    expect(begun(again, '19:00').state).toBe('migrating');
  });

  it('R46 evidence and approvals that have expired by then hold, with what is missing', () => {
    const run = checked(prepared(), '18:55:02');
    const staging = run.evidence.staging;
    if (staging === undefined) throw new Error('nobody looked at staging');
    const expired: Run = { ...run, evidence: { ...run.evidence, staging: { ...staging, expiresAt: evening('18:52') } } };
    const held = said(expired, '18:55:04', OFFPEAK, { type: 'record_dry_run' });
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'evidence', from: 'preparing' } });
    expect(held.holding?.detail).toBe('These lines do not pass: Staging looked at (expired). The database was not touched.');
    const unapproved: Run = { ...run, approvals: run.approvals.map((approval) => ({ ...approval, expiresAt: evening('18:52') })) };
    expect(said(unapproved, '18:55:04', OFFPEAK, { type: 'record_dry_run' }).holding?.detail).toContain('0 of 2 approvals');
  });

  it('R46 a line that is red by then holds', () => {
    const run = prepared();
    const red = healthEvidence(run.plan, evening('18:55:02'), { connections: { verdict: 'breach', value: '86 %' } });
    const held = said(run, '18:55:02', OFFPEAK, { type: 'record_evidence', evidence: red });
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'not_green' } });
  });

  const unfinished: readonly (readonly [string, Partial<Run>])[] = [
    ['the backup', { backup: null, rehearsal: null, dryRunAt: null }],
    ['the proof of the backup', { rehearsal: null, dryRunAt: null }],
    ['the dry run', { dryRunAt: null }],
  ];
  it.each(unfinished)('R37 holds without %s, names it, and does not start by itself', (what, missing) => {
    const run: Run = { ...prepared(), ...missing };
    expect(stepAt(run, '18:54:59')).not.toBe('late');
    expect(stepAt(run, '18:55')).toBe('late');
    expect(stepAt(run, '19:10')).toBe('late');
    const held = said(run, '18:55', OFFPEAK, { type: 'record_dry_run' });
    expect(held).toMatchObject({
      state: 'holding',
      dryRunAt: missing.dryRunAt === null ? null : run.dryRunAt,
      holding: { reason: 'late', detail: `At T-5 ${what} was not finished, so it does not start by itself. The database was not touched.` },
    });
    expect(nextStep(held, evening('20:00'))).toEqual({ kind: 'idle' });
  });

  it('R37 after Resume it begins as soon as it is prepared, but not before the moment it was scheduled for', () => {
    const held = storyTo('holding_late').run;
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'late' } });
    const resumed = said(held, '18:57', by('olga'), { type: 'resume' });
    expect(resumed).toMatchObject({ state: 'preparing', t0: T0, scheduledFor: null });
    expect(stepAt(checked(resumed, '18:57:01'), '18:57:02')).toBe('backup');
    const ready = said({ ...prepared(), scheduledFor: null }, '18:57', OFFPEAK, { type: 'record_dry_run' });
    expect(stepAt(ready, '18:59')).toBe(T0);
    expect(stepAt(checked(ready, '19:20'), '19:20')).toBe('begin');
  });

  it('R37 Resume before T-5 keeps the schedule', () => {
    const red = healthEvidence(aPlan(), evening('18:46'), { connections: { verdict: 'breach', value: '86 %' } });
    const held = said(storyTo('preparing').run, '18:46', OFFPEAK, { type: 'record_evidence', evidence: red });
    const resumed = said(held, '18:48', by('olga'), { type: 'resume' });
    expect(resumed.scheduledFor).toBe(T0);
    expect(stepAt(resumed, '18:55')).toBe('late');
  });

  it('a run that was started at once has no T-5: its T0 is when it is prepared, and its gates are asked then (R46)', () => {
    const started = said(checked(aRunIn('scheduled'), '17:59'), '18:00', by('nora'), { type: 'start' });
    expect(started).toMatchObject({ state: 'preparing', t0: evening('18:00'), scheduledFor: null });
    expect(stepAt(started, '18:30')).toBe('check');
    expect(countdown(started, evening('18:01'))).toEqual([]);
    const ready: Run = { ...prepared(), scheduledFor: null, t0: evening('18:45') };
    const staging = ready.evidence.staging;
    if (staging === undefined) throw new Error('nobody looked at staging');
    expect(
      begun({ ...ready, evidence: { ...ready.evidence, staging: { ...staging, expiresAt: evening('18:52') } } }, '18:53'),
    ).toMatchObject({
      state: 'holding',
      holding: { reason: 'evidence' },
    });
  });

  it('one that is scheduled when preparation should be open already is prepared at once', () => {
    const run = said(checked(aRunIn('approved'), '18:49'), '18:50', by('nora'), { type: 'schedule', t0: T0 });
    expect(countdown(run, evening('18:51'))).toEqual([]);
    const opened = said(run, '18:57', SCHEDULE, { type: 'open_preparation' });
    expect(opened).toMatchObject({ state: 'preparing', t0: T0, scheduledFor: null });
    expect(stepAt(opened, '18:57')).toBe('check');
  });
});

describe('F40 a worker that comes late asks and never catches up', () => {
  const open = (time: string) => said(aRunIn('scheduled'), time, SCHEDULE, { type: 'open_preparation' });

  it('to T-15: until T-5 it prepares, after that it holds unprepared, and after late_start somebody chooses another moment', () => {
    expect(stepAt(open('18:54'), '18:54')).toBe('check');
    for (const late of ['18:55', '18:59', '19:10']) expect([open(late).state, stepAt(open(late), late)]).toEqual(['preparing', 'late']);
    for (const missed of ['19:10:01', '23:00'])
      expect(open(missed)).toMatchObject({ state: 'approved', scheduledFor: null, started: null });
  });

  it('a target that takes no time to prepare has no T-5, and begins when it is prepared', () => {
    const timing = { ...aPlan().timing, prepareLeadMs: 0, recheckMs: 0 };
    const run = said({ ...aRunIn('scheduled'), plan: aPlan({ timing }) }, '19:00', SCHEDULE, { type: 'open_preparation' });
    expect([run.scheduledFor, stepAt(run, '19:01')]).toEqual([null, 'check']);
  });

  it('to T-5 of a run that was not prepared, whether T0 has passed or not', () => {
    const run: Run = { ...prepared(), rehearsal: null, dryRunAt: null };
    expect([stepAt(run, '18:59'), stepAt(run, '19:40')]).toEqual(['late', 'late']);
  });

  it('to T0 of a run that is prepared: within late_start it asks the gates again and begins, after that it holds', () => {
    const run = said(checked(prepared(), '18:55:02'), '18:55:04', OFFPEAK, { type: 'record_dry_run' });
    expect(stepAt(run, '19:09:59')).toBe('begin');
    expect(stepAt(run, '19:10:01')).toBe('late');
    const held = begun(checked(run, '19:10:01'), '19:10:01');
    expect(held).toMatchObject({ state: 'holding', units: [], holding: { reason: 'late' } });
    expect(held.holding?.detail).toBe('No worker came to the first write within 10 min of its moment. The database was not touched.');
    expect(stepAt(prepared(), '19:05')).toBe('check');
    expect(stepAt(prepared(), '19:40')).toBe('late');
  });

  it('a plan of an older version, which has no T-5, keeps its T0', () => {
    const { recheckMs: _, ...timing } = aPlan().timing;
    const run = storyTo('preparing', { plan: aPlan({ timing }) }).run;
    expect([stepAt(run, '18:59:59'), stepAt(run, '19:00')]).toEqual(['check', 'late']);
    expect(countdown(run, evening('18:59')).map(({ name }) => name)).toEqual(['T-15', 'T0', 'T+15']);
  });
});

describe('the countdown', () => {
  const drawn = (run: Run, time: string) => countdown(run, evening(time)).map(({ name, at, is }) => `${name} ${at.slice(11, 16)} ${is}`);

  it('R37 has four moments, and says which are past and which is next', () => {
    const scheduled = aRunIn('scheduled');
    expect(drawn(scheduled, '17:30')).toEqual(['T-15 18:45 next', 'T-5 18:55 later', 'T0 19:00 later', 'T+15 19:15 later']);
    const preparing = aRunIn('preparing');
    expect(drawn(preparing, '18:45')).toEqual(['T-15 18:45 past', 'T-5 18:55 next', 'T0 19:00 later', 'T+15 19:15 later']);
    expect(drawn(preparing, '18:58')).toEqual(['T-15 18:45 past', 'T-5 18:55 past', 'T0 19:00 next', 'T+15 19:15 later']);
    expect(drawn(aRunIn('migrating'), '19:01')).toEqual([]);
    expect(drawn(aRunIn('approved'), '17:30')).toEqual([]);
  });

  it('names its moments by the durations of the target', () => {
    const timing = { ...aPlan().timing, prepareLeadMs: 1_200_000, recheckMs: 90_000, observeMs: 45_000 };
    const run = { ...aRunIn('scheduled'), plan: aPlan({ timing }) };
    expect(countdown(run, plus(T0, -60_000_000)).map(({ name }) => name)).toEqual(['T-20', 'T-1 min 30 s', 'T0', 'T+45 s']);
  });
});
