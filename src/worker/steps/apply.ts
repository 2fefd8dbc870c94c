import { announcedBehind, unitRun } from '../../domain/ahead.ts';
import type { Hold } from '../../domain/gates.ts';
import { between } from '../../domain/instant.ts';
import { migrationOf, unitsOf, type Unit } from '../../domain/plan.ts';
import type { Run, UnitRun } from '../../domain/run.ts';
import type { Outcome, UnitOutcome } from '../../ports.ts';
import { journal, type Journal } from '../journal.ts';
import { paceOf } from '../pace.ts';
import { progressReports } from '../progress.ts';
import { remembered } from '../remembered.ts';
import type { Task } from '../task.ts';
import { behind, gate, isLast, type Known, type Turn } from './apply-gate.ts';
import { strangerDetail } from './identity.ts';
import type { Step } from './index.ts';

/** After this the worker's loop has its turn again, and looks anew at everything. Milliseconds. */
const TURN_MS = 5_000;
/**
 * So old may be what the gate knows of the run when it is asked; the statement begins at once, or at most 20 ms later behind another in
 * one message. Whoever stops the run meanwhile cancels the statement. Milliseconds.
 */
const KNOWN_MS = 25;
/** An older reading makes the monitor look more silent, never less. Milliseconds. */
const READING_MS = 500;

type Here = { readonly run: Run; readonly unit: Unit };
/** `next` is the unit whose intent stands in the ledger already. */
type Moved = { readonly moved: boolean; readonly next: Here | null };

/**
 * Applies a unit on the target, or finds out how it stands when a worker died in the middle of it; then those behind it. The intents of
 * small units, and what they came to, are told to the ledger several at a time and beside the work, so that it costs a migration next to
 * nothing; a unit is begun only when its own intent is in the ledger.
 */
export const applyUnit: Step = async ({ task, run, next, signal }) => {
  const { ledger } = task.services;
  const endsAt = performance.now() + TURN_MS;
  const newestSample = remembered(READING_MS, () => ledger.newest(run.id));
  const asked = async (): Promise<Known> => {
    const askedAt = performance.now();
    const [at, now] = await Promise.all([task.load(), ledger.now()]);
    return { run: at, now, askedAt };
  };
  const turn: Turn = {
    task,
    signal,
    over: () => signal.aborted || task.lease.lost() || performance.now() >= endsAt,
    newestSample,
    known: remembered(KNOWN_MS, asked),
    asked,
    journal: journal(task, newestSample),
  };
  let here: Here | null = next.unit === undefined ? null : { run, unit: next.unit };
  if (here === null) return false;
  let moved = true;
  while (here !== null && moved) ({ moved, next: here } = await applyHere(turn, here));
  return moved;
};

async function applyHere(turn: Turn, here: Here): Promise<Moved> {
  const { task, signal, journal: kept } = turn;
  const { run, unit } = here;
  const migration = migrationOf(run.plan, unit);
  if (migration === undefined) return { moved: false, next: null };
  const held: { reason: Hold | null } = { reason: null };
  let outcome: UnitOutcome;
  try {
    // A lock that had to be taken anew may stand on another server than before: a failover breaks the old one (F10, F11).
    const stranger = (await task.lockTarget()) ? await strangerDetail(task, run.plan.identity) : null;
    if (stranger !== null) return await hold(turn, unit, { reason: 'plan_differs', detail: stranger });
    const left = unitRun(run, unit.position);
    if (isLeft(left, kept) && (await settled(task, run, { unit, left }))) return { moved: true, next: null };
    outcome = await task.context.target.apply({
      runId: run.id,
      epoch: task.claim.fence.epoch,
      migration,
      unit,
      last: isLast(migration, unit),
      signal,
      following: () => kept.following(unit.position).flatMap((position) => behind(turn, run, position)),
      plannedOn: run.plan.identity,
      gate: gate(turn, here, held),
      onBackend: async (backend) => kept.intended(unit.position, backend) || (await kept.begin(unit.position, backend)),
      pace: paceOf(task),
      onProgress: progressReports(task, unit.position),
    });
  } catch (error) {
    // What is known is told; how this unit stands, and those that were sent behind it, the target will be asked.
    await kept.close(Number.POSITIVE_INFINITY).catch(() => null);
    throw error;
  }
  return record(turn, unit, { outcome, hold: held.reason });
}

/** Begun or announced by somebody else, or by us before something broke: how it stands is not known. */
function isLeft(unit: UnitRun | undefined, kept: Journal): unit is UnitRun {
  return (unit?.state === 'begun' || unit?.state === 'announced') && !kept.intended(unit.position, unit.backend);
}

/** What a dead worker left of a unit. True when it turned out to be applied, or when a person has to find out. */
async function settled(task: Task, run: Run, what: { unit: Unit; left: UnitRun }): Promise<boolean> {
  const { unit, left } = what;
  const migration = run.plan.migrations.find((entry) => entry.version === unit.version);
  if (migration === undefined) return false;
  const { target } = task.context;
  const { state, detail } = await target.recover({ runId: run.id, migration, unit, backend: left.backend, plannedOn: run.plan.identity });
  task.services.log.info(
    { run: run.number, position: unit.position, state, detail },
    'a unit was left begun; its state is read from the target',
  );
  if (state === 'unknown') return (await task.report({ type: 'hold', reason: 'statement_failed', detail })).ok;
  if (state === 'applied') {
    const ms = between(left.begunAt, await task.services.ledger.now());
    await task.report({ type: 'record_unit', position: unit.position, statements: [], ms, longestWaitMs: 0, tries: 1 });
    return true;
  }
  const withdrawn = announcedBehind(run, unit.position);
  if (withdrawn.length > 0) await task.report({ type: 'record_units', units: [], withdrawn });
  return false;
}

const only = ({ ok }: Outcome): Moved => ({ moved: ok, next: null });

type Holding = Hold & { readonly failed?: true };

/** Holds at a unit; what was announced behind it is withdrawn, unless nobody knows whether it was applied. */
async function hold({ task, journal: kept }: Turn, unit: Unit, why: Holding, unsure = false): Promise<Moved> {
  await kept.close(unsure ? Number.POSITIVE_INFINITY : unit.position + 1);
  return only(await task.report({ type: 'hold', ...why }));
}

async function record(turn: Turn, unit: Unit, what: { outcome: UnitOutcome; hold: Hold | null }): Promise<Moved> {
  const { outcome } = what;
  switch (outcome.result) {
    case 'applied': {
      const { statements, ms, longestWaitMs, tries, also = [] } = outcome;
      const applied = [{ position: unit.position, statements, ms, longestWaitMs, tries }, ...also];
      for (const each of applied) turn.journal.applied(each);
      return await onward(turn, unit.position + also.length);
    }
    case 'stopped':
      if (what.hold !== null) await hold(turn, unit, what.hold);
      else await turn.journal.close(unit.position + 1);
      return { moved: true, next: null };
    case 'cancelled':
      // Not by us: whoever cancels our statement on the server wants it gone, and would otherwise fight the next try.
      if (turn.signal.aborted) await turn.journal.close(unit.position + 1);
      else await hold(turn, unit, { reason: 'statement_failed', detail: CANCELLED });
      return { moved: true, next: null };
    case 'lock_budget':
      return await hold(turn, unit, { reason: 'lock_budget', detail: outcome.detail });
    case 'failed':
      // What is not known takes nothing back by itself.
      if (outcome.unsure === true) return await hold(turn, unit, { reason: 'statement_failed', detail: outcome.message }, true);
      return await hold(turn, unit, { reason: 'statement_failed', detail: outcome.message, failed: true });
  }
}

/** To the unit behind one that was applied, when its intent is or may be recorded; otherwise what was applied is told, and nothing is left announced. */
async function onward(turn: Turn, position: number): Promise<Moved> {
  const { journal: kept } = turn;
  const { run } = await turn.known();
  const unit = unitsOf(run.plan)[position + 1];
  if (unit !== undefined && run.state === 'migrating' && run.stopRequested === null && !turn.over()) {
    const going = await kept.onward(unit.position);
    if (going !== null) return { moved: true, next: { run: going, unit } };
  }
  await kept.close(position + 1);
  return { moved: true, next: null };
}

const CANCELLED =
  'Somebody cancelled the statement on the server. Of this step only finished batches of a backfill are kept. Ask who it was; then Resume, or roll back.';
