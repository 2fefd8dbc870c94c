import { describe, expect, it } from 'vitest';
import { decide, type Decision } from '../../src/domain/decide.ts';
import { plus } from '../../src/domain/instant.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import { unitsOf } from '../../src/domain/plan.ts';
import { nextUnit, type Run } from '../../src/domain/run.ts';
import { by, evening, PEOPLE, sha256, storyTo } from '../support/runs.ts';

const BACKEND = { pid: 4711, startedAt: '2026-11-24T18:00:00.000Z' };
const story = storyTo('migrating');
const now = plus(story.now, 1_000);

/** A run in which exactly this unit is begun and everything before it is applied. */
function begun(position: number, changes: Partial<Run> = {}): Run {
  const state = (at: number): 'begun' | 'applied' => (at === position ? 'begun' : 'applied');
  const units = unitsOf(story.run.plan)
    .slice(0, position + 1)
    .map((unit) => ({
      position: unit.position,
      state: state(unit.position),
      begunAt: story.now,
      endedAt: null,
      backend: BACKEND,
      attempts: 1,
      ms: 0,
      longestWaitMs: 0,
      statements: [],
    }));
  return { ...story.run, units, stopRequested: null, ...changes };
}

function recorded(run: Run, position: number, newestSample = now, at = now): Decision {
  const result = { statements: [], ms: 4, longestWaitMs: 0, tries: 1 };
  const command = { type: 'record_unit', position, ...result, next: { backend: BACKEND, newestSample } } as const;
  return decide(run, command, { now: at, actor: OFFPEAK, people: PEOPLE, sha256 });
}

const types = (decision: Decision) => (decision.ok ? decision.happenings.map(({ type }) => type) : decision.refusal);

describe('the record of one unit and the intent of the next in one decision', () => {
  it('begins the next unit on the same backend, and keeps nothing of the wish in the record', () => {
    const decision = recorded(begun(0), 0);
    expect(types(decision)).toEqual(['unit_applied', 'unit_begun']);
    expect(decision).toMatchObject({ happenings: [{ position: 0 }, { position: 1, backend: BACKEND }] });
    expect(decision.ok && decision.happenings[0]).not.toHaveProperty('next');
  });

  it('records and holds when the monitor is silent: what happened stands, nothing new begins (invariant 6)', () => {
    expect(types(recorded(begun(0), 0, evening('10:00')))).toEqual(['unit_applied', 'held']);
  });

  it('records and holds when somebody asked to stop after this step', () => {
    expect(types(recorded(begun(0, { stopRequested: by('olga') }), 0))).toEqual(['unit_applied', 'held']);
  });

  it.each(['stopping', 'holding'] as const)('records and begins nothing while %s', (state) => {
    expect(types(recorded(begun(0, { state }), 0))).toEqual(['unit_applied']);
  });

  it('begins nothing behind the last unit', () => {
    const last = unitsOf(story.run.plan).length - 1;
    expect(types(recorded(begun(last), last))).toEqual(['unit_applied', 'all_applied']);
  });
});

describe('the next unit', () => {
  it('is the first that is not applied, begun or not', () => {
    expect(nextUnit(begun(1))?.position).toBe(1);
    expect(nextUnit({ ...story.run, units: [] })?.position).toBe(0);
  });
});
