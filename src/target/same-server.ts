import type { ClientBase } from 'pg';
import type { TargetIdentity } from '../domain/plan.ts';
import { TargetError } from './errors.ts';
import { readIdentity } from './identity.ts';

/** The address leads to another server than the plan was made on, or to one that is no longer the primary. */
export class StrangeServer extends TargetError {}

/** `timeline` is left out where somebody decided to go on after a failover: a rollback, and the look at what a dead worker left. */
export type PlannedOn = Pick<TargetIdentity, 'systemIdentifier' | 'database'> & { readonly timeline?: number };

/**
 * Asked of every connection when it is new: behind one address a failover, a proxy or a changed name puts another server between two
 * connections of one run (F10, F11). Nothing is compared when the plan is not known. Throws StrangeServer; nothing was executed on it.
 */
export async function checkServer(client: ClientBase, planned: PlannedOn | undefined): Promise<void> {
  if (planned === undefined) return;
  const live = await readIdentity(client);
  const why = whyStrange(planned, live);
  if (why !== null) throw new StrangeServer(`${why} Nothing was executed on it.`);
  const { rows } = await client.query<{ replica: boolean }>('SELECT pg_is_in_recovery() AS replica');
  if (rows[0]?.replica === true)
    throw new StrangeServer(
      'This server is a replica now, so it can only be read. Put the address of the primary into the settings of this target. Nothing was executed on it.',
    );
}

/** Pure: why the server is not the one that was planned for; null when it is. */
export function whyStrange(planned: PlannedOn, live: TargetIdentity): string | null {
  if (live.systemIdentifier !== planned.systemIdentifier)
    return 'A new connection reached another database cluster than the one that was planned. Check the connection string and what stands behind it.';
  if (live.database !== planned.database)
    return `A new connection reached database ${live.database}, and the plan is for ${planned.database}.`;
  if (planned.timeline !== undefined && live.timeline !== planned.timeline)
    return `The server failed over since the plan was made (timeline ${planned.timeline} is now ${live.timeline}): what it had committed last may be lost. Look at it, then roll back or plan again.`;
  return null;
}
