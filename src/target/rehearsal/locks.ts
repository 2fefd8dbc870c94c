import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { LOCK_MODES, type LockMode } from '../../domain/plan.ts';

/** Lock modes on relations, by oid. */
export type Locks = ReadonlyMap<string, ReadonlySet<LockMode>>;

/** What a session holds and waits for at one moment, and how far the server's log had come. */
export type Moment = {
  readonly locks: Locks;
  /** Waits for a lock of any kind: of a relation, or of another transaction. */
  readonly waiting: boolean;
  /** Bytes since the server began to write. */
  readonly wal: number;
};

/** Granted locks and those it waits for, and so will hold. */
const MOMENT = `
select (pg_current_wal_insert_lsn() - '0/0')::float8 as wal,
  exists (select from pg_locks where pid = $1 and not granted) as waiting,
  coalesce((select json_agg(json_build_array(relation::text, mode)) from pg_locks
    where pid = $1 and locktype = 'relation' and database = (select oid from pg_database where datname = current_database())), '[]') as locks`;

/** Reads the locks of the backend `pid` from another session. */
export async function readMoment(sampler: Client, pid: number): Promise<Moment> {
  const { rows } = await sampler.query<{ wal: number; waiting: boolean; locks: readonly (readonly [string, string])[] }>(MOMENT, [pid]);
  const [row] = rows;
  const locks = new Map<string, Set<LockMode>>();
  for (const [oid, mode] of row?.locks ?? []) add(locks, oid, modeOf(mode));
  return { locks, waiting: row?.waiting ?? false, wal: row?.wal ?? 0 };
}

/** Milliseconds between two looks: at once, then ever less often, because a long statement needs the machine. */
const LOOKS = [1, 2, 5, 10, 20, 50];

/** Every lock that was seen while `work` went on, looked at again and again from another session: what it gives up early is seen too. */
export async function locksDuring(sampler: Client, pid: number, work: Promise<unknown>): Promise<Locks> {
  const state = watched(work);
  const seen = new Map<string, Set<LockMode>>();
  for (let look = 0; !state.ended; look += 1) {
    const { locks } = await readMoment(sampler, pid);
    for (const [oid, modes] of locks) for (const mode of modes) add(seen, oid, mode);
    if (!state.ended) await pause(LOOKS[Math.min(look, LOOKS.length - 1)]);
  }
  return seen;
}

/** Whether a promise has settled. Its failure is awaited elsewhere; until then it is nobody's unhandled rejection. */
export function watched(work: Promise<unknown>): { readonly ended: boolean } {
  const state = { ended: false };
  const end = () => void (state.ended = true);
  work.then(end, end);
  return state;
}

/** Several readings as one. */
export function together(...all: readonly Locks[]): Locks {
  const sum = new Map<string, Set<LockMode>>();
  for (const locks of all) for (const [oid, modes] of locks) for (const mode of modes) add(sum, oid, mode);
  return sum;
}

function add(into: Map<string, Set<LockMode>>, oid: string, mode: LockMode | undefined): void {
  if (mode !== undefined) into.set(oid, (into.get(oid) ?? new Set()).add(mode));
}

/** pg_locks writes `ShareUpdateExclusiveLock` where the documentation and people write `SHARE UPDATE EXCLUSIVE`. */
function modeOf(mode: string): LockMode | undefined {
  const words = mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
  return LOCK_MODES.find((known) => known === words);
}
