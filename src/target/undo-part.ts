import { basename } from 'node:path';
import type { PlainStatement } from '../domain/plan.ts';
import { codeOf, TargetError } from './errors.ts';
import { beginFenced, checkFence, type Actor, type Timeouts } from './fence.ts';
import { forgetApplied } from './history.ts';
import { allGone, dropOwnIndex, indexState } from './lone-effect.ts';
import { withLockTries } from './lock-tries.ts';
import { DONE, NOTHING_DONE, readMarker, removeMarkers, writeMarker, type Marker } from './marker.ts';
import type { Observer } from './observer.ts';
import { execute, type Session } from './session.ts';
import { loneEffect, setsSession, type LoneEffect } from './sql-shape.ts';
import type { Tuning } from './tuning.ts';
import type { UndoRequest } from './undo.ts';
import { judgeStatementError, StatementFailed } from './unit-context.ts';

/** Statements of a down script that commit together, or one that stands alone. */
export type UndoPart = { readonly statements: readonly PlainStatement[]; readonly alone: boolean };

/** A rollback under way. `skipped` collects statements about things that were never created. */
export type Undoing = {
  readonly request: UndoRequest;
  readonly actor: Actor;
  readonly work: Session;
  readonly observer: Observer;
  readonly tuning: Tuning;
  readonly ours: readonly number[];
  readonly skipped: string[];
};

/** Relation, column, object, function and schema that do not exist; and those that exist already, because the up that drops them never ran. */
const NEVER_DONE = ['42P01', '42703', '42704', '42883', '3F000', '42P07', '42701', '42710', '42723', '42P06'];
const BOOKKEEPING: Timeouts = { lockTimeoutMs: 2_000, statementTimeoutMs: 30_000 };
const LONE_TIMEOUTS = `SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`;
/** CONCURRENTLY makes nobody queue behind it, however long it waits; of anything else that is not known. */
const PATIENT: readonly LoneEffect['kind'][] = ['create_index', 'drop_index', 'reindex', 'detach'];

/** What the down statement undoes is not there; in a half-applied migration it never was. */
class StatementMissing extends StatementFailed {}

/** Undoes one part. Null when it is undone, now or by an earlier try of this run; otherwise the sentence that says why not. */
export async function undoPart(
  undoing: Undoing,
  part: UndoPart,
  place: { readonly index: number; readonly last: boolean },
): Promise<string | null> {
  const { request, work } = undoing;
  const position = -1 - place.index;
  const marker = await readMarker(work.client, { runId: request.runId, version: request.migration.version, position });
  if (marker?.finished === true) {
    await repeatSets(undoing, part);
    return null;
  }
  try {
    if (!part.alone) return await undoTogether(undoing, part, { position, last: place.last });
    await undoAlone(undoing, part, { position, begunBefore: marker !== null });
    await inTransaction(undoing, BOOKKEEPING, () => conclude(undoing, position, place.last));
    return null;
  } catch (error) {
    if (error instanceof StatementFailed || error instanceof TargetError) return error.message;
    throw error;
  }
}

/** What a part that is undone already had set for the statements after it. */
async function repeatSets({ work }: Undoing, { statements }: UndoPart): Promise<void> {
  for (const { sql } of statements) if (await setsSession(sql)) await execute(work.client, sql);
}

/** One transaction with its marker, tried for its locks like a forward unit. */
async function undoTogether(undoing: Undoing, part: UndoPart, place: { position: number; last: boolean }): Promise<string | null> {
  const { request, observer, tuning } = undoing;
  const once = async (lockTimeoutMs: number) =>
    await inTransaction(undoing, { lockTimeoutMs, statementTimeoutMs: tuning.statementMs }, async () => {
      const skipped = await runAll(undoing, part.statements);
      await conclude(undoing, place.position, place.last);
      return skipped;
    });
  const tried = await withLockTries({
    observer,
    tuning,
    signal: request.signal,
    wanted: [],
    tryMs: null,
    ours: undoing.ours,
    attempt: (lockTimeoutMs) => observer.during(request.signal, () => once(lockTimeoutMs), { yieldAfterMs: lockTimeoutMs }),
  });
  if (tried.kind === 'cancelled') return 'The rollback was cancelled from outside.';
  if (tried.kind === 'lock_budget') return tried.detail;
  undoing.skipped.push(...tried.value);
  return null;
}

/** Marks the part, or with the last part forgets the migration: both commit with the statements. */
async function conclude(undoing: Undoing, position: number, last: boolean): Promise<void> {
  const { request, work } = undoing;
  if (!last) return await mark(undoing, position, DONE);
  await forgetApplied(work.client, request.migration.version);
  await removeMarkers(work.client, request.runId, request.migration.version);
}

async function mark({ request, work }: Undoing, position: number, marker: Marker): Promise<void> {
  const { runId, epoch, migration } = request;
  await writeMarker(work.client, { runId, position, version: migration.version, epoch }, marker);
}

/** Returns the statements that were skipped because a half-applied migration never got so far. */
async function runAll(undoing: Undoing, statements: readonly PlainStatement[]): Promise<readonly string[]> {
  const { request, work, tuning } = undoing;
  const skipped: string[] = [];
  for (const statement of statements) {
    request.signal.throwIfAborted();
    if (!request.whole) await work.client.query('SAVEPOINT offpeak');
    try {
      await run(undoing, statement, tuning.statementMs);
    } catch (error) {
      if (request.whole || !(error instanceof StatementMissing)) throw error;
      await work.client.query('ROLLBACK TO SAVEPOINT offpeak');
      skipped.push(oneLine(statement.sql));
    }
  }
  return skipped;
}

/** One statement outside a transaction. Its own marker tells a repetition that what is missing may have been dropped by the try before. */
async function undoAlone(
  undoing: Undoing,
  part: UndoPart,
  { position, begunBefore }: { position: number; begunBefore: boolean },
): Promise<void> {
  const { request, work, observer, tuning } = undoing;
  const statement = part.statements[0];
  if (statement === undefined) return;
  const effect = await loneEffect(statement.sql);
  if (begunBefore && (await isDoneAlready(undoing, effect))) return;
  await inTransaction(undoing, BOOKKEEPING, () => mark(undoing, position, NOTHING_DONE));
  request.signal.throwIfAborted();
  await checkFence(work.client, undoing.actor);
  const lockTimeoutMs = PATIENT.includes(effect.kind) ? 0 : BOOKKEEPING.lockTimeoutMs;
  await work.client.query(LONE_TIMEOUTS, [`${lockTimeoutMs}ms`, `${tuning.longStatementMs}ms`]);
  try {
    await observer.during(request.signal, () => run(undoing, statement, tuning.longStatementMs));
  } catch (error) {
    if (effect.kind === 'create_index' && work.alive()) await dropOwnIndex(work.client, effect).catch(() => {});
    if (request.whole || !(error instanceof StatementMissing)) throw error;
    undoing.skipped.push(oneLine(statement.sql));
  }
}

async function isDoneAlready({ work }: Undoing, effect: LoneEffect): Promise<boolean> {
  if (effect.kind === 'drop_index') return await allGone(work.client, effect.indexes);
  if (effect.kind !== 'create_index' || effect.index === null) return false;
  await dropOwnIndex(work.client, effect);
  return (await indexState(work.client, effect)) === 'valid';
}

async function run({ request, work }: Undoing, { sql, line }: PlainStatement, limitMs: number): Promise<void> {
  const begun = performance.now();
  try {
    await execute(work.client, sql, limitMs);
  } catch (error) {
    const path = basename(request.migration.down?.path ?? '');
    const judged = judgeStatementError({ error, path, sql, line, ms: performance.now() - begun, limitMs });
    throw judged instanceof StatementFailed && NEVER_DONE.includes(codeOf(error) ?? '') ? new StatementMissing(judged.message) : judged;
  }
}

async function inTransaction<T>({ work, actor }: Undoing, timeouts: Timeouts, effect: () => Promise<T>): Promise<T> {
  try {
    await beginFenced(work.client, actor, timeouts);
    const value = await effect();
    await work.client.query('COMMIT');
    return value;
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

function oneLine(sql: string): string {
  const text = sql.replaceAll(/\s+/g, ' ').trim();
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
