import type { Pool } from 'pg';
import type { LockEdge, LongQuery, Vitals } from '../ports.ts';
import { LOCK_WAITS } from './database-queries.ts';
import { lockQueue, type QueueEdge } from './lock-queue.ts';
import { Unreadable } from './reading.ts';
import { redactedQuery } from './redact.ts';
import { VITALS } from './vitals-query.ts';

type Row = {
  readonly used: number;
  readonly usable: number;
  readonly hidden: number;
  readonly longest: LongQuery | null;
  readonly edges: readonly QueueEdge[];
  /** By pid. */
  readonly blockers: Readonly<Record<string, string>>;
};

/**
 * What the monitor asks every second, as one named prepared statement: parsed and planned once a session. Where sessions are hidden from our
 * role, who waits is asked of the lock table, which shows all of them, and how long queries run is not known.
 */
export async function vitals(pool: Pool, olderThanSeconds: number): Promise<Vitals> {
  const { rows } = await pool.query<Row>({ name: 'offpeak_vitals', text: VITALS, values: [olderThanSeconds] });
  const [row] = rows;
  if (row === undefined || row.usable <= 0)
    throw new Unreadable('The server reserves all its connections, so no share can be told. Look at max_connections.');
  const { used, usable, hidden, longest } = row;
  const { edges, names } = hidden > 0 ? await fromTheLocks(pool) : { edges: row.edges, names: row.blockers };
  const waiting = new Map(edges.map(({ waiter, ours }) => [waiter, ours]));
  const isOurs = (pid: number) => waiting.get(pid) ?? (names[pid] ?? '').startsWith('offpeak:');
  return {
    used,
    usable,
    hidden,
    longest: longest === null ? null : { ...longest, query: redactedQuery(longest.query) },
    locks: lockQueue(edges, { names, isOurs }),
  };
}

async function fromTheLocks(pool: Pool): Promise<{ readonly edges: readonly QueueEdge[]; readonly names: Row['blockers'] }> {
  const { rows } = await pool.query<LockEdge>(LOCK_WAITS);
  return { edges: rows.map(({ waiter, blockers }) => ({ waiter, blockers, ours: false })), names: {} };
}
