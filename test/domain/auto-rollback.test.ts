import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { nextStep } from '../../src/domain/next-step.ts';
import type { RaisedAlert } from '../../src/domain/monitor.ts';
import { OFFPEAK, type Actor } from '../../src/domain/people.ts';
import type { Run } from '../../src/domain/run.ts';
import { AFTER, aPlan, by, evening, PEOPLE, sha256 } from '../support/plans.ts';
import { storyTo, type Scene } from '../support/runs.ts';

const AUTO = aPlan({ timing: { ...aPlan().timing, autoRollbackMs: 60_000 } });
const AT = evening('19:02');
const ALERT: RaisedAlert = {
  metric: 'p95',
  level: 'roll_back',
  value: 412,
  limit: 141.6,
  baseline: 118,
  since: AT,
  raisedAt: AT,
  detail: '',
};
const FIRE: Command = { type: 'fire_rollback', price: 'lossless' };

function decided(run: Run, at: string, actor: Actor, command: Command) {
  return decide(run, command, { now: at, actor, people: PEOPLE, sha256 });
}

function said(run: Run, at: string, actor: Actor, command: Command): Run {
  const decision = decided(run, at, actor, command);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${JSON.stringify(decision.refusal)}`);
  return decision.happenings.reduce((state, happening) => evolve(state, { ...happening, at, actor }), run);
}

function types(run: Run, at: string, actor: Actor, command: Command): string {
  const decision = decided(run, at, actor, command);
  return decision.ok ? decision.happenings.map(({ type }) => type).join(' + ') : decision.refusal.code;
}

const armed = (scene: Scene = 'migrating') => said(storyTo(scene, { plan: AUTO }).run, AT, OFFPEAK, { type: 'raise_alert', alert: ALERT });

describe('R73 a rollback by policy', () => {
  it('is off unless the plan says so: the alert asks', () => {
    const { run } = storyTo('migrating');
    expect(types(run, AT, OFFPEAK, { type: 'raise_alert', alert: ALERT })).toBe('alert_raised');
    expect(types(run, AT, OFFPEAK, FIRE)).toBe('out_of_order');
  });

  it('is counted down from an alert that says roll back, with its moment, and from no milder one', () => {
    expect(armed().armed).toEqual({ trigger: 'p95', since: AT, firesAt: plus(AT, 60_000) });
    const { run } = storyTo('migrating', { plan: AUTO });
    const mild = said(run, AT, OFFPEAK, { type: 'raise_alert', alert: { ...ALERT, level: 'consider' } });
    expect(mild.armed).toBeNull();
    const graver = { type: 'move_alert', metric: 'p95', level: 'roll_back', value: 500, limit: 141.6, detail: '' } as const;
    expect(types(mild, plus(AT, 5_000), OFFPEAK, graver)).toBe('alert_escalated + rollback_armed');
  });

  it('R72 is counted down from a statement that PostgreSQL refused, and not from one that somebody only held', () => {
    const { run } = storyTo('migrating', { plan: AUTO });
    const failed = { type: 'hold', reason: 'statement_failed', detail: '42701' } as const;
    expect(types(run, AT, OFFPEAK, { ...failed, failed: true })).toBe('held + rollback_armed');
    expect(types(run, AT, OFFPEAK, failed)).toBe('held');
    const held = said(run, AT, OFFPEAK, { ...failed, failed: true });
    expect(said(held, plus(AT, 60_000), OFFPEAK, FIRE)).toMatchObject({ state: 'stopping', rollback: { by: { id: 'offpeak' } } });
  });

  it('fires at its moment and not before, as the same decision as a click, and a click beside it is answered with who was first', () => {
    const run = armed();
    expect(types(run, plus(AT, 59_999), OFFPEAK, FIRE)).toBe('out_of_order');
    const rolling = said(run, plus(AT, 60_000), OFFPEAK, FIRE);
    expect(rolling).toMatchObject({ state: 'stopping', armed: null, rollback: { by: { id: 'offpeak' } } });
    expect(decided(rolling, plus(AT, 60_001), by('ana'), { type: 'roll_back' })).toMatchObject({
      refusal: { code: 'already_rolling_back', by: '@Offpeak' },
    });
    const clicked = said(run, plus(AT, 59_000), by('ana'), { type: 'roll_back' });
    expect(types(clicked, plus(AT, 60_000), OFFPEAK, FIRE)).toBe('out_of_order');
  });

  it('asks instead when something would be lost or nobody could count it, and asks for the rest of the run', () => {
    for (const [price, reason] of [
      ['lossy', 'lossy'],
      ['irreversible', 'lossy'],
      [null, 'price_unknown'],
    ] as const) {
      const asks = said(armed(), plus(AT, 60_000), OFFPEAK, { type: 'fire_rollback', price });
      expect(asks).toMatchObject({ state: 'migrating', armed: null, asks: reason });
      expect(types(asks, plus(AT, 61_000), OFFPEAK, { type: 'arm_rollback', trigger: 'p95' })).toBe('out_of_order');
    }
  });

  it('is voided by readings that do not confirm it at that moment (invariant 10), and counts down anew when they do again', () => {
    const voided = said(armed(), plus(AT, 60_000), OFFPEAK, { type: 'disarm_rollback', reason: 'unconfirmed' });
    expect(voided).toMatchObject({ state: 'migrating', armed: null, asks: null });
    const unknown = said(armed(), plus(AT, 20_000), OFFPEAK, { type: 'disarm_rollback', reason: 'unknown' });
    expect(unknown.armed).toBeNull();
    const again = said(unknown, plus(AT, 30_000), OFFPEAK, { type: 'arm_rollback', trigger: 'p95' });
    expect(again.armed?.firesAt).toBe(plus(AT, 90_000));
  });

  it('is voided when its alert clears', () => {
    expect(types(armed(), plus(AT, 30_000), OFFPEAK, { type: 'clear_alert', metric: 'p95' })).toBe('alert_cleared + rollback_disarmed');
  });

  it('is voided by Acknowledge, which stands until the alert gets graver', () => {
    const taken = said(armed(), plus(AT, 10_000), by('ana'), { type: 'acknowledge_alert', alert: 'p95' });
    expect(taken).toMatchObject({ armed: null, alerts: { p95: { acknowledged: { by: { name: 'ana' } } } } });
    expect(types(taken, plus(AT, 20_000), OFFPEAK, { type: 'arm_rollback', trigger: 'p95' })).toBe('out_of_order');
    expect(types(taken, plus(AT, 20_000), by('sam'), { type: 'acknowledge_alert', alert: 'p95' })).toBe('already_so');
    const eased = said(taken, plus(AT, 30_000), OFFPEAK, {
      type: 'move_alert',
      metric: 'p95',
      level: 'watch',
      value: 250,
      limit: 236,
      detail: '',
    });
    const graver = { type: 'move_alert', metric: 'p95', level: 'roll_back', value: 500, limit: 141.6, detail: '' } as const;
    expect(said(eased, plus(AT, 40_000), OFFPEAK, graver).armed?.firesAt).toBe(plus(AT, 100_000));
  });

  it('is put off by Hold 5 min, and counted down anew behind it', () => {
    const held = said(armed(), plus(AT, 10_000), by('sam'), { type: 'hold_five' });
    expect(held.armed?.firesAt).toBe(plus(AT, 370_000));
    expect(types(held, plus(AT, 60_000), OFFPEAK, FIRE)).toBe('out_of_order');
    expect(types(held, plus(AT, 370_000), OFFPEAK, FIRE)).toBe('rollback_requested');
    expect(types(held, plus(AT, 11_000), by('ana'), { type: 'hold_five' })).toBe('already_so');
  });

  it('is voided by Resume, and belongs to nobody without a role', () => {
    const { run } = storyTo('migrating', { plan: AUTO });
    const held = said(run, AT, OFFPEAK, { type: 'hold', reason: 'statement_failed', detail: '42701', failed: true });
    expect(said(held, plus(AT, 5_000), by('olga'), { type: 'resume' })).toMatchObject({ state: 'migrating', armed: null });
    expect(types(armed(), AT, by('guest'), { type: 'acknowledge_alert', alert: 'p95' })).toBe('not_permitted');
    expect(types(armed(), AT, by('guest'), { type: 'hold_five' })).toBe('not_permitted');
  });
});

describe('forward work while an alert says roll back', () => {
  const begin = (now: string) => ({ type: 'begin_unit', position: 0, backend: { pid: 1, startedAt: AT }, newestSample: now }) as const;
  const burning = () => said(storyTo('migrating_begun').run, AT, OFFPEAK, { type: 'raise_alert', alert: ALERT });

  it('does not begin: the run holds, and goes on by itself when the alert is over', () => {
    const held = said(burning(), AT, OFFPEAK, begin(AT));
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'alert' } });
    expect(nextStep(held, plus(AT, 5_000))).toMatchObject({ kind: 'wait' });
    expect(types(held, plus(AT, 5_000), OFFPEAK, { type: 'resume' })).toBe('wrong_state');
    const over = said(held, plus(AT, 70_000), OFFPEAK, { type: 'clear_alert', metric: 'p95' });
    expect(nextStep(over, plus(AT, 70_000))).toEqual({ kind: 'step', step: 'resume' });
    expect(said(over, plus(AT, 70_000), OFFPEAK, { type: 'resume' }).state).toBe('migrating');
  });

  it('goes on when a person resumes, who takes the alert upon themself', () => {
    const resumed = said(said(burning(), AT, OFFPEAK, begin(AT)), AT, by('olga'), { type: 'resume' });
    expect(resumed.alerts.p95?.acknowledged?.by.name).toBe('olga');
    expect(types(resumed, AT, OFFPEAK, begin(AT))).toBe('unit_begun');
  });

  it('waits out Hold 5 min also for a milder alert', () => {
    const mild = said(storyTo('migrating_begun').run, AT, OFFPEAK, { type: 'raise_alert', alert: { ...ALERT, level: 'watch' } });
    expect(types(mild, AT, OFFPEAK, begin(AT))).toBe('unit_begun');
    const held = said(said(mild, AT, by('ana'), { type: 'hold_five' }), AT, OFFPEAK, begin(AT));
    expect(held.holding?.detail).toBe('@ana asked for five minutes in which nothing goes forward.');
    expect(nextStep(held, plus(AT, 299_999))).toMatchObject({ kind: 'wait' });
    expect(nextStep(held, plus(AT, 300_000))).toEqual({ kind: 'step', step: 'resume' });
  });

  it('has nothing to hold where nothing burns', () => {
    expect(types(storyTo('migrating_begun').run, AT, by('ana'), { type: 'hold_five' })).toBe('wrong_state');
  });
});

describe('F49 a source that cannot be read', () => {
  const lost = (source: string, since: string) =>
    ({ type: 'record_source', source, lost: { metrics: ['p95'], since, detail: 'no answer' } }) as const;
  const found = (source: string) => ({ type: 'record_source', source, lost: null }) as const;
  const observing = () => said(storyTo('observing').run, evening('19:10'), OFFPEAK, lost('Sentry', evening('19:09')));

  it('is said once, and the observation lasts as much longer as it was dark', () => {
    const dark = observing();
    expect(types(dark, evening('19:10:30'), OFFPEAK, lost('Sentry', evening('19:09')))).toBe('already_so');
    const seen = said(dark, evening('19:11'), OFFPEAK, found('Sentry'));
    expect(nextStep(seen, evening('19:11'))).toEqual({ kind: 'wait', until: evening('19:17') });
    expect(types(seen, evening('19:16:59'), OFFPEAK, { type: 'finish', after: AFTER })).toBe('out_of_order');
    const validated = said(seen, evening('19:17'), OFFPEAK, { type: 'record_validation', failures: [] });
    expect(types(validated, evening('19:17'), OFFPEAK, { type: 'finish', after: AFTER })).toBe('completed');
  });

  it('keeps the run from ending, holds it after three minutes, and is gone on without by a person', () => {
    const dark = observing();
    expect(nextStep(dark, evening('19:12'))).toMatchObject({ kind: 'wait' });
    expect(nextStep(dark, evening('19:12:01'))).toEqual({ kind: 'step', step: 'finish' });
    const held = said(dark, evening('19:12:01'), OFFPEAK, { type: 'finish', after: AFTER });
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'monitor_silent' } });
    expect(held.holding?.detail).toContain('Sentry: no answer');
    const resumed = said(held, evening('19:13'), by('olga'), { type: 'resume' });
    const validated = said(resumed, evening('19:15'), OFFPEAK, { type: 'record_validation', failures: [] });
    expect(types(validated, evening('19:15'), OFFPEAK, { type: 'finish', after: AFTER })).toBe('completed');
  });

  it('holds at once when it is the second one, and no forward statement begins', () => {
    const run = storyTo('migrating_begun').run;
    const begin = { type: 'begin_unit', position: 0, backend: { pid: 1, startedAt: AT }, newestSample: AT } as const;
    const one = said(run, AT, OFFPEAK, lost('Sentry', plus(AT, -60_000)));
    expect(types(one, AT, OFFPEAK, begin)).toBe('unit_begun');
    const two = said(one, AT, OFFPEAK, lost('Prometheus', plus(AT, -60_000)));
    expect(said(two, AT, OFFPEAK, begin)).toMatchObject({ state: 'holding', holding: { reason: 'monitor_silent' } });
  });
});

describe('R80 after a rollback', () => {
  it('the monitor stays on until all is well, said once', () => {
    const { run, now } = storyTo('rolled_back');
    const recovered = { type: 'record_recovery', after: AFTER, detail: '' } as const;
    expect(types(run, now, OFFPEAK, recovered)).toBe('recovered');
    expect(types(said(run, now, OFFPEAK, recovered), now, OFFPEAK, recovered)).toBe('wrong_state');
    expect(types(run, now, OFFPEAK, { ...recovered, after: null, detail: 'p95 is 412 ms' })).toBe('recovery_missed');
    expect(types(storyTo('rolled_back_untouched').run, now, OFFPEAK, recovered)).toBe('wrong_state');
  });
});
