import type { RunEvent } from '../domain/events.ts';
import { replay } from '../domain/evolve.ts';
import type { Run } from '../domain/run.ts';
import { entryOf } from './audit/chain.ts';
import type { Rows } from './connection.ts';
import { eventsOf } from './event-log.ts';
import type { RunRow } from './run-rows.ts';

/** How many runs a process remembers: all that work, and some that people look at. */
const REMEMBERED = 64;

type Fold = { readonly run: Run; readonly head: string };

/** Runs as the fold of their events. */
export interface Folds {
  /** The runs of these rows, in their order. */
  of(rows: Rows, of: readonly RunRow[]): Promise<readonly Run[]>;
  /** The run of this row. Throws when it has no events, which only somebody with a psql can bring about. */
  one(rows: Rows, of: RunRow): Promise<Run>;
  /** After a commit: what the run is at this hash, so that it need not be read again. */
  remember(run: Run, head: string): void;
}

/**
 * Remembers folds by the hash of the last event. The hash stands for every event before it, so what is remembered can be unused but
 * never wrong: not after an append elsewhere, a failover that lost one, or a release that folds differently. Nothing is kept in the ledger.
 */
export function rememberedFolds(): Folds {
  const known = new Map<string, Fold>();
  const remember = (run: Run, head: string) => {
    known.delete(run.id);
    known.set(run.id, { run, head });
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  };
  const of = async (rows: Rows, wanted: readonly RunRow[]): Promise<readonly Run[]> => {
    const runs = new Map<string, Run>();
    for (const { id, head } of wanted) {
      const fold = known.get(id);
      if (fold?.head === head) runs.set(id, fold.run);
    }
    const missing = wanted.filter(({ id }) => !runs.has(id));
    const read = missing.length === 0 ? [] : await foldsFrom(rows, missing, remember);
    for (const run of read) runs.set(run.id, run);
    return wanted.flatMap(({ id }) => runs.get(id) ?? []);
  };
  const one = async (rows: Rows, row: RunRow): Promise<Run> => {
    const [run] = await of(rows, [row]);
    if (run === undefined) throw new Error(`Run #${row.number} has no events in the ledger. Nothing was changed. Verify the audit chain.`);
    return run;
  };
  return { of, one, remember };
}

/** Folds these runs from their events. */
export async function foldsFrom(
  rows: Rows,
  wanted: readonly Pick<RunRow, 'id' | 'number'>[],
  onFold: (run: Run, head: string) => void = () => {},
): Promise<readonly Run[]> {
  const numbers = new Map(wanted.map((row) => [row.id, row.number]));
  const byRun = Map.groupBy(await eventsOf(rows, [...numbers.keys()]), (row) => row.run_id);
  const runs: Run[] = [];
  for (const [id, links] of byRun) {
    const events: readonly RunEvent[] = links.map((link) => entryOf(link).event);
    const run = replay({ id, number: numbers.get(id) ?? 0 }, events);
    onFold(run, links.at(-1)?.hash ?? '');
    runs.push(run);
  }
  return runs;
}
