import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import type { Evidence } from '../../src/domain/items.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, aRehearsal, BASELINE, by, evening, healthEvidence, PEOPLE, sha256 } from '../support/plans.ts';
import { aRunIn, storyTo } from '../support/runs.ts';

/** The run after this command, which must not be refused. */
function said(run: Run, now: string, actor: Actor, command: Command): Run {
  const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at: now, actor }), run);
}

function refusal(run: Run, now: string, actor: Actor, command: Command): string | null {
  const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
  return decision.ok ? null : decision.refusal.code;
}

describe('holding in preparation', () => {
  it('for peak hours waits for their end when the whole run does not fit before them, instead of resuming and holding in turn', () => {
    const ready = aRunIn('preparing_ready');
    const now = '2026-11-25T07:50:00.000Z';
    const held: Run = { ...ready, state: 'holding', holding: { reason: 'peak_hours', detail: '', since: now, from: 'preparing' } };
    expect(nextStep(held, now)).toEqual({ kind: 'wait', until: '2026-11-25T17:00:00.000Z' });
  });

  it('for a freeze waits for its end, and then goes on by itself (invariant 1)', () => {
    const freeze = { kind: 'once', reason: 'Audit', from: '2026-11-24T19:58', to: '2026-11-25T00:30' } as const;
    const ready = storyTo('preparing_ready').run;
    const run: Run = { ...ready, plan: { ...ready.plan, window: { ...ready.plan.window, freezes: [freeze] } } };
    const begin = {
      type: 'begin_migrating',
      baseline: BASELINE,
      fingerprint: run.plan.fingerprint,
      newestSample: evening('19:00'),
    } as const;
    const held = said(run, evening('19:00'), OFFPEAK, begin);
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'freeze', detail: 'The freeze "Audit" has begun.' } });
    expect(nextStep(held, evening('19:01'))).toEqual({ kind: 'wait', until: evening('23:30') });
    expect(nextStep(held, evening('23:30'))).toEqual({ kind: 'step', step: 'resume' });
    expect(said(held, evening('23:30'), OFFPEAK, { type: 'resume' }).state).toBe('preparing');
  });

  it('a start in a freeze or one that would reach it is refused with its name and the moment behind it (R3)', () => {
    const freeze = { kind: 'once', reason: 'Audit', from: '2026-11-24T18:30', to: '2026-11-25T00:30' } as const;
    const approved = aRunIn('approved');
    const run: Run = { ...approved, plan: { ...approved.plan, window: { ...approved.plan.window, freezes: [freeze] } } };
    const refused = (time: string) => decide(run, { type: 'start' }, { now: evening(time), actor: by('nora'), people: PEOPLE, sha256 });
    const next = evening('23:30');
    expect(refused('17:20')).toMatchObject({ refusal: { code: 'crosses_freeze', reason: 'Audit', from: evening('17:30'), next } });
    const fresh = said(run, evening('17:31'), OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(run.plan, evening('17:31')) });
    expect(decide(fresh, { type: 'start' }, { now: evening('17:32'), actor: by('nora'), people: PEOPLE, sha256 })).toMatchObject({
      refusal: { code: 'frozen', reason: 'Audit', until: next, next },
    });
  });

  it('for a line that did not pass reads it again after Resume, without waiting for it to expire', () => {
    const { run, now } = storyTo('holding_untouched');
    const resumed = said(run, plus(now, 60_000), by('olga'), { type: 'resume' });
    expect(nextStep(resumed, plus(now, 60_000))).toEqual({ kind: 'step', step: 'check' });
  });

  it('for hours takes a new backup and a new proof before the first write', () => {
    const { run, now } = storyTo('preparing_ready');
    const held = said(run, now, OFFPEAK, { type: 'hold', reason: 'monitor_silent', detail: '' });
    const later = plus(now, 9 * 3_600_000);
    const resumed = said(held, later, by('olga'), { type: 'resume' });
    const checked = said(resumed, later, OFFPEAK, { type: 'record_evidence', evidence: [] });
    expect(
      refusal(checked, later, OFFPEAK, {
        type: 'begin_migrating',
        baseline: BASELINE,
        fingerprint: run.plan.fingerprint,
        newestSample: later,
      }),
    ).toBe('backup_unproved');
  });

  it('lets people confirm a line again that expired meanwhile', () => {
    const { run, now } = storyTo('holding_untouched');
    const confirmed = said(run, plus(now, 1_000), by('ana'), { type: 'confirm_item', item: 'staging', note: 'Looked again.' });
    expect(confirmed.evidence.staging?.value).toBe('Looked again.');
    expect(confirmed.state).toBe('holding');
    expect(refusal(aRunIn('holding'), now, by('ana'), { type: 'confirm_item', item: 'staging', note: 'x' })).toBe('wrong_state');
  });

  it('for approvals that expired goes on once they are given again, until the first write', () => {
    const ready = aRunIn('preparing_ready');
    const now = evening('19:00');
    const expired: Run = { ...ready, approvals: ready.approvals.map((approval) => ({ ...approval, expiresAt: evening('18:59') })) };
    const begin = { type: 'begin_migrating', baseline: BASELINE, fingerprint: ready.plan.fingerprint, newestSample: now } as const;
    const held = said(expired, now, OFFPEAK, begin);
    expect(held).toMatchObject({
      state: 'holding',
      holding: { reason: 'evidence', detail: '0 of 2 approvals are in. The database was not touched.' },
    });
    const first = said(held, now, by('sam'), { type: 'approve', digest: held.digest });
    const both = said(first, now, by('kim'), { type: 'approve', digest: held.digest });
    expect(both.state).toBe('holding');
    expect(said(said(both, now, by('olga'), { type: 'resume' }), now, OFFPEAK, begin).state).toBe('migrating');
    expect(refusal(aRunIn('migrating'), now, by('sam'), { type: 'approve', digest: held.digest })).toBe('wrong_state');
  });
});

describe('a scheduled run', () => {
  /** Its proof has run out at 18:40; everything else is fresh. */
  const expired = (): Run => {
    const { run } = storyTo('scheduled');
    if (run.backup === null) throw new Error('the run has no backup');
    const backup = { ...run.backup, finishedAt: plus(evening('18:40'), -run.plan.timing.proofMs) };
    return said({ ...run, backup }, evening('18:40'), OFFPEAK, {
      type: 'record_evidence',
      evidence: healthEvidence(run.plan, evening('18:40')),
    });
  };

  it('begins no backup that would outlast the opening of its preparation, which takes its own', () => {
    expect(nextStep(expired(), evening('18:40'))).toEqual({ kind: 'step', step: 'backup' });
    expect(nextStep(expired(), evening('18:44'))).toEqual({ kind: 'wait', until: evening('18:45') });
  });

  it('holds behind the step that is under way when somebody asks for it, and does not wait for its first write', () => {
    const { run } = storyTo('preparing_ready');
    expect(nextStep(run, evening('18:56'))).toEqual({ kind: 'wait', until: evening('19:00') });
    const asked = said(run, evening('18:56'), by('olga'), { type: 'stop_after_step' });
    expect(nextStep(asked, evening('18:56'))).toEqual({ kind: 'step', step: 'late' });
    const held = said(asked, evening('18:56'), OFFPEAK, { type: 'hold', reason: 'stopped', detail: '' });
    expect(nextStep(said(held, evening('18:57'), by('olga'), { type: 'resume' }), evening('18:57'))).toEqual({
      kind: 'wait',
      until: evening('19:00'),
    });
  });

  it('R8 that somebody else starts at once is watched by whoever pressed', () => {
    const { run } = storyTo('scheduled');
    const read = said(run, evening('17:30'), OFFPEAK, { type: 'record_evidence', evidence: healthEvidence(run.plan, evening('17:30')) });
    const started = said(read, evening('17:31'), by('olga'), { type: 'start' });
    expect([started.started?.by.name, started.watcher?.actor.name]).toEqual(['olga', 'olga']);
    const opened = said(run, evening('18:45'), OFFPEAK, { type: 'open_preparation' });
    expect([opened.started?.by.name, opened.watcher?.actor.name]).toEqual(['nora', 'nora']);
  });
});

/** Its rehearsal measured what the change adds to the disk. */
function measured(run: Run): Run {
  return { ...run, rehearsal: run.rehearsal === null ? null : { ...run.rehearsal, grewBytes: 4096 } };
}

/** As it is a moment after its rehearsal: the disk was judged with the growth. */
function diskReadAgain(run: Run): Run {
  const [disk] = healthEvidence(run.plan, run.rehearsal?.at ?? '').filter(({ item }) => item === 'disk');
  return { ...run, evidence: { ...run.evidence, ...(disk && { disk }) } };
}

describe('before the start', () => {
  it('an approval that expired while the run is scheduled can be given again', () => {
    const run = aRunIn('scheduled');
    const expired: Run = { ...run, approvals: run.approvals.map((approval) => ({ ...approval, expiresAt: evening('17:30') })) };
    expect(said(expired, evening('18:00'), by('sam'), { type: 'approve', digest: run.digest })).toMatchObject({ state: 'scheduled' });
  });

  it('readings are refreshed again when people take the run up after more than a day', () => {
    const run = aRunIn('approved');
    const later = '2026-11-26T19:00:00.000Z';
    expect(nextStep(run, later)).toEqual({ kind: 'idle' });
    const taken = said(run, later, by('ana'), { type: 'acknowledge_item', item: 'on_call' });
    expect(nextStep(taken, later)).toEqual({ kind: 'step', step: 'check' });
  });

  it('a line that does not pass is read again after a tenth of its life, and at the usual pace once nobody waits for it', () => {
    const proved = diskReadAgain(aRunIn('checklist_proved'));
    const life = proved.plan.timing.machineEvidenceMs;
    const { p95 } = proved.evidence;
    if (p95 === undefined) throw new Error('the run has no reading');
    const failing: Run = { ...proved, evidence: { ...proved.evidence, p95: { ...p95, verdict: 'breach' } } };
    const again = plus(p95.at, life / 10);
    expect(nextStep(proved, again)).toMatchObject({ kind: 'wait' });
    expect(nextStep(failing, plus(again, -1))).toEqual({ kind: 'wait', until: again });
    expect(nextStep(failing, again)).toEqual({ kind: 'step', step: 'check' });
    const forgotten = plus(again, 13 * life);
    const read = Object.fromEntries(
      Object.entries(failing.evidence).map(([item, entry]) => [item, { ...entry, at: forgotten, expiresAt: plus(forgotten, life) }]),
    );
    expect(nextStep({ ...failing, evidence: read }, forgotten)).toEqual({ kind: 'wait', until: plus(forgotten, life - life / 4) });
  });

  it('R33 the disk that was judged before the rehearsal measured the growth is read again, before the start and in preparation', () => {
    const proved = measured(aRunIn('checklist_proved'));
    const at = proved.rehearsal?.at ?? '';
    expect(nextStep(proved, at)).toEqual({ kind: 'step', step: 'check' });
    expect(nextStep(diskReadAgain(proved), at)).toMatchObject({ kind: 'wait' });
    const read = diskReadAgain({ ...measured(aRunIn('preparing_ready')), dryRunAt: null });
    const then = read.rehearsal?.at ?? '';
    expect(nextStep(read, then)).toEqual({ kind: 'step', step: 'dry_run' });
    const disk = { ...read.evidence.disk, at: plus(then, -1) } as Evidence;
    expect(nextStep({ ...read, evidence: { ...read.evidence, disk } }, then)).toEqual({ kind: 'step', step: 'check' });
  });

  it('a backup that did not restore is replaced after a while, so that a scratch server that was down ends no run', () => {
    const { run, now } = storyTo('checklist');
    const backup = { ...aRunIn('checklist_proved').backup } as NonNullable<Run['backup']>;
    const rehearsal = {
      ...aRehearsal(run.plan, { backupId: backup.id, at: backup.finishedAt }),
      restoreError: 'The scratch server cannot be reached.',
    };
    const proved = aRunIn('checklist_proved');
    const unproved: Run = { ...proved, backup, rehearsal };
    expect(nextStep(unproved, plus(now, 11 * 60_000))).toMatchObject({ kind: 'wait' });
    const later = plus(backup.finishedAt, 16 * 60_000);
    const refreshed: Run = {
      ...unproved,
      evidence: Object.fromEntries(
        Object.entries(proved.evidence).map(([item, entry]) => [item, { ...entry, expiresAt: plus(later, 900_000) }]),
      ),
    };
    expect(nextStep(refreshed, later)).toEqual({ kind: 'step', step: 'backup' });
  });

  it('a plan for a schema that changed gets a backup of that schema', () => {
    const run = aRunIn('checklist_ready');
    const now = evening('17:17');
    const plan = { ...run.plan, fingerprint: 'e'.repeat(64), plannedAt: now };
    const revised = said(run, now, OFFPEAK, { type: 'revise_plan', plan, changes: ['The live schema changed.'] });
    expect(nextStep(revised, now)).toEqual({ kind: 'step', step: 'backup' });
  });

  it('a rehearsal of the plan before a change is not taken for one of the plan after it (invariant 3)', () => {
    const run = aRunIn('checklist_ready');
    const now = evening('17:17');
    const plan = { ...run.plan, thresholds: { ...run.plan.thresholds, lockWaits: 6 }, plannedAt: now };
    const revised = said(run, now, OFFPEAK, { type: 'revise_plan', plan, changes: ['A threshold changed.'] });
    const rehearsal = aRehearsal(run.plan, { backupId: run.backup?.id ?? '', at: now });
    expect(refusal(revised, now, OFFPEAK, { type: 'record_rehearsal', rehearsal, plannedAt: run.plan.plannedAt })).toBe('out_of_order');
    expect(refusal(revised, now, OFFPEAK, { type: 'record_rehearsal', rehearsal, plannedAt: now })).toBeNull();
  });
});

describe('the end', () => {
  it('is not reached while a metric that could be read before cannot be read now (invariant 10), unless a person vouches for it', () => {
    const now = evening('19:20');
    const run = said(storyTo('observing').run, now, OFFPEAK, { type: 'record_validation', failures: [] });
    const after = { ...AFTER, p95: null };
    const held = said(run, now, OFFPEAK, { type: 'finish', after });
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'monitor_silent', from: 'observing' } });
    expect(held.holding?.detail).toContain('p95');
    const vouched = said(held, now, by('olga'), { type: 'resume' });
    expect(said(vouched, now, OFFPEAK, { type: 'finish', after })).toMatchObject({ state: 'completed', vouched: { name: 'olga' } });
  });

  it('of a rollback that cannot succeed is declared by a person, so that the target is free again', () => {
    const { run, now } = storyTo('rollback_failed');
    expect(refusal(run, now, by('sam'), { type: 'cancel' })).toBe('not_permitted');
    const closed = said(run, now, by('olga'), { type: 'cancel' });
    expect(closed.state).toBe('failed');
    expect(closed.end?.detail).toContain('@olga');
    expect(closed.end?.detail).not.toContain('not touched');
    expect(closed.end?.remaining).toEqual(run.end?.remaining);
  });

  it('of migrating is not missed when the last unit was recorded while the run held', () => {
    const migrating = storyTo('migrating');
    const units = storyTo('validating').run.units;
    const held = said(migrating.run, migrating.now, OFFPEAK, { type: 'hold', reason: 'target_unreachable', detail: '' });
    const resumed = said({ ...held, units }, migrating.now, by('olga'), { type: 'resume' });
    expect(nextStep(resumed, migrating.now)).toEqual({ kind: 'step', step: 'validate' });
  });
});
