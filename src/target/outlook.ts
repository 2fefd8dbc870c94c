import type { ClientBase } from 'pg';
import type { RelationLock } from '../domain/plan.ts';
import { inTheWay, locksOn, type Blocker, type LockRow } from './blockers.ts';

/** So old may be what is known of the holders: as old as what the gate knows of the run. The short lock_timeout bounds what it cannot know. */
const KNOWN_MS = 50;

export type OutlookRequest = {
  readonly wanted: readonly RelationLock[];
  /** What the units behind this one will want, of which the ledger holds the intents. */
  readonly ahead: () => readonly RelationLock[];
  readonly ours: readonly number[];
};

/** Who holds what small units want, looked at once for several of them. */
export class Outlook {
  readonly #knownMs: number;
  #seen: { readonly at: number; readonly relations: ReadonlySet<string>; readonly rows: readonly LockRow[] } | null = null;

  constructor(knownMs = KNOWN_MS) {
    this.#knownMs = knownMs;
  }

  /** Whose locks conflict with the wanted ones, as it was at most `knownMs` ago. */
  async holders(client: ClientBase, { wanted, ahead, ours }: OutlookRequest): Promise<readonly Blocker[]> {
    if (wanted.length === 0) return [];
    const known = this.#seen;
    if (known !== null && performance.now() - known.at <= this.#knownMs && wanted.every(({ relation }) => known.relations.has(relation)))
      return inTheWay(known.rows, wanted);
    const at = performance.now();
    const relations = new Set([...wanted, ...ahead()].map(({ relation }) => relation));
    const rows = await locksOn(client, [...relations], ours);
    this.#seen = { at, relations, rows };
    return inTheWay(rows, wanted);
  }
}
