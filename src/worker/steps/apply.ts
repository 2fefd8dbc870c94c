import type { Command } from '../../domain/commands.ts';
import type { Backend } from '../../domain/events.ts';
import { between, type Instant } from '../../domain/instant.ts';
import { forwardHold, predictedUnitMs, type Hold } from '../../domain/gates.ts';
import type { Unit } from '../../domain/plan.ts';
import { nextUnit, type Run, type UnitRun } from '../../domain/run.ts';
import type { Gate, Outcome, UnitOutcome } from '../../ports.ts';
import { newestReading } from '../liveness.ts';
import { paceOf } from '../pace.ts';
import { progressReports } from '../progress.ts';
import { remembered } from '../remembered.ts';
import type { Task } from '../task.ts';
import { strangerDetail } from './identity.ts';
import type { Step } from './index.ts';

/** After this the worker's loop has its turn again, and looks anew at everything. Milliseconds. */
const TURN_MS = 1_000;
/** The ledger decides on a unit when it takes its intent; so long the first gate of the unit need not ask the same again. Milliseconds. */
const DECIDED_MS = 50;
/** An older reading makes the monitor look more silent, never less. Milliseconds. */
const READING_MS = 500;

/** Unit after unit on one pair of sessions, for about a second. */
type Turn = {
  readonly task: Task;
  readonly signal: AbortSignal;
  readonly over: () => boolean;
  readonly newestSample: () => Promise<Instant | null>;
  /** The unit whose intent this worker has just recorded, the backend it named, and when it asked. */
  intent: { readonly position: number; readonly backend: Backend; readonly askedAt: number } | null;
};
type Here = { readonly run: Run; readonly unit: Unit };
/** `next` is the unit whose intent stands in the ledger already. */
type Moved = { readonly moved: boolean; readonly next: Here | null };

/**
 * Applies a unit on the target, or finds out how it stands when a worker died in the middle of it; then those behind it. What one unit
 * came to and the intent of the next are one decision of the ledger, so that it is asked once between two units.
 */
export const applyUnit: Step = async ({ task, run, next, signal }) => {
  const endsAt = performance.now() + TURN_MS;
  const turn: Turn = {
    task,
    signal,
    over: () => signal.aborted || task.lease.lost() || performance.now() >= endsAt,
    newestSample: remembered(READING_MS, () => newestReading(task.services.ledger, run)),
    intent: null,
  };
  let here: Here | null = next.unit === undefined ? null : { run, unit: next.unit };
  if (here === null) return false;
  let moved = true;
  while (here !== null && moved) ({ moved, next: here } = await applyHere(turn, here));
  return moved;
};

async function applyHere(turn: Turn, here: Here): Promise<Moved> {
  const { task, signal } = turn;
  const { run, unit } = here;
  const migration = run.plan.migrations.find((entry) => entry.version === unit.version);
  if (migration === undefined) return { moved: false, next: null };
  // A lock that had to be taken anew may stand on another server than before: a failover breaks the old one (F10, F11).
  const stranger = (await task.lockTarget()) ? await strangerDetail(task, run.plan.identity) : null;
  if (stranger !== null) return only(await task.report({ type: 'hold', reason: 'plan_differs', detail: stranger }));
  const begun = run.units.find((entry) => entry.position === unit.position);
  const left = begun?.state === 'begun' && turn.intent?.position !== unit.position;
  if (left && (await settled(task, run, { unit, begun }))) return { moved: true, next: null };
  const held: { reason: Hold | null } = { reason: null };
  const outcome = await task.context.target.apply({
    runId: run.id,
    epoch: task.claim.fence.epoch,
    migration,
    unit,
    last: unit.statements.at(-1)?.index === migration.statements.at(-1)?.index,
    signal,
    plannedOn: run.plan.identity,
    gate: gate(turn, here, held),
    onBackend: (backend) => intend(turn, here, backend),
    pace: paceOf(task),
    onProgress: progressReports(task, unit.position),
  });
  return record(turn, { position: unit.position, outcome, hold: held.reason });
}

/** Makes sure that the ledger holds the intent of this unit on this backend. */
async function intend(turn: Turn, { unit: { position } }: Here, backend: Backend): Promise<boolean> {
  const { task, intent } = turn;
  const known = intent?.position === position && intent.backend.pid === backend.pid && intent.backend.startedAt === backend.startedAt;
  if (known) return true;
  const newestSample = await turn.newestSample();
  const askedAt = performance.now();
  const answer = await task.report({ type: 'begin_unit', position, backend, newestSample });
  if (!answer.ok || answer.run.state !== 'migrating') return false;
  turn.intent = { position, backend, askedAt };
  return true;
}

/** What a dead worker left of a unit. True when it turned out to be applied, or when a person has to find out. */
async function settled(task: Task, run: Run, what: { unit: Unit; begun: UnitRun }): Promise<boolean> {
  const { unit, begun } = what;
  const migration = run.plan.migrations.find((entry) => entry.version === unit.version);
  if (migration === undefined) return false;
  const { target } = task.context;
  const { state, detail } = await target.recover({ runId: run.id, migration, unit, backend: begun.backend, plannedOn: run.plan.identity });
  task.services.log.info(
    { run: run.number, position: unit.position, state, detail },
    'a unit was left begun; its state is read from the target',
  );
  if (state === 'unknown') return (await task.report({ type: 'hold', reason: 'statement_failed', detail })).ok;
  if (state !== 'applied') return false;
  const ms = between(begun.begunAt, await task.services.ledger.now());
  await task.report({ type: 'record_unit', position: unit.position, statements: [], ms, longestWaitMs: 0, tries: 1 });
  return true;
}

/** Asked before every statement and batch. A wish to stop after this step does not stop in the middle of it. */
function gate(turn: Turn, here: Here, held: { reason: Hold | null }): Gate {
  const { task } = turn;
  const { unit } = here;
  return async (askedMs) => {
    if (decidedNow(turn, here, askedMs)) return null;
    const [run, now, newestSample] = await Promise.all([task.load(), task.services.ledger.now(), turn.newestSample()]);
    if (run.state !== 'migrating' || task.lease.lost()) return { reason: `the run is ${run.state.replace('_', ' ')}` };
    // The engine knows how long a batch takes; what a statement takes only the rehearsal knows.
    const durationMs = unit.kind === 'backfill' ? askedMs : Math.max(askedMs, predictedUnitMs(run, unit.position));
    held.reason = forwardHold({ ...run, stopRequested: null }, { now, newestSample, durationMs });
    return held.reason === null ? null : { reason: held.reason.detail };
  };
}

/** Whether the ledger answered this very question a moment ago, when it took the intent. Whoever stops the run since then cancels the statement. */
function decidedNow({ task, signal, intent }: Turn, { run, unit }: Here, askedMs: number): boolean {
  if (intent?.position !== unit.position || signal.aborted || task.lease.lost()) return false;
  return performance.now() - intent.askedAt < DECIDED_MS && unit.kind !== 'backfill' && askedMs <= predictedUnitMs(run, unit.position);
}

const only = ({ ok }: Outcome): Moved => ({ moved: ok, next: null });

async function record(turn: Turn, what: { position: number; outcome: UnitOutcome; hold: Hold | null }): Promise<Moved> {
  const { task } = turn;
  const { position, outcome, hold } = what;
  switch (outcome.result) {
    case 'applied': {
      const { statements, ms, longestWaitMs, tries } = outcome;
      return await recordApplied(turn, { type: 'record_unit', position, statements, ms, longestWaitMs, tries });
    }
    case 'stopped':
      if (hold !== null) await task.report({ type: 'hold', ...hold });
      return { moved: true, next: null };
    case 'cancelled':
      // Not by us: whoever cancels our statement on the server wants it gone, and would otherwise fight the next try.
      if (!turn.signal.aborted) await task.report({ type: 'hold', reason: 'statement_failed', detail: CANCELLED });
      return { moved: true, next: null };
    case 'lock_budget':
      return only(await task.report({ type: 'hold', reason: 'lock_budget', detail: outcome.detail }));
    case 'failed':
      return only(await task.report({ type: 'hold', reason: 'statement_failed', detail: outcome.message }));
  }
}

/** Records what was applied and, while the turn lasts, the intent of the unit behind it on the same backend. */
async function recordApplied(turn: Turn, command: Extract<Command, { type: 'record_unit' }>): Promise<Moved> {
  const { intent, task } = turn;
  const backend = intent?.position === command.position ? intent.backend : null;
  if (turn.over() || backend === null) return only(await task.report(command));
  const newestSample = await turn.newestSample();
  const askedAt = performance.now();
  const answer = await task.report({ ...command, next: { backend, newestSample } });
  if (!answer.ok) return only(answer);
  const { run } = answer;
  const unit = nextUnit(run);
  const begun = run.units.find((entry) => entry.position === unit?.position)?.state === 'begun';
  if (unit === undefined || !begun || run.state !== 'migrating') return only(answer);
  turn.intent = { position: unit.position, backend, askedAt };
  return { moved: true, next: { run, unit } };
}

const CANCELLED =
  'Somebody cancelled the statement on the server. Of this step only finished batches of a backfill are kept. Ask who it was; then Resume, or roll back.';
