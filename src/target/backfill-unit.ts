import { basename } from 'node:path';
import type { ClientBase } from 'pg';
import type { RelationLock, Statement } from '../domain/plan.ts';
import type { UnitOutcome } from '../ports.ts';
import { backfillTable, boundaryQuery, type BackfillTable } from './backfill-table.ts';
import { beginFenced } from './fence.ts';
import { recordApplied } from './history.ts';
import { strongest } from './lock-modes.ts';
import { withLockTries } from './lock-tries.ts';
import { NOTHING_DONE, readMarker, writeMarker, type Marker } from './marker.ts';
import { confineUpdate } from './sql-shape.ts';
import { historyRow, judgeStatementError, markerKey, passGate, StatementFailed, type UnitContext } from './unit-context.ts';

/** A batch locks rows, no table: a wait of this length makes nobody queue behind us. */
const ROW_WAIT_MS = 2_000;
const FIRST_BATCH = 200;
const SMALLEST_BATCH = 10;
const LARGEST_BATCH = 50_000;

type Plan = { readonly statement: Statement; readonly table: BackfillTable; readonly update: string };
type Batch = { readonly marker: Marker; readonly rows: number; readonly ms: number };

/**
 * Applies a declared UPDATE in key ranges, each its own transaction with a marker at the exact key it reached: after a crash
 * or a stop it goes on behind that key, and no row is done twice. The last key is taken at the beginning, as one UPDATE would
 * have seen it, so the end of a growing table is not chased.
 */
export async function applyBackfill(context: UnitContext): Promise<UnitOutcome> {
  const { request, work, observer, tuning } = context;
  const started = performance.now();
  const plan = await planBackfill(context);
  let marker = (await readMarker(work.client, markerKey(context))) ?? NOTHING_DONE;
  if (marker.backfillTotal === 0) marker = { ...marker, backfillTotal: await plan.table.total(work.client) };
  const lastKey = await plan.table.lastKey(work.client);
  let size = FIRST_BATCH;
  let rows = 0;
  let locks: readonly RelationLock[] = [];
  let tries = 0;
  let predictedMs = tuning.batchMs;
  request.onProgress(marker.backfillDone, marker.backfillTotal);

  for (;;) {
    await passGate(request, predictedMs);
    const tried = await withLockTries({
      observer,
      tuning,
      signal: request.signal,
      wanted: [],
      tryMs: ROW_WAIT_MS,
      ours: context.ours,
      attempt: (lockTimeoutMs) =>
        observer.during(request.signal, () => batch(context, plan, { marker, size, lastKey, lockTimeoutMs, look: locks.length === 0 })),
    });
    if (tried.kind === 'cancelled') return { result: 'cancelled' };
    if (tried.kind === 'lock_budget') return { result: 'lock_budget', detail: `${tried.detail} What was filled before is kept.` };
    tries += tried.tries;
    rows += tried.value.rows;
    locks = strongest([...locks, ...observer.locks]);
    marker = tried.value.marker;
    request.onProgress(marker.backfillDone, marker.backfillTotal);
    if (marker.finished) break;
    size = nextSize(size, tried.value.ms, tuning.batchMs);
    predictedMs = tried.value.ms;
  }
  const ms = Math.round(performance.now() - started);
  const applied = { index: plan.statement.index, ms, rows, locks };
  return { result: 'applied', statements: [applied], ms, longestWaitMs: observer.longestWaitMs, tries };
}

/** The size that would have taken the wanted time, at most doubled or halved: one slow batch is no trend. */
export function nextSize(size: number, tookMs: number, wantedMs: number): number {
  const factor = Math.min(2, Math.max(0.5, wantedMs / Math.max(tookMs, 0.1)));
  return Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, Math.round(size * factor)));
}

async function planBackfill({ request, work }: UnitContext): Promise<Plan> {
  const statement = request.unit.statements[0];
  if (statement?.backfill === undefined) throw new StatementFailed('A backfill without a declared table and key. Nothing was executed.');
  const table = await backfillTable(work.client, statement.backfill);
  if (typeof table === 'string') throw new StatementFailed(`${table} Nothing was executed.`);
  const update = await confineUpdate(statement.sql, statement.backfill.key, table.keyType);
  if (update === null)
    throw new StatementFailed(
      `${basename(request.migration.up.path)} line ${statement.line}: only an UPDATE can be cut into batches. Nothing was executed.`,
    );
  return { statement, table, update };
}

type Span = {
  readonly marker: Marker;
  readonly size: number;
  readonly lastKey: string | null;
  readonly lockTimeoutMs: number;
  readonly look: boolean;
};

/** One batch and its marker in one transaction; the one that finds nothing more finishes the unit. */
async function batch(context: UnitContext, plan: Plan, { marker, size, lastKey, lockTimeoutMs, look }: Span): Promise<Batch> {
  const { request, work, actor, tuning } = context;
  const begun = performance.now();
  try {
    await beginFenced(work.client, actor, { lockTimeoutMs, statementTimeoutMs: tuning.statementMs });
    const edge = lastKey === null ? null : await nextEdge(work.client, plan.table, { after: marker.backfillKey, lastKey, size });
    const rows = edge === null ? 0 : await update(context, plan, [marker.backfillKey, edge.key]);
    const done = marker.backfillDone + (edge?.count ?? 0);
    const next: Marker = {
      backfillKey: edge?.key ?? marker.backfillKey,
      backfillDone: done,
      backfillTotal: edge === null ? done : Math.max(marker.backfillTotal, done),
      finished: edge === null,
    };
    await writeMarker(work.client, markerKey(context), next);
    if (next.finished && request.last) await recordApplied(work.client, historyRow(request.migration, request.runId));
    if (look) await context.observer.look();
    request.signal.throwIfAborted();
    await work.client.query('COMMIT');
    return { marker: next, rows, ms: performance.now() - begun };
  } catch (error) {
    if (work.alive()) await work.client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function nextEdge(
  client: ClientBase,
  table: BackfillTable,
  { after, lastKey, size }: { after: string | null; lastKey: string; size: number },
): Promise<{ readonly key: string; readonly count: number } | null> {
  const { rows } = await client.query<{ edge: string | null; count: number }>(boundaryQuery(table), [after, lastKey, size]);
  const row = rows[0];
  return row === undefined || row.edge === null ? null : { key: row.edge, count: row.count };
}

async function update({ request, work, tuning }: UnitContext, plan: Plan, range: readonly (string | null)[]): Promise<number> {
  const begun = performance.now();
  try {
    const { rowCount } = await work.client.query(plan.update, [...range]);
    return rowCount ?? 0;
  } catch (error) {
    const { sql, line } = plan.statement;
    throw judgeStatementError({
      error,
      path: request.migration.up.path,
      sql,
      line,
      ms: performance.now() - begun,
      limitMs: tuning.statementMs,
    });
  }
}
