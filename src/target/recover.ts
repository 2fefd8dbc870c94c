import type { Client } from 'pg';
import type { Backend } from '../domain/events.ts';
import type { Migration, TargetIdentity, Unit } from '../domain/plan.ts';
import type { UnitState } from '../ports.ts';
import type { Engine } from './apply.ts';
import { TargetError } from './errors.ts';
import { beginFenced, fenceEpoch } from './fence.ts';
import { isRecorded, recordApplied } from './history.ts';
import { readIdentity } from './identity.ts';
import { dropLeftovers } from './leftovers.ts';
import { allGone, dropOwnIndex, finishDetach, hasValue, indexState } from './lone-effect.ts';
import { DONE, readMarker, writeMarker } from './marker.ts';
import { checkServer } from './same-server.ts';
import { sessionName, withSession } from './session.ts';
import { loneEffect, type LoneEffect } from './sql-shape.ts';
import { stopBackend } from './stop.ts';
import { repeatSettings } from './transaction-unit.ts';
import { historyRow, isLastUnit } from './unit-context.ts';

export type Recovery = { readonly state: UnitState; readonly detail: string };
export type RecoverRequest = {
  readonly runId: string;
  readonly migration: Migration;
  readonly unit: Unit;
  readonly backend: Backend;
  readonly plannedOn?: TargetIdentity;
};

/** A cancelled statement rolls back by itself; only what does not answer is terminated. */
const GRACE_MS = 2_000;
/** Dropping an invalid index CONCURRENTLY waits for transactions that may use the table. */
const REPAIR_MS = 10 * 60_000;

/**
 * What a dead worker left of a unit (F3–F7): first its backend must be gone, so that its transaction has ended one way or the other;
 * then the marker decides, and the catalog where no marker could commit with the effect. `unknown` where neither can say: never a
 * guess. Throws when the backend cannot be ended, or when this is another cluster than the plan's.
 */
export async function recoverUnit(engine: Engine, request: RecoverRequest): Promise<Recovery> {
  const settings = { applicationName: sessionName(request.runId, 0, 'recover'), lockTimeoutMs: 0, statementTimeoutMs: REPAIR_MS };
  await engine.sessions.drop(request.runId);
  return await withSession(engine.open(settings), async ({ client }) => {
    const { systemIdentifier, database, timeline } = request.plannedOn ?? {};
    if (systemIdentifier !== undefined && database !== undefined) await checkServer(client, { systemIdentifier, database });
    const { gone, how } = await stopBackend(client, request.backend, GRACE_MS);
    if (!gone)
      throw new TargetError(
        `Backend ${request.backend.pid} of the dead worker does not end. Nothing was decided: end it by hand, then go on.`,
      );
    const ended = how === 'already gone' ? 'Its backend was gone.' : `Its backend was ${how}.`;
    const { state, detail } = await judge(client, request);
    const failedOver = timeline !== undefined && (await readIdentity(client)).timeline !== timeline ? ` ${FAILED_OVER}` : '';
    return { state, detail: `${ended} ${detail}${failedOver}` };
  });
}

/** A commit that never reached the new primary is lost (F10). */
const FAILED_OVER =
  'The server failed over since the plan was made: what was committed just before may be lost, and this is what it has now.';

async function judge(client: Client, request: RecoverRequest): Promise<Recovery> {
  const marker = await readMarker(client, { ...request.unit, runId: request.runId });
  if (marker?.finished === true) {
    // Somebody who completed it by hand finished the marker only; the history must not say otherwise.
    if (isLastUnit(request.migration, request.unit) && !(await isRecorded(client, request.migration.version)))
      return await recordLate(client, request, 'The unit and its marker are committed; its history row was missing and is written now.');
    return { state: 'applied', detail: 'The unit and its marker are committed.' };
  }
  if (marker === null) return { state: 'not_applied', detail: 'Nothing of the unit was committed.' };
  if (request.unit.kind === 'backfill') {
    const { backfillDone, backfillTotal, backfillKey } = marker;
    return { state: 'partly_backfilled', detail: `${backfillDone} of ${backfillTotal} rows are filled, up to key ${backfillKey ?? '—'}.` };
  }
  await repeatSettings(client, request.migration, request.unit);
  return await byCatalog(client, request, await loneEffect(request.unit.statements[0]?.sql ?? ''));
}

/** The marker says that the statement was begun; how it ended only the catalog knows. */
async function byCatalog(client: Client, request: RecoverRequest, effect: LoneEffect): Promise<Recovery> {
  switch (effect.kind) {
    case 'create_index': {
      const state = await indexState(client, effect);
      if (state === 'valid') return await recordLate(client, request, `Index ${effect.index} is complete and valid. ${LATE}`);
      const dropped = await dropOwnIndex(client, effect);
      const detail = dropped ? `Its half-built, invalid index ${effect.index} was dropped.` : 'No index was left behind.';
      return { state: 'not_applied', detail };
    }
    case 'drop_index':
      if (await allGone(client, effect.indexes)) return await recordLate(client, request, `The index is gone. ${LATE}`);
      return { state: 'not_applied', detail: 'The index is still there and can be dropped again.' };
    case 'detach': {
      if ((await finishDetach(client, effect)) === 'applied')
        return await recordLate(client, request, `The partition is detached. ${LATE}`);
      return { state: 'not_applied', detail: 'The partition is still attached.' };
    }
    case 'add_value':
      if (await hasValue(client, effect)) return await recordLate(client, request, `Value ${effect.value} is there. ${LATE}`);
      return { state: 'not_applied', detail: `Value ${effect.value} is not there.` };
    case 'reindex': {
      const dropped = await dropLeftovers(client, effect, { ...request.unit, runId: request.runId });
      const copies = dropped.length === 1 ? 'Its half-built copy' : 'Its half-built copies';
      const left =
        dropped.length === 0
          ? 'No half-built copy was left behind.'
          : `${copies} ${dropped.join(', ')} ${dropped.length === 1 ? 'was' : 'were'} dropped.`;
      return { state: 'not_applied', detail: `${left} It can be repeated without harm.` };
    }
    case 'repeatable':
      return { state: 'not_applied', detail: 'Whether it ended is not known, but it can be repeated without harm.' };
    case 'in_parts':
    case 'unknown':
      return { state: 'unknown', detail: whatToDo(request) };
  }
}

const LATE = 'Its marker was missing and is written now.';

/** For the person who has to decide: what is not known, and the two ways out. */
function whatToDo({ runId, unit }: RecoverRequest): string {
  const which = `run_id = '${runId}' AND version = '${unit.version.replaceAll("'", "''")}' AND position = ${unit.position}`;
  return (
    `It cannot be known whether line ${unit.statements[0]?.line ?? 1} of ${unit.version} was executed: it runs outside a transaction. Nothing is repeated. ` +
    'Look at the database and complete it, or take back what is there of it. Then, as the owner, say which: ' +
    `UPDATE offpeak.marker SET finished = true WHERE ${which}; when it is complete, or DELETE FROM offpeak.marker WHERE ${which}; ` +
    'when nothing of it is left and it shall run again. Then Resume. Or roll back.'
  );
}

/** Writes the marker and the history row that the dead worker had no time for. */
async function recordLate(client: Client, { runId, migration, unit }: RecoverRequest, detail: string): Promise<Recovery> {
  const epoch = await fenceEpoch(client, runId);
  if (epoch === null) throw new TargetError('Another run has taken this target over. Nothing was recorded.');
  await beginFenced(client, { runId, epoch }, { lockTimeoutMs: 2_000, statementTimeoutMs: 30_000 });
  try {
    await writeMarker(client, { runId, position: unit.position, version: unit.version, epoch }, DONE);
    if (isLastUnit(migration, unit) && !(await isRecorded(client, migration.version)))
      await recordApplied(client, historyRow(migration, runId));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
  return { state: 'applied', detail };
}
