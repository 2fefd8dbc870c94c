import type { ClientBase } from 'pg';
import type { RelationLock } from '../domain/plan.ts';
import type { Backend } from '../domain/events.ts';
import { blockersOf, type Blocker } from './blockers.ts';
import { lockModeOf, strongest } from './lock-modes.ts';
import type { Session } from './session.ts';
import { cancelBackend } from './stop.ts';

/**
 * Seen from another session, whose snapshot does not know what the watched transaction creates: so only relations
 * that existed before it. An index is left out when its table is locked too.
 */
const LOOK = `
  SELECT (SELECT coalesce(json_agg(json_build_object('oid', c.oid::text, 'table', i.indrelid::text, 'mode', l.mode, 'relation',
            CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END)), '[]')
          FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_index i ON i.indexrelid = c.oid
          WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation'
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema', 'offpeak')) AS held,
         (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000, 0)::float8
          FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE NOT l.granted AND l.waitstart IS NOT NULL AND a.application_name NOT LIKE 'offpeak:%'
            AND $1 = ANY (pg_blocking_pids(l.pid))) AS wait`;

// Named statements are planned once: planning would cost more than looking.
type Held = { readonly oid: string; readonly table: string | null; readonly mode: string; readonly relation: string };

const SAMPLE_MS = 250;
const CANCEL_AGAIN_MS = 250;

/** What a run's second session sees of the first while a unit runs. */
export class Observer {
  readonly #watch: Session;
  readonly #backend: Backend;
  #locks: readonly RelationLock[] = [];
  #blockers: readonly Blocker[] = [];
  #longestWaitMs = 0;

  constructor(watch: Session, work: Session) {
    this.#watch = watch;
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

  /** Forgets locks and blockers, not the longest wait: a new try begins. */
  reset(): void {
    this.#locks = [];
    this.#blockers = [];
  }

  /** Looks now. Returns the locks held at this moment. */
  async look(): Promise<readonly RelationLock[]> {
    const { rows } = await this.ask((client) =>
      client.query<{ held: readonly Held[]; wait: number }>({ name: 'look', text: LOOK, values: [this.#backend.pid] }),
    );
    const { held, wait } = rows[0] ?? { held: [], wait: 0 };
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
   * goes on cancelling until `work` has ended, because a cancel between two statements has no effect.
   * `firstLookMs` 0 is for statements whose locks are seen in no other way.
   */
  async during<T>(signal: AbortSignal, work: () => Promise<T>, firstLookMs = 40): Promise<T> {
    let over = false;
    let pending = 0;
    // A question that finds no answer is asked again a moment later; a queue of old ones would help nobody.
    const quietly = (question: () => Promise<unknown>) => {
      if (over || pending > 2) return;
      pending += 1;
      const answered = () => {
        pending -= 1;
      };
      question().then(answered, answered);
    };
    const sample = () => quietly(() => this.look());
    const blocked = () => quietly(() => this.#lookAtBlockers());
    const cancel = () => quietly(() => this.ask((client) => cancelBackend(client, this.#backend)));
    const timers = [setTimeout(sample, firstLookMs), setTimeout(blocked, 30)];
    timers.push(setInterval(sample, SAMPLE_MS), setInterval(blocked, SAMPLE_MS));
    const onAbort = () => {
      cancel();
      timers.push(setInterval(cancel, CANCEL_AGAIN_MS));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await work();
    } finally {
      over = true;
      signal.removeEventListener('abort', onAbort);
      for (const timer of timers) clearTimeout(timer);
    }
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
