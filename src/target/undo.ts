import type { Migration, PlainStatement, TargetIdentity } from '../domain/plan.ts';
import type { UndoOutcome } from '../ports.ts';
import type { Engine } from './apply.ts';
import { isConnectionLoss, placeOf, targetError } from './errors.ts';
import { isRecorded } from './history.ts';
import { leftAnything } from './marker.ts';
import { Observer } from './observer.ts';
import { undoPart, type Undoing, type UndoPart } from './undo-part.ts';
import { isCancel } from './unit-context.ts';

export type UndoRequest = {
  readonly runId: string;
  readonly epoch: number;
  readonly migration: Migration;
  readonly whole: boolean;
  readonly signal: AbortSignal;
  readonly plannedOn?: TargetIdentity;
};

/**
 * Undoes one migration by its down script: in one transaction where it can, in file order where statements stand alone.
 * Strict when the migration is whole; when it is half applied, statements about what was never done are skipped and named.
 * Of a migration of which nothing was committed nothing is run.
 * Never loops: a failure gives back exactly what remains (F54). A repetition goes on behind the parts that are committed.
 */
export async function undoMigration(engine: Engine, request: UndoRequest): Promise<UndoOutcome> {
  const { migration, runId } = request;
  const parts = undoParts(migration.downStatements);
  if (migration.down === null || parts.length === 0)
    return { ok: false, message: `${migration.version} has no down script, so SQL cannot undo it. Nothing was executed.`, remaining: [] };
  const remaining = (from: number) => parts.slice(from).flatMap((part) => part.statements.map((statement) => statement.sql));
  const started = performance.now();
  let at = 0;
  try {
    const undoing = await begin(engine, request);
    const { client } = undoing.work;
    const recorded = await isRecorded(client, migration.version);
    if (request.whole && !recorded) return { ok: true, ms: 0, detail: 'it was undone before' };
    // A down without its up does harm: it divides once more, or drops what was there before.
    if (!recorded && !(await leftAnything(client, runId, migration.version)))
      return { ok: true, ms: 0, detail: 'nothing of it is applied, so its down was not run' };
    for (const part of parts) {
      const message = await undoPart(undoing, part, { index: at, last: at === parts.length - 1 });
      if (message !== null) return { ok: false, message, remaining: remaining(at) };
      at += 1;
    }
    return { ok: true, ms: Math.round(performance.now() - started), detail: summary(migration, undoing.skipped) };
  } catch (error) {
    if (isConnectionLoss(error)) await engine.sessions.drop(runId);
    return { ok: false, message: whyNot(engine, request, error), remaining: remaining(at) };
  } finally {
    if (request.signal.aborted) await engine.sessions.drop(runId);
  }
}

/** Consecutive statements share a transaction; one that cannot run in a transaction stands alone. */
export function undoParts(statements: readonly PlainStatement[]): readonly UndoPart[] {
  const parts: { statements: PlainStatement[]; alone: boolean }[] = [];
  for (const statement of statements) {
    const open = parts.at(-1);
    if (statement.inTransaction && open?.alone === false) open.statements.push(statement);
    else parts.push({ statements: [statement], alone: !statement.inTransaction });
  }
  return parts;
}

async function begin(engine: Engine, request: UndoRequest): Promise<Undoing> {
  const actor = { runId: request.runId, epoch: request.epoch };
  // After a failover somebody decided to roll back; on another cluster there is nothing of ours.
  const { systemIdentifier, database } = request.plannedOn ?? {};
  const plannedOn = systemIdentifier === undefined || database === undefined ? undefined : { systemIdentifier, database };
  const { work, watch } = await engine.sessions.take(actor, `undo:${request.migration.version}`, plannedOn);
  const ours = [work.backend.pid, watch.backend.pid];
  return { request, actor, work, observer: new Observer(watch, work), tuning: engine.tuning, ours, skipped: [] };
}

function summary(migration: Migration, skipped: readonly string[]): string {
  const count = migration.downStatements.length - skipped.length;
  const done = `${count} ${count === 1 ? 'statement' : 'statements'}`;
  return skipped.length === 0 ? done : `${done}; skipped, because what they undo is not there: ${skipped.join('; ')}`;
}

function whyNot(engine: Engine, { signal }: UndoRequest, error: unknown): string {
  if (signal.aborted || isCancel(error)) return 'The rollback was cancelled from outside.';
  const { message } = targetError(error, placeOf(engine.connectionString));
  if (!isConnectionLoss(error)) return message;
  return `${message} Roll back again: what was committed is known and is not repeated.`;
}
