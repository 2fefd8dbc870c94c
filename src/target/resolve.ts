import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { Unit } from '../domain/plan.ts';
import { TargetError } from './errors.ts';
import { readMarker, type Marker } from './marker.ts';

/** COMMIT was sent and never answered: it may or may not have happened (F6, F7). */
export class CommitUnanswered extends Error {
  /** The id of that transaction; null when it travelled in one message, and no answer arrived. */
  readonly xid: string | null;

  constructor(xid: string | null) {
    super('COMMIT was sent and not answered.');
    this.xid = xid;
  }
}

/** Nobody can say whether a unit was applied: a person has to look before anything else happens. */
export class OutcomeUnknown extends TargetError {}

type Fate = 'committed' | 'aborted' | 'in progress' | null;

const FATE = `SELECT pg_xact_status($1::text::xid8) AS fate`;
const POLL_MS = 50;
/** A commit may wait for a synchronous replica; after this time somebody has to look. */
const WAIT_MS = 30_000;

/**
 * How a unit stands after its connection was lost. The marker decides, because it commits with the effect; where it is missing the
 * server is asked what became of the transaction, so that "not applied" is proven too. Throws when the two contradict each other
 * or the transaction does not end: unknown is never success and never failure.
 */
export async function resolveUnit(
  client: ClientBase,
  { runId, unit, xid }: { readonly runId: string; readonly unit: Unit; readonly xid: string | null },
): Promise<Marker | null> {
  const marker = () => readMarker(client, { ...unit, runId });
  const found = await marker();
  if (found?.finished === true || xid === null) return found;
  const fate = await fateOf(client, xid);
  // It may have committed between the two questions.
  const now = await marker();
  if (now?.finished === true || fate === 'aborted' || fate === null) return now;
  const how = fate === 'committed' ? 'committed, but its marker is not there' : `still going on after ${WAIT_MS / 1_000} s`;
  throw new OutcomeUnknown(
    `It cannot be known how ${unit.version} stands: PostgreSQL says that transaction ${xid} is ${how}. Nothing is repeated. ` +
      'Look at the database, and whether it failed over or was restored.',
  );
}

/** Null when the server no longer knows: too long ago, or another server. */
async function fateOf(client: ClientBase, xid: string): Promise<Fate> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const fate = await askFate(client, xid);
    if (fate !== 'in progress' || performance.now() >= deadline) return fate;
    await pause(POLL_MS);
  }
}

async function askFate(client: ClientBase, xid: string): Promise<Fate> {
  try {
    const { rows } = await client.query<{ fate: Fate }>(FATE, [xid]);
    return rows[0]?.fate ?? null;
  } catch (error) {
    // "transaction ID is in the future": this server never saw it.
    if (error instanceof Error && 'code' in error && error.code === '22023') return null;
    throw error;
  }
}
