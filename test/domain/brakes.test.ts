import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/people.ts';
import { decide } from '../../src/domain/decide.ts';
import { evolve, replay } from '../../src/domain/evolve.ts';
import type { RunEvent } from '../../src/domain/events.ts';
import { dueAt, nextStep } from '../../src/domain/next-step.ts';
import type { Run, RunState } from '../../src/domain/run.ts';
import { by, PEOPLE, sha256, storyTo, type Scene } from '../support/runs.ts';

function given(run: Run, now: string, command: { type: 'stop_after_step' | 'resume' | 'confirm_presence' }, actor: Actor = by('ana')) {
  const decision = decide(run, command, { now, actor, people: PEOPLE, sha256 });
  if (!decision.ok) return { refusal: decision.refusal.code, run, events: [] };
  const events = decision.happenings.map((happening): RunEvent => ({ ...happening, at: now, actor }));
  return { refusal: null, run: events.reduce(evolve, run), events };
}

describe('stop: at any time, at the next safe point (E8)', () => {
  it.each<[Scene, RunState, string | null]>([
    ['migrating_backfill', 'migrating', null],
    ['validating', 'holding', 'stopped'],
    ['observing', 'holding', 'stopped'],
    ['observing_alert', 'holding', 'stopped'],
    ['migrating', 'migrating', null],
    ['preparing', 'preparing', null],
  ])('%s: the run is %s (%s); behind the step where one writes', (scene, state, reason) => {
    const { run, now } = storyTo(scene);
    const after = given(run, now, { type: 'stop_after_step' });
    expect(after.refusal).toBeNull();
    expect([after.run.state, after.run.holding?.reason ?? null]).toEqual([state, reason]);
    expect(after.run.stopRequested?.id ?? null).toBe(state === 'holding' ? null : by('ana').id);
  });

  it.each<Scene>(['planned', 'checklist', 'approved', 'scheduled', 'stopping', 'rolling_back', 'completed', 'rolled_back', 'cancelled'])(
    '%s: nothing goes forward, so there is nothing to stop',
    (scene) => {
      const { run, now } = storyTo(scene);
      expect(given(run, now, { type: 'stop_after_step' }).refusal).toBe('wrong_state');
    },
  );

  it.each<Scene>(['validating', 'observing'])('%s: a held run waits for a person, and goes on where it was', (scene) => {
    const { run, now } = storyTo(scene);
    const held = given(run, now, { type: 'stop_after_step' }).run;
    expect(nextStep(held, now)).toEqual({ kind: 'idle' });
    expect(dueAt(held, now), 'its monitor goes on').toBe(now);
    expect(given(held, now, { type: 'resume' }, by('nora')).run.state).toBe(scene);
  });
});

describe('named requests: one effect, whoever asks how often', () => {
  const asks: Actor = { ...by('ana'), via: 'http', request: 'confirm_presence K1' };

  it('carries a named request out once, and says so the second time', () => {
    const { run, now } = storyTo('migrating');
    const first = given(run, now, { type: 'confirm_presence' }, asks);
    expect(first.events).toHaveLength(1);
    expect(given(first.run, now, { type: 'confirm_presence' }, asks)).toMatchObject({ refusal: 'repeated', events: [] });
    expect(given(first.run, now, { type: 'confirm_presence' }, { ...asks, request: 'confirm_presence K2' }).refusal).toBeNull();
    expect(given(first.run, now, { type: 'confirm_presence' }, by('ana')).refusal, 'an unnamed one is a new one').toBeNull();
  });

  it('knows it after a restart too, and one person does not use up the keys of another', () => {
    const { run, now, events } = storyTo('migrating');
    const first = given(run, now, { type: 'confirm_presence' }, asks);
    const again = replay({ id: run.id, number: run.number }, [...events, ...first.events]);
    expect(given(again, now, { type: 'confirm_presence' }, asks).refusal).toBe('repeated');
    expect(given(again, now, { type: 'confirm_presence' }, { ...by('nora'), via: 'http', request: asks.request ?? '' }).refusal).toBeNull();
  });

  it('does not remember what was refused: the next try with its name may be right', () => {
    const { run, now } = storyTo('planned');
    expect(given(run, now, { type: 'confirm_presence' }, asks).run.requests).toEqual([]);
  });
});
