import { canonical } from '../../domain/digest.ts';
import type { RunEvent } from '../../domain/events.ts';
import type { ChainLink } from '../../ports.ts';

/** What the first event of a ledger follows. */
export const GENESIS = '0'.repeat(64);

/** What is hashed of one event: itself, and where it stands among all events and in its run. */
export type Entry = {
  readonly position: number;
  readonly runId: string;
  readonly number: number;
  readonly target: string;
  readonly seq: number;
  readonly event: RunEvent;
};

/** One row of offpeak.event. */
export type EventRow = {
  readonly position: number;
  readonly run_id: string;
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly actor: string;
  readonly body: string;
  readonly prev_hash: string;
  readonly hash: string;
};

export type Sha256 = (text: string) => string;

/** The row that follows `prevHash`. Its columns are copies of what its body says. */
export function rowOf(entry: Entry, prevHash: string, sha256: Sha256): EventRow {
  const body = canonical(entry);
  return { ...copies(entry), body, prev_hash: prevHash, hash: sha256(prevHash + body) };
}

/** The event as every later reader will have it: out of the text that was hashed, not out of the memory it came from. */
export function entryOf(row: Pick<EventRow, 'body'>): Entry {
  return JSON.parse(row.body) as Entry;
}

/** The row as the port shows it. */
export function linkOf(row: Pick<EventRow, 'body' | 'hash'>): ChainLink {
  const { position, runId, number, target, event } = entryOf(row);
  return { position, runId, runNumber: number, target, event, hash: row.hash };
}

function copies(entry: Entry): Pick<EventRow, 'position' | 'run_id' | 'seq' | 'type' | 'at' | 'actor'> {
  const { type, at, actor } = entry.event;
  return { position: entry.position, run_id: entry.runId, seq: entry.seq, type, at, actor: canonical(actor) };
}

/** How far a walk along the chain has come: the last position and hash, and for each run its last event. */
export type Walk = {
  position: number;
  head: string;
  readonly runs: Map<string, { readonly number: number; readonly target: string; readonly seq: number; readonly hash: string }>;
};

export function walk(): Walk {
  return { position: 0, head: GENESIS, runs: new Map() };
}

/**
 * Takes the walk one row further. Answers how the row does not fit, or null when it does. In the order of suspicion: a position that is
 * missing, a hash that does not follow, a text that was changed, a column that says something else than the text, a run with a gap.
 */
export function fault(on: Walk, row: EventRow, sha256: Sha256): string | null {
  const expected = on.position + 1;
  if (row.position !== expected) return `position ${expected} is missing: the next one is ${row.position}`;
  if (row.prev_hash !== on.head) return `position ${row.position} does not follow the one before it: the hash it names is another`;
  if (row.hash !== sha256(row.prev_hash + row.body)) return `position ${row.position} was changed: its hash does not fit its text`;

  const entry = readable(row);
  if (entry === null) return `position ${row.position} cannot be read: its text is not an event`;
  const wrong = Object.entries(copies(entry)).find(([column, value]) => row[column as keyof EventRow] !== value);
  if (wrong !== undefined) return `position ${row.position} was changed: the column ${wrong[0]} differs from the text that was hashed`;

  const before = on.runs.get(entry.runId);
  const gap = gapIn(entry, before);
  if (gap !== null) return `position ${row.position} does not fit its run: ${gap}`;
  on.position = row.position;
  on.head = row.hash;
  on.runs.set(entry.runId, { number: entry.number, target: entry.target, seq: entry.seq, hash: row.hash });
  return null;
}

function readable(row: EventRow): Entry | null {
  try {
    const entry = entryOf(row);
    return canonical(entry) === row.body && typeof entry.event.type === 'string' ? entry : null;
  } catch {
    return null;
  }
}

function gapIn(entry: Entry, before: { number: number; target: string; seq: number } | undefined): string | null {
  const last = before?.seq ?? 0;
  if (entry.seq !== last + 1) return `run #${entry.number} goes from event ${last} to ${entry.seq}`;
  if (before !== undefined && (before.number !== entry.number || before.target !== entry.target))
    return `run #${before.number} of ${before.target} becomes run #${entry.number} of ${entry.target}`;
  return null;
}
