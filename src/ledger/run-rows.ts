import type { Instant } from '../domain/instant.ts';
import { dueAt } from '../domain/next-step.ts';
import { isActive, type Run } from '../domain/run.ts';
import type { Rows } from './connection.ts';

/** What is read of a run's row: enough to find its events and to know them again. */
export type RunRow = {
  readonly id: string;
  readonly number: number;
  readonly target: string;
  readonly state: string;
  readonly active: boolean;
  readonly version: number;
  readonly head: string;
};

const COLUMNS = 'id, number, target, state, active, version, head';

/** Whether this can be the id of a run; anything else is asked of no database. */
export function isRunId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

const BY_ID = `SELECT ${COLUMNS} FROM offpeak.run WHERE id = $1`;
/** NO KEY: readings of the monitor refer to the run and must not wait for a decision about it. */
const LOCK = `${BY_ID} FOR NO KEY UPDATE`;
const BY_NUMBER = `SELECT ${COLUMNS} FROM offpeak.run WHERE number = $1`;
const ACTIVE = `SELECT ${COLUMNS} FROM offpeak.run WHERE target = $1 AND active`;
const LIST = `
  SELECT ${COLUMNS} FROM offpeak.run
  WHERE ($1::text IS NULL OR target = $1) AND (active OR NOT $2::boolean)
  ORDER BY number DESC LIMIT $3`;
const AFTER = `SELECT ${COLUMNS} FROM offpeak.run WHERE number > $1 ORDER BY number LIMIT $2`;

export async function runRow(rows: Rows, id: string): Promise<RunRow | null> {
  return isRunId(id) ? one(await rows<RunRow>(BY_ID, [id])) : null;
}

/** Locked until the transaction ends: whoever wants to change the same run waits and then sees what became of it. */
export async function lockedRunRow(rows: Rows, id: string): Promise<RunRow | null> {
  return isRunId(id) ? one(await rows<RunRow>(LOCK, [id])) : null;
}

export async function runRowByNumber(rows: Rows, number: number): Promise<RunRow | null> {
  return Number.isSafeInteger(number) ? one(await rows<RunRow>(BY_NUMBER, [number])) : null;
}

export async function activeRunRow(rows: Rows, target: string): Promise<RunRow | null> {
  return one(await rows<RunRow>(ACTIVE, [target]));
}

const IN_THE_WAY = `
  SELECT ${COLUMNS} FROM offpeak.run
  WHERE target = $1 AND number > $2 AND (active OR state IN ('completed', 'rolled_back', 'restored', 'failed'))
  ORDER BY active DESC, number LIMIT 1`;

/** A newer run of the target that occupies it, or may have changed it: behind it a finished run is not opened again. */
export async function runRowInTheWay(rows: Rows, run: Pick<Run, 'target' | 'number'>): Promise<RunRow | null> {
  return one(await rows<RunRow>(IN_THE_WAY, [run.target, run.number]));
}

/** Newest first. */
export async function runRows(
  rows: Rows,
  filter: { target: string | null; onlyActive: boolean; limit: number },
): Promise<readonly RunRow[]> {
  return await rows<RunRow>(LIST, [filter.target, filter.onlyActive, filter.limit]);
}

/** In the order of their numbers. */
export async function runRowsAfter(rows: Rows, from: { after: number; limit: number }): Promise<readonly RunRow[]> {
  return await rows<RunRow>(AFTER, [from.after, from.limit]);
}

const NEXT_IDENTITY = `SELECT gen_random_uuid() AS id, coalesce(max(number), 0) + 1 AS number FROM offpeak.run`;
const INSERT = `
  INSERT INTO offpeak.run (id, number, target, state, active, version, head, created_at)
  VALUES ($1, $2, $3, 'planned', true, 0, '', $4)
  ON CONFLICT (target) WHERE active DO NOTHING
  RETURNING id, number`;

/**
 * The empty row of a new run, or null when its target has an active one. Numbers have no gaps, so that people do not look for
 * a run #41 that never was; the caller holds the lock of the chain, which makes counting safe.
 */
export async function insertRun(rows: Rows, run: { target: string; now: Instant }): Promise<{ id: string; number: number } | null> {
  const identity = one(await rows<{ id: string; number: number }>(NEXT_IDENTITY));
  if (identity === null) return null;
  return one(await rows<{ id: string; number: number }>(INSERT, [identity.id, identity.number, run.target, run.now]));
}

const SAVE = `UPDATE offpeak.run SET state = $2, active = $3, version = $4, head = $5, at_once = $6, due_at = $7 WHERE id = $1`;

/** Writes what follows from the events: the state, whether the target is occupied, and when a worker is wanted. Left to the commit. */
export function saveRun(rows: Rows, run: Run, head: string, now: Instant): void {
  const due = dueAt(run, now);
  void rows(SAVE, [run.id, run.state, isActive(run), run.version, head, due !== null && due <= now, due]);
}

function one<Row>(rows: readonly Row[]): Row | null {
  return rows[0] ?? null;
}
