import { forwardHold, predictedUnitMs, type Hold } from '../../domain/gates.ts';
import { plus, type Instant } from '../../domain/instant.ts';
import { migrationOf, unitsOf, type Migration, type Unit } from '../../domain/plan.ts';
import type { Run } from '../../domain/run.ts';
import type { Following, Gate } from '../../ports.ts';
import type { Journal } from '../journal.ts';
import type { Task } from '../task.ts';

/** The run at a moment of the ledger's clock, and of ours. */
export type Known = { readonly run: Run; readonly now: Instant; readonly askedAt: number };

/** Unit after unit on one pair of sessions, for a few seconds. */
export type Turn = {
  readonly task: Task;
  readonly signal: AbortSignal;
  readonly over: () => boolean;
  readonly newestSample: () => Promise<Instant | null>;
  /** The run as it was at most a moment ago, and as it is. */
  readonly known: () => Promise<Known>;
  readonly asked: () => Promise<Known>;
  readonly journal: Journal;
};
type Here = { readonly run: Run; readonly unit: Unit };

/** Asked before every statement and batch. A wish to stop after this step does not stop in the middle of it. */
export function gate(turn: Turn, { unit }: Here, held: { reason: Hold | null }): Gate {
  const { task, signal } = turn;
  // A batch takes longer than the question; small statements do not.
  const look = unit.kind === 'backfill' ? turn.asked : turn.known;
  return async (askedMs) => {
    const [{ run, now, askedAt }, newestSample] = await Promise.all([look(), turn.newestSample()]);
    if (run.state !== 'migrating' || task.lease.lost() || signal.aborted) return { reason: `the run is ${run.state.replace('_', ' ')}` };
    // The engine knows how long a batch takes; what a statement takes only the rehearsal knows.
    const durationMs = unit.kind === 'backfill' ? askedMs : Math.max(askedMs, predictedUnitMs(run, unit.position));
    const moment = plus(now, Math.ceil(performance.now() - askedAt));
    held.reason = forwardHold({ ...run, stopRequested: null }, { now: moment, newestSample, durationMs });
    return held.reason === null ? null : { reason: held.reason.detail };
  };
}

/** Whether the history row is written with this unit. */
export function isLast(migration: Migration, unit: Unit): boolean {
  return unit.statements.at(-1)?.index === migration.statements.at(-1)?.index;
}

/** A unit that may travel behind another: its gate is shut as well when somebody asked to stop after this step. */
export function behind(turn: Turn, run: Run, position: number): readonly Following[] {
  const unit = unitsOf(run.plan)[position];
  const migration = unit === undefined ? undefined : migrationOf(run.plan, unit);
  if (unit === undefined || migration === undefined) return [];
  const open = gate(turn, { run, unit }, { reason: null });
  const going = async (laterMs: number) => {
    if (turn.over() || (await turn.known()).run.stopRequested !== null) return { reason: 'it goes no further than this step' };
    return await open(predictedUnitMs(run, position) + laterMs);
  };
  return [{ migration, unit, last: isLast(migration, unit), gate: going }];
}
