import type { ClientBase } from 'pg';
import type { RelationLock } from '../domain/plan.ts';
import type { Backend } from '../domain/events.ts';
import { blockersOf, type Blocker } from './blockers.ts';
import { isConnectionLoss } from './errors.ts';
import { lockModeOf, strongest } from './lock-modes.ts';
import { heldSql, type Held, type Seen } from './own-look.ts';
import type { Session } from './session.ts';
import { BACKEND_START } from './settings.ts';
import { cancelBackend } from './stop.ts';

/**
 * Seen from another session, whose snapshot does not know what the watched transaction creates: so only relations
 * that existed before it. An index is left out when its table is locked too.
 */
const LOOK = `${heldSql('$1')},
         (SELECT coalesce(state, 'unknown') FROM pg_stat_activity WHERE pid = $1 AND ${BACKEND_START} = $2) AS state`;
/**
 * Takes us out of the queue: when we wait for a lock ourselves while a session of the application has waited for us too long.
 * A lock_timeout bounds one wait of ours; somebody who stands behind several of them is seen only from here.
 */
const YIELD = `
  SELECT pg_cancel_backend(us.pid) AS cancelled FROM pg_stat_activity us
  WHERE us.pid = $1 AND us.wait_event_type = 'Lock' AND EXISTS (
    SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND l.waitstart < clock_timestamp() - $2 * interval '1 millisecond'
      AND a.backend_type = 'client backend' AND a.application_name NOT LIKE 'offpeak:%' AND $1 = ANY (pg_blocking_pids(l.pid)))`;

const SAMPLE_MS = 250;
const CANCEL_AGAIN_MS = 250;
const FIRST_BLOCKERS_MS = 10;
/** How often the queue behind us is looked at; between two looks somebody may wait this much longer. */
const GUARD_MS = 25;
/** What a backend answered before it ended, or fell idle, may still be on its way; after so many looks it is not. */
const SILENT_LOOKS = 4;

/** How a piece of work is watched. Milliseconds. */
export type Watching = {
  /** 0 for statements whose locks are seen in no other way. */
  readonly firstLookMs?: number;
  /** When it is first asked who makes us wait. */
  readonly firstBlockersMs?: number;
  /** How long a session of the application may wait behind us while we wait ourselves; nobody looks when absent. */
  readonly yieldAfterMs?: number;
};

/** What a run's second session sees of the first while a unit runs. */
export class Observer {
  readonly #watch: Session;
  readonly #work: Session;
  readonly #backend: Backend;
  #yielded = false;
  #silent = 0;
  #locks: readonly RelationLock[] = [];
  #blockers: readonly Blocker[] = [];
  #longestWaitMs = 0;
  #waitMs = 0;

  constructor(watch: Session, work: Session) {
    this.#watch = watch;
    this.#work = work;
    this.#backend = work.backend;
  }

  /** The strongest lock seen on each relation since the last `reset`. */
  get locks(): readonly RelationLock[] {
    return this.#locks;
  }

  /** Who made us wait when it was last looked. */
  get blockers(): readonly Blocker[] {
    return this.#blockers;
  }

  /** The longest any session of the application was seen waiting behind us, in milliseconds (R11). */
  get longestWaitMs(): number {
    return this.#longestWaitMs;
  }

  /** How long a session of the application had waited behind us when it was last looked, in milliseconds. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** Whether we left the queue for others since the last `reset`: the statement was cancelled by ourselves. */
  get yielded(): boolean {
    return this.#yielded;
  }

  /** Forgets locks and blockers, not the longest wait: a new try begins. */
  reset(): void {
    this.#locks = [];
    this.#blockers = [];
    this.#yielded = false;
  }

  /** Looks now. Returns the locks held at this moment. */
  async look(): Promise<readonly RelationLock[]> {
    const { rows } = await this.ask((client) =>
      client.query<Seen & { readonly state: string | null }>({
        // Planned once: planning would cost more than looking.
        name: 'look',
        text: LOOK,
        values: [this.#backend.pid, this.#backend.startedAt],
      }),
    );
    const { held, wait, state } = rows[0] ?? { held: [], wait: 0, state: 'unknown' };
    // Between two statements a session of ours is idle in a transaction; idle it is only when it has answered everything.
    this.#silent = state === null || state === 'idle' ? this.#silent + 1 : 0;
    return this.saw({ held, wait });
  }

  /** Takes in what was seen, by this session or by the watched one itself. Returns the locks. */
  saw({ held, wait }: Seen): readonly RelationLock[] {
    this.#waitMs = Math.round(wait);
    this.#longestWaitMs = Math.max(this.#longestWaitMs, Math.round(wait));
    const now = strongest(relationLocks(held));
    this.#locks = strongest([...this.#locks, ...now]);
    return now;
  }

  /** Uses the watching session in turn. */
  ask<T>(question: (client: ClientBase) => Promise<T>): Promise<T> {
    return this.#watch.ask(question);
  }

  /**
   * Runs `work` while looking every 250 ms, and early on at who blocks it; cancels the backend when `signal` fires and
   * goes on cancelling until `work` has ended, because a cancel between two statements has no effect. When the backend is gone or
   * has nothing to do, or this session hears nothing any more, an answer will never come: the connection is given up, so that `work`
   * fails instead of waiting for ever (F8).
   */
  async during<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    { firstLookMs = 40, firstBlockersMs = FIRST_BLOCKERS_MS, yieldAfterMs }: Watching = {},
  ): Promise<T> {
    let over = false;
    const asked = new Set<Promise<unknown>>();
    const giveUp = () => {
      if (!over) void this.#work.end();
    };
    // A question that finds no answer is asked again a moment later; a queue of old ones would help nobody.
    const quietly = (question: () => Promise<unknown>) => {
      if (over || asked.size > 2) return;
      const answer = question().then(
        () => {
          if (this.#silent >= SILENT_LOOKS) giveUp();
        },
        (error: unknown) => {
          if (isConnectionLoss(error)) giveUp();
        },
      );
      asked.add(answer);
      void answer.then(() => asked.delete(answer));
    };
    const sample = () => quietly(() => this.look());
    const blocked = () => quietly(() => this.#lookAtBlockers());
    const cancel = () => quietly(() => this.ask((client) => cancelBackend(client, this.#backend)));
    const timers = [setTimeout(sample, firstLookMs), setTimeout(blocked, firstBlockersMs)];
    timers.push(setInterval(sample, SAMPLE_MS), setInterval(blocked, SAMPLE_MS));
    if (yieldAfterMs !== undefined) timers.push(setInterval(() => quietly(() => this.#yield(yieldAfterMs)), GUARD_MS));
    const onAbort = () => {
      cancel();
      timers.push(setInterval(cancel, CANCEL_AGAIN_MS));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#silent = 0;
    try {
      return await work();
    } finally {
      over = true;
      signal.removeEventListener('abort', onAbort);
      for (const timer of timers) clearTimeout(timer);
      // A cancel that is still on its way would hit whatever this session does next.
      if (this.#watch.alive()) await Promise.all(asked);
    }
  }

  async #yield(afterMs: number): Promise<void> {
    const { rows } = await this.ask((client) =>
      client.query<{ cancelled: boolean }>({ name: 'yield', text: YIELD, values: [this.#backend.pid, afterMs] }),
    );
    if (rows[0]?.cancelled === true) this.#yielded = true;
  }

  async #lookAtBlockers(): Promise<void> {
    const seen = await this.ask((client) => blockersOf(client, this.#backend.pid));
    if (seen.length > 0) this.#blockers = seen;
  }
}

function relationLocks(held: readonly Held[]): readonly RelationLock[] {
  const tables = new Set(held.map((lock) => lock.oid));
  return held.flatMap((lock) => {
    const mode = lockModeOf(lock.mode);
    if (mode === null || (lock.table !== null && tables.has(lock.table))) return [];
    return [{ relation: lock.relation, mode }];
  });
}
