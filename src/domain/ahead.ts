import type { Backend } from './events.ts';
import { forwardHold, rehearsedUnitMs } from './gates.ts';
import type { Instant } from './instant.ts';
import { unitsOf } from './plan.ts';
import type { Run, UnitRun } from './run.ts';

/** So many small units, and so many predicted milliseconds of them, are announced at most: what one record of the ledger stands for. */
export const AHEAD = { units: 64, ms: 500 } as const;

/** Who wants to go on: the backend, and how fresh the monitor is. */
export type Going = { readonly backend: Backend; readonly newestSample: Instant | null; readonly now: Instant };

/** Whether two names mean one session. */
export function sameBackend(one: Backend, other: Backend): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt;
}

export function unitRun(run: Run, position: number): UnitRun | undefined {
  // Nearly always at its own place: units begin in their order.
  const there = run.units[position];
  return there?.position === position ? there : run.units.find((unit) => unit.position === position);
}

/** Whether the ledger holds the intent of this unit on this backend. */
export function intended(run: Run, position: number, backend: Backend): boolean {
  const unit = unitRun(run, position);
  return unit !== undefined && (unit.state === 'begun' || unit.state === 'announced') && sameBackend(unit.backend, backend);
}

/**
 * The units behind `from` whose intent may be recorded beside it, because all of them are over in a moment. A unit that somebody announced
 * before is not announced again: how it stands is asked of the target first. One that was not rehearsed may take any time.
 */
export function announceable(run: Run, from: number, { backend, newestSample, now }: Going): readonly number[] {
  const units = unitsOf(run.plan);
  const positions: number[] = [];
  let ms = shortMs(run, from);
  for (let position = from + 1; position < units.length && position - from < AHEAD.units; position += 1) {
    const until = ms + shortMs(run, position);
    const ours = intended(run, position, backend);
    if (until > AHEAD.ms || (!ours && unitRun(run, position) !== undefined)) break;
    ms = until;
    if (!ours) positions.push(position);
  }
  if (positions.length === 0) return [];
  return forwardHold(run, { now, newestSample, durationMs: ms }) === null ? positions : [];
}

/** What was announced behind this unit on its backend. One worker applies them in their order, so without this one none of them is there. */
export function announcedBehind(run: Run, position: number): readonly number[] {
  const here = unitRun(run, position);
  return run.units
    .filter((unit) => unit.state === 'announced' && unit.position > position)
    .filter((unit) => here !== undefined && sameBackend(unit.backend, here.backend))
    .map((unit) => unit.position);
}

/** Without end for anything but a rehearsed transaction. */
function shortMs(run: Run, position: number): number {
  const isTransaction = unitsOf(run.plan)[position]?.kind === 'transaction';
  return (isTransaction ? rehearsedUnitMs(run, position) : null) ?? Number.POSITIVE_INFINITY;
}
