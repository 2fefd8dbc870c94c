import type { RunEvent } from './events.ts';
import type { Run, UnitRun } from './run.ts';

/** Units stand in the order of their positions. */
export function withUnit(
  { units }: Pick<Run, 'units'>,
  position: number,
  update: (before: UnitRun | undefined) => UnitRun,
): readonly UnitRun[] {
  const at = units.findLastIndex((unit) => unit.position <= position);
  const before = units[at];
  if (before?.position === position) return units.with(at, update(before));
  return units.toSpliced(at + 1, 0, update(undefined));
}

/** The unit at which a run holds was begun, even when it was only announced: the worker did not come further than there. */
export function heldAt({ units }: Run): Run['units'] {
  const at = units.findIndex((unit) => unit.state === 'begun' || unit.state === 'announced');
  const unit = units[at];
  return unit?.state === 'announced' ? units.with(at, { ...unit, state: 'begun', attempts: 1 }) : units;
}

/** A unit whose intent stands behind that of another one. */
export function announcedUnit(position: number, event: Extract<RunEvent, { type: 'units_announced' }>): UnitRun {
  return {
    position,
    state: 'announced',
    begunAt: event.at,
    endedAt: null,
    backend: event.backend,
    attempts: 0,
    ms: 0,
    longestWaitMs: 0,
    statements: [],
  };
}

/** One more try of a unit. */
export function begunUnit(before: UnitRun | undefined, event: Extract<RunEvent, { type: 'unit_begun' }>): UnitRun {
  return {
    position: event.position,
    state: 'begun',
    begunAt: before?.begunAt ?? event.at,
    endedAt: null,
    backend: event.backend,
    attempts: (before?.attempts ?? 0) + 1,
    ms: 0,
    longestWaitMs: before?.longestWaitMs ?? 0,
    statements: [],
  };
}

/** A unit with what it came to. Throws for one that never began: the events are wrong. */
export function appliedUnit(before: UnitRun | undefined, event: Extract<RunEvent, { type: 'unit_applied' }>): UnitRun {
  if (before === undefined) throw new Error('A unit ends that never began');
  const { statements, ms, longestWaitMs } = event;
  const attempts = Math.max(1, before.attempts);
  return {
    ...before,
    state: 'applied',
    attempts,
    endedAt: event.at,
    statements,
    ms,
    longestWaitMs: Math.max(before.longestWaitMs, longestWaitMs),
  };
}
