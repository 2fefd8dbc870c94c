import type { RunEvent } from '../domain/events.ts';
import type { Run } from '../domain/run.ts';
import { entryOf, GENESIS, rowOf, type EventRow, type Sha256 } from './audit/chain.ts';
import type { Rows } from './connection.ts';

const COLUMNS = 'position, run_id, seq, type, at, actor, body, prev_hash, hash';

/** Held until the transaction ends: the chain grows one transaction at a time. */
const LOCK_CHAIN = `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('offpeak.event', 0))`;

const HEAD = `SELECT position, hash FROM offpeak.event ORDER BY position DESC LIMIT 1`;

const INSERT = `
  INSERT INTO offpeak.event (${COLUMNS})
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[])`;

/** Where the chain ends; undefined while it is empty. */
export type ChainEnd = { readonly position: number; readonly hash: string } | undefined;

/**
 * Everybody who appends takes this lock first, and after it nothing but rows of runs that nobody else can be waiting with.
 * The transaction should commit soon.
 */
export async function lockChain(rows: Rows): Promise<ChainEnd> {
  const locked = rows(LOCK_CHAIN);
  // A statement of its own: it must see what the transaction that held the lock before has committed.
  const [last] = await rows<{ position: number; hash: string }>(HEAD);
  await locked;
  return last;
}

type Appended = { readonly events: readonly RunEvent[]; readonly head: string };

/**
 * Adds events to the end of the chain, whose lock the transaction holds, and leaves the writing to its commit.
 * Answers the events as they will be read, and the hash of the last one.
 */
export function append(
  rows: Rows,
  run: Pick<Run, 'id' | 'number' | 'target' | 'version'>,
  happened: readonly RunEvent[],
  { last, sha256 }: { readonly last: ChainEnd; readonly sha256: Sha256 },
): Appended {
  const added: EventRow[] = [];
  for (const event of happened) {
    const position = (last?.position ?? 0) + added.length + 1;
    const entry = { position, runId: run.id, number: run.number, target: run.target, seq: run.version + added.length + 1, event };
    added.push(rowOf(entry, added.at(-1)?.hash ?? last?.hash ?? GENESIS, sha256));
  }
  const column = (name: keyof EventRow) => added.map((row) => row[name]);
  void rows(INSERT, (COLUMNS.split(', ') as (keyof EventRow)[]).map(column));
  return { events: added.map((row) => entryOf(row).event), head: added.at(-1)?.hash ?? last?.hash ?? GENESIS };
}

const OF_RUNS = `SELECT run_id, body, hash FROM offpeak.event WHERE run_id = ANY ($1::uuid[]) ORDER BY run_id, seq`;

/** The events of these runs, oldest first, each run's together. */
export async function eventsOf(rows: Rows, runIds: readonly string[]): Promise<readonly Pick<EventRow, 'run_id' | 'body' | 'hash'>[]> {
  return await rows(OF_RUNS, [runIds]);
}

const AFTER = `
  SELECT ${COLUMNS} FROM offpeak.event
  WHERE position > $1 AND ($2::uuid IS NULL OR run_id = $2)
  ORDER BY position LIMIT $3`;

/** The next rows of the chain after a position, of one run when given. */
export async function eventsAfter(rows: Rows, from: { after: number; runId: string | null; limit: number }): Promise<readonly EventRow[]> {
  return await rows<EventRow>(AFTER, [from.after, from.runId, from.limit]);
}
