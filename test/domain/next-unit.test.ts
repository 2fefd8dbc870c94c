import { describe, expect, it } from 'vitest';
import { AHEAD } from '../../src/domain/ahead.ts';
import type { Command } from '../../src/domain/commands.ts';
import { decide, type Decision } from '../../src/domain/decide.ts';
import { evolve } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import { unitsOf, type Migration } from '../../src/domain/plan.ts';
import { nextUnit, type Run, type UnitRun } from '../../src/domain/run.ts';
import { by, evening, PEOPLE, sha256, storyTo } from '../support/runs.ts';

const BACKEND = { pid: 4711, startedAt: '2026-11-24T18:00:00.000Z' };
const ANOTHER = { pid: 4712, startedAt: '2026-11-24T18:00:00.000Z' };
const story = storyTo('migrating');
const now = plus(story.now, 1_000);

/** A run in which exactly this unit is begun and everything before it is applied. */
function begun(position: number, changes: Partial<Run> = {}): Run {
  const units = unitsOf(story.run.plan)
    .slice(0, position + 1)
    .map((unit) => unitRun(unit.position, unit.position === position ? 'begun' : 'applied'));
  return { ...story.run, units, stopRequested: null, ...changes };
}

function unitRun(position: number, state: UnitRun['state'], backend = BACKEND): UnitRun {
  const base = { begunAt: story.now, endedAt: null, attempts: 1, ms: 0, longestWaitMs: 0, statements: [] };
  return { ...base, position, state, backend };
}

/** A run of `count` migrations of one transaction each, rehearsed in `ms`. */
function ofMany(count: number, ms: number, changes: Partial<Run> = {}): Run {
  const base = begun(0);
  const [model] = base.plan.migrations;
  const statement = base.plan.migrations.flatMap(({ statements }) => statements).find(({ backfill }) => backfill === undefined);
  if (model === undefined || statement === undefined || base.rehearsal === null) throw new Error('no model');
  const versions = Array.from({ length: count }, (_, index) => String(index + 1).padStart(4, '0'));
  const migrations = versions.map((version): Migration => ({
    ...model,
    version,
    statements: [{ ...statement, index: 0, inTransaction: true }],
  }));
  const statements = versions.map((version) => ({ version, index: 0, ms, rows: null, locks: [] }));
  return { ...base, units: [], plan: { ...base.plan, migrations }, rehearsal: { ...base.rehearsal, statements }, ...changes };
}

const result = { statements: [], ms: 4, longestWaitMs: 0, tries: 1 };
const asked = (run: Run, command: Command, at = now): Decision => decide(run, command, { now: at, actor: OFFPEAK, people: PEOPLE, sha256 });
const types = (decision: Decision) => (decision.ok ? decision.happenings.map(({ type }) => type) : decision.refusal);

/** The run after a command that was carried out. */
function after(run: Run, command: Command): Run {
  const decision = asked(run, command);
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusal));
  return decision.happenings.reduce((so, happening) => evolve(so, { ...happening, at: now, actor: OFFPEAK }), run);
}

function recorded(run: Run, position: number, newestSample = now): Decision {
  const next = { backend: BACKEND, newestSample };
  return asked(run, { type: 'record_units', units: [{ position, ...result }], withdrawn: [], next });
}

const BEGIN = { type: 'begin_unit', position: 0, backend: BACKEND, newestSample: now, ahead: true } as const;
const statesOf = (run: Run) => run.units.map(({ state }) => state);

describe('the record of units and the intent of what follows in one decision', () => {
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

describe('small units are announced together', () => {
  it('with the first of them, as many as one record may stand for', () => {
    const run = after(ofMany(100, 1), BEGIN);
    expect(statesOf(run)).toEqual(['begun', ...Array.from({ length: AHEAD.units - 1 }, () => 'announced')]);
    expect(nextUnit(run)?.position).toBe(0);
  });

  it('only when that is asked for', () => {
    expect(types(asked(ofMany(100, 1), { ...BEGIN, ahead: undefined as never }))).toEqual(['unit_begun']);
  });

  it('no more of them than are predicted to be over in half a second, and none that was not rehearsed', () => {
    expect(after(ofMany(100, 40), BEGIN).units).toHaveLength(4);
    expect(types(asked(ofMany(100, 400), BEGIN))).toEqual(['unit_begun']);
    expect(after(ofMany(100, 0), BEGIN).units).toHaveLength(AHEAD.units);
    const run = ofMany(100, 1);
    const unknown = { ...run, rehearsal: run.rehearsal && { ...run.rehearsal, statements: run.rehearsal.statements.slice(0, 2) } };
    expect(after(unknown, BEGIN).units).toHaveLength(2);
  });

  it('up to a unit that somebody announced before: how that one stands is asked of the target', () => {
    const run = ofMany(100, 1, { units: [unitRun(5, 'announced', ANOTHER)] });
    expect(after(run, BEGIN).units.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('none that would reach peak hours, although the first one fits (invariant 1)', () => {
    const run = ofMany(100, 2);
    const { peakFrom } = run.plan.window;
    expect(peakFrom).toBe(9 * 60);
    const nearly = evening('10:00');
    expect(types(asked(run, { ...BEGIN, newestSample: nearly }, nearly))).not.toContain('units_announced');
  });

  it('more are announced while their worker is in the middle of one, and that one is not begun again', () => {
    const run = after(ofMany(100, 1), BEGIN);
    const units = Array.from({ length: 40 }, (_, position) => ({ position, ...result }));
    const next = { backend: BACKEND, newestSample: now };
    const decision = asked(run, { type: 'record_units', units, withdrawn: [], next });
    expect(new Set(types(decision) as string[])).toEqual(new Set(['unit_applied', 'units_announced']));
    const on = after(run, { type: 'record_units', units, withdrawn: [], next });
    expect(on.units.at(-1)?.position).toBe(99);
  });

  it('a wish to stop lets the one finish that is under way, and holds when nothing is', () => {
    const run = { ...after(ofMany(100, 1), BEGIN), stopRequested: by('olga') };
    const units = [{ position: 0, ...result }];
    const next = { backend: BACKEND, newestSample: now };
    expect(types(asked(run, { type: 'record_units', units, withdrawn: [], next }))).toEqual(['unit_applied']);
    const withdrawn = run.units.slice(1).map(({ position }) => position);
    expect(types(asked(run, { type: 'record_units', units, withdrawn }))).toEqual(['unit_applied', 'units_withdrawn', 'held']);
  });

  it('what is withdrawn was never there; what is begun or applied cannot be withdrawn, nor applied twice', () => {
    const run = after(ofMany(10, 1), BEGIN);
    const back = after(run, { type: 'record_units', units: [{ position: 0, ...result }], withdrawn: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
    expect(statesOf(back)).toEqual(['applied']);
    const refused = { code: 'out_of_order' };
    expect(types(asked(run, { type: 'record_units', units: [], withdrawn: [0] }))).toEqual(refused);
    expect(types(asked(back, { type: 'record_units', units: [{ position: 0, ...result }], withdrawn: [] }))).toEqual(refused);
    const twice = [1, 1].map((position) => ({ position, ...result }));
    expect(types(asked(run, { type: 'record_units', units: twice, withdrawn: [] }))).toEqual(refused);
  });

  it('a hold says at which unit: the announced one it came to counts as begun', () => {
    const run = after(ofMany(3, 1), BEGIN);
    const on = after(run, { type: 'record_units', units: [{ position: 0, ...result }], withdrawn: [2] });
    const held = after(on, { type: 'hold', reason: 'statement_failed', detail: '42P01' });
    expect(statesOf(held)).toEqual(['applied', 'begun']);
  });
});

describe('the next unit', () => {
  it('is the first that is not applied, begun or not', () => {
    expect(nextUnit(begun(1))?.position).toBe(1);
    expect(nextUnit({ ...story.run, units: [] })?.position).toBe(0);
  });
});
