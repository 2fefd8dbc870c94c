import { unitsOf, type Unit } from './plan.ts';
import type { Run } from './run.ts';

/** How fast a backfill may go, in per cent. Below 100 it works that share of the time; above, its batches take longer. */
export const SPEEDS = [25, 50, 100, 200] as const;
export type Speed = (typeof SPEEDS)[number];

/** A backfill holds behind any of its batches, so it needs no more of the window than this to begin, or to go on. */
export const BACKFILL_BEGINS_MS = 60_000;

/** The speed that was meant; null for any other number. */
export function speedOf(percent: number): Speed | null {
  return SPEEDS.find((speed) => speed === percent) ?? null;
}

/** The backfill that was begun and is not finished, running or held; null when there is none. */
export function begunBackfill(run: Run): Unit | null {
  const unit = unitsOf(run.plan).find((entry) => run.units.find((done) => done.position === entry.position)?.state === 'begun');
  return unit?.kind === 'backfill' ? unit : null;
}

/** How many milliseconds of backfill are left at this rate; null while nobody can tell. */
export function leftMs({
  doneRows,
  totalRows,
  rowsPerSecond,
}: {
  doneRows: number;
  totalRows: number;
  rowsPerSecond: number | null;
}): number | null {
  if (rowsPerSecond === null || rowsPerSecond <= 0) return null;
  return (Math.max(0, totalRows - doneRows) * 1_000) / rowsPerSecond;
}
