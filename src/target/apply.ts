import type { ClientBase } from 'pg';
import type { AppliedUnit } from '../domain/commands.ts';
import type { RelationLock, Unit } from '../domain/plan.ts';
import type { ApplyRequest, Following, UnitOutcome } from '../ports.ts';
import { applyBackfill } from './backfill/unit.ts';
import { isConnectionLoss, placeOf, targetError } from './errors.ts';
import { FencedOff, type Actor } from './fence.ts';
import { applyLone } from './lone-unit.ts';
import { isLockFailure } from './lock-tries.ts';
import { readMarker } from './marker.ts';
import { Observer } from './observer.ts';
import { CommitUnanswered, OutcomeUnknown, resolveUnit } from './resolve.ts';
import { leavesNothing } from './plain-statement.ts';
import type { Pair, RunSessions } from './run-sessions.ts';
import { checkServer, StrangeServer } from './same-server.ts';
import { sessionName, withSession, type OpenRequest } from './session.ts';
import type { SessionSettings } from './settings.ts';
import { stopBackend } from './stop.ts';
import { applyTransaction, repeatSettings } from './transaction-unit.ts';
import type { Tuning } from './tuning.ts';
import { GateClosed, isCancel, StatementFailed, type UnitContext } from './unit-context.ts';

/** What applying needs of the target. */
export type Engine = {
  readonly connectionString: string;
  readonly sessions: RunSessions;
  readonly tuning: Tuning;
  readonly open: (settings: SessionSettings) => OpenRequest;
};

const APPLY = { transaction: applyTransaction, alone: applyLone, backfill: applyBackfill } as const;

/** Applies one unit. Throws TargetError only when the target cannot be reached; everything else is an outcome. */
export async function applyUnit(engine: Engine, request: ApplyRequest): Promise<UnitOutcome> {
  const actor: Actor = { runId: request.runId, epoch: request.epoch };
  if (request.signal.aborted) return { result: 'cancelled' };
  let pair: Pair | null = null;
  const sent: UnitContext['sent'] = { behind: [] };
  try {
    pair = await engine.sessions.take(actor, `apply:${request.unit.position}`, request.plannedOn);
    if (!(await announce(request, pair)))
      return { result: 'stopped', reason: 'The start of this unit was not recorded, so it was not begun.' };
    const context = contextOf({ engine, request, actor, pair, sent });
    await repeatSettings(pair.work.client, request.migration, request.unit);
    const quiet = leavesNothing(request.unit);
    // The texts of those behind are read while the server works: one takes nearly as long as a small migration.
    setImmediate(() => (request.following?.() ?? []).slice(0, 8).forEach(({ unit }) => void leavesNothing(unit)));
    const outcome = await APPLY[request.unit.kind](context);
    if (outcome.result === 'applied' && (await quiet)) engine.sessions.leftClean(request.runId);
    return outcome;
  } catch (error) {
    return await outcomeOf({ engine, request, pair, behind: sent.behind, error });
  } finally {
    // A cancel may still be on its way: it must not hit what this session does next.
    if (request.signal.aborted) await engine.sessions.drop(request.runId);
  }
}

async function announce(request: ApplyRequest, pair: Pair): Promise<boolean> {
  try {
    return await request.onBackend(pair.work.backend);
  } catch {
    return false;
  }
}

type Circumstances = { readonly engine: Engine; readonly request: ApplyRequest };

function contextOf({
  engine,
  request,
  actor,
  pair,
  sent,
}: Circumstances & { readonly actor: Actor; readonly pair: Pair } & Pick<UnitContext, 'sent'>): UnitContext {
  const { work, watch } = pair;
  const ours = [work.backend.pid, watch.backend.pid];
  const another = async (number: number) => {
    const more = await engine.sessions.another(actor, `apply:${request.unit.position}:${number}`, request.plannedOn);
    await repeatSettings(more.client, request.migration, request.unit);
    return { work: more, observer: new Observer(watch, more) };
  };
  const ahead = () => (request.following?.() ?? []).flatMap(({ unit }) => locksOf(unit));
  const outlook = (client: ClientBase, unit: Unit) => pair.outlook.holders(client, { wanted: locksOf(unit), ahead, ours });
  return { request, actor, work, observer: new Observer(watch, work), tuning: engine.tuning, ours, outlook, sent, another };
}

function locksOf({ statements }: Unit): readonly RelationLock[] {
  return statements.flatMap(({ locks }) => locks);
}

/** Those that were sent behind a unit and are applied: the server executed them in their order. */
async function appliedOf(client: ClientBase, runId: string, behind: readonly Following[]): Promise<readonly AppliedUnit[]> {
  const applied: AppliedUnit[] = [];
  for (const { unit } of behind) {
    if ((await readMarker(client, { ...unit, runId }))?.finished !== true) break;
    applied.push({ position: unit.position, statements: [], ms: 0, longestWaitMs: 0, tries: 1 });
  }
  return applied;
}

async function outcomeOf({
  engine,
  request,
  pair,
  behind,
  error,
}: Circumstances & { readonly pair: Pair | null; readonly behind: readonly Following[]; readonly error: unknown }): Promise<UnitOutcome> {
  if (error instanceof GateClosed) return { result: 'stopped', reason: error.message };
  if (error instanceof StatementFailed) return { result: 'failed', message: error.message };
  // Not what PostgreSQL said of a statement: somebody has to look, and nothing is rolled back by itself for it (invariant 10).
  if (error instanceof FencedOff || error instanceof StrangeServer) return { result: 'failed', message: error.message, unsure: true };
  if (pair !== null && (error instanceof CommitUnanswered || isConnectionLoss(error) || !pair.work.alive()))
    return await afterLoss(engine, { request, pair, behind, xid: error instanceof CommitUnanswered ? error.xid : null }).catch(
      whatStopsHere,
    );
  if (request.signal.aborted || isCancel(error)) return { result: 'cancelled' };
  if (isLockFailure(error))
    return { result: 'lock_budget', detail: 'Our own marker could not be written: its row is locked. Nothing of this unit was executed.' };
  throw targetError(error, placeOf(engine.connectionString));
}

/** What a person has to look at is an outcome; a target that cannot be asked is tried again. */
function whatStopsHere(error: unknown): UnitOutcome {
  if (error instanceof OutcomeUnknown || error instanceof StrangeServer) return { result: 'failed', message: error.message, unsure: true };
  throw error;
}

/**
 * The connection broke, perhaps between COMMIT and its answer. Never run it again: make sure the backend is gone, then let the
 * marker, and the server's own memory of the transaction, say what happened (F6, F7). Throws when the target cannot be asked, or
 * answers nothing that is certain; the recovery will ask again.
 */
async function afterLoss(
  engine: Engine,
  {
    request,
    pair,
    behind,
    xid,
  }: { readonly request: ApplyRequest; readonly pair: Pair; readonly behind: readonly Following[]; readonly xid: string | null },
): Promise<UnitOutcome> {
  await engine.sessions.drop(request.runId);
  const settings = {
    applicationName: sessionName(request.runId, request.epoch, 'resolve'),
    lockTimeoutMs: 2_000,
    statementTimeoutMs: 10_000,
  };
  return await withSession(engine.open(settings), async ({ client }) => {
    await checkServer(client, request.plannedOn);
    const { gone } = await stopBackend(client, pair.work.backend, 0);
    if (!gone)
      return {
        result: 'failed',
        message: `The connection was lost and backend ${pair.work.backend.pid} could not be ended. End it by hand before anything else.`,
        unsure: true,
      };
    const marker = await resolveUnit(client, { runId: request.runId, unit: request.unit, xid });
    if (marker?.finished === true) {
      const also = await appliedOf(client, request.runId, behind);
      return { result: 'applied', statements: [], ms: 0, longestWaitMs: 0, tries: 1, also };
    }
    if (request.signal.aborted) return { result: 'cancelled' };
    const kept = request.unit.kind === 'backfill' && marker !== null ? 'The batches before it are kept.' : 'Nothing of this unit was kept.';
    const left = request.unit.kind === 'alone' ? 'The catalog will be asked what it left before it is tried again.' : kept;
    return { result: 'failed', message: `The connection to the database was lost while ${request.unit.version} ran. ${left}` };
  });
}
