import { between } from '../../domain/instant.ts';
import { forwardHold, predictedUnitMs, type Hold } from '../../domain/gates.ts';
import type { Unit } from '../../domain/plan.ts';
import type { Run, UnitRun } from '../../domain/run.ts';
import type { Gate, UnitOutcome } from '../../ports.ts';
import { newestReading } from '../liveness.ts';
import type { Task } from '../task.ts';
import { strangerDetail } from './identity.ts';
import type { Step } from './index.ts';

/** Applies one unit on the target, or finds out how it stands when a worker died in the middle of it. */
export const applyUnit: Step = async ({ task, run, next, signal }) => {
  const unit = next.unit;
  const migration = run.plan.migrations.find((entry) => entry.version === unit?.version);
  if (unit === undefined || migration === undefined) return false;
  // A lock that had to be taken anew may stand on another server than before: a failover breaks the old one (F10, F11).
  const stranger = (await task.lockTarget()) ? await strangerDetail(task, run.plan.identity) : null;
  if (stranger !== null) return (await task.report({ type: 'hold', reason: 'plan_differs', detail: stranger })).ok;
  const begun = run.units.find((entry) => entry.position === unit.position);
  if (begun?.state === 'begun' && (await settled(task, run, { unit, begun }))) return true;
  const held: { reason: Hold | null } = { reason: null };
  const outcome = await task.context.target.apply({
    runId: run.id,
    epoch: task.claim.fence.epoch,
    migration,
    unit,
    last: unit.statements.at(-1)?.index === migration.statements.at(-1)?.index,
    signal,
    gate: gate(task, unit, held),
    onBackend: async (backend) => {
      const newestSample = await newestReading(task.services.ledger, run);
      const answer = await task.report({ type: 'begin_unit', position: unit.position, backend, newestSample });
      return answer.ok && answer.run.state === 'migrating';
    },
    onProgress: (doneRows, totalRows) => void reportProgress(task, { position: unit.position, doneRows, totalRows }),
  });
  return record(task, { position: unit.position, outcome, hold: held.reason, wanted: !signal.aborted });
};

/** What a dead worker left of a unit. True when it turned out to be applied. */
async function settled(task: Task, run: Run, what: { unit: Unit; begun: UnitRun }): Promise<boolean> {
  const { unit, begun } = what;
  const migration = run.plan.migrations.find((entry) => entry.version === unit.version);
  if (migration === undefined) return false;
  const { state, detail } = await task.context.target.recover({ runId: run.id, migration, unit, backend: begun.backend });
  task.services.log.info(
    { run: run.number, position: unit.position, state, detail },
    'a unit was left begun; its state is read from the target',
  );
  if (state !== 'applied') return false;
  const ms = between(begun.begunAt, await task.services.ledger.now());
  await task.report({ type: 'record_unit', position: unit.position, statements: [], ms, longestWaitMs: 0, tries: 1 });
  return true;
}

/** Asked before every statement and batch. A wish to stop after this step does not stop in the middle of it. */
function gate(task: Task, unit: Unit, held: { reason: Hold | null }): Gate {
  return async (askedMs) => {
    const { ledger } = task.services;
    const [run, now] = await Promise.all([task.load(), ledger.now()]);
    const newestSample = await newestReading(ledger, run);
    if (run.state !== 'migrating' || task.lease.lost()) return { reason: `the run is ${run.state.replace('_', ' ')}` };
    // The engine knows how long a batch takes; what a statement takes only the rehearsal knows.
    const durationMs = unit.kind === 'backfill' ? askedMs : Math.max(askedMs, predictedUnitMs(run, unit.position));
    held.reason = forwardHold({ ...run, stopRequested: null }, { now, newestSample, durationMs });
    return held.reason === null ? null : { reason: held.reason.detail };
  };
}

async function record(task: Task, what: { position: number; outcome: UnitOutcome; hold: Hold | null; wanted: boolean }): Promise<boolean> {
  const { position, outcome, hold, wanted } = what;
  switch (outcome.result) {
    case 'applied': {
      const { statements, ms, longestWaitMs, tries } = outcome;
      return (await task.report({ type: 'record_unit', position, statements, ms, longestWaitMs, tries })).ok;
    }
    case 'stopped':
      if (hold !== null) await task.report({ type: 'hold', ...hold });
      return true;
    case 'cancelled':
      // Not by us: whoever cancels our statement on the server wants it gone, and would otherwise fight the next try.
      if (wanted) await task.report({ type: 'hold', reason: 'statement_failed', detail: CANCELLED });
      return true;
    case 'lock_budget':
      return (await task.report({ type: 'hold', reason: 'lock_budget', detail: outcome.detail })).ok;
    case 'failed':
      return (await task.report({ type: 'hold', reason: 'statement_failed', detail: outcome.message })).ok;
  }
}

const CANCELLED =
  'Somebody cancelled the statement on the server. Of this step only finished batches of a backfill are kept. Ask who it was; then Resume, or roll back.';

async function reportProgress(task: Task, progress: { position: number; doneRows: number; totalRows: number }): Promise<void> {
  const { ledger, log } = task.services;
  try {
    await ledger.report(task.claim.run.id, { ...progress, at: await ledger.now() });
  } catch (error) {
    log.warn({ error: String(error) }, 'progress could not be kept; the backfill goes on');
  }
}
