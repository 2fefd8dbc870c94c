import type { RestoreRequest, WentBack } from '../../ports.ts';
import { connected, wordsOf } from '../backup/connection.ts';
import { beginFenced } from '../fence.ts';
import { readIdentity } from '../identity.ts';
import { anyMarker, DONE, writeMarker } from '../marker.ts';
import { checkServer, whyStrange } from '../same-server.ts';
import { sessionName } from '../session.ts';
import type { RestoreOptions } from './options.ts';

/** Its own among the markers of the run, so that no undoing takes it away. */
const MARK = { position: 0, version: 'point-in-time' };
const QUICK = { lockTimeoutMs: 2_000, statementTimeoutMs: 10_000 };

/**
 * Marks the live database before its provider is asked to take it back, and tells the timeline it is on. Wanted under the target's lock. Throws
 * when another server, or a newer worker, stands there; then nothing was written.
 */
export async function markLive(options: RestoreOptions, request: RestoreRequest): Promise<{ readonly timeline: number }> {
  const { runId, epoch, plannedOn } = request;
  const client = await connected(options.connectionString, sessionName(runId, epoch, 'mark'));
  try {
    await checkServer(client, { systemIdentifier: plannedOn.systemIdentifier, database: plannedOn.database });
    const { timeline } = await readIdentity(client);
    await beginFenced(client, { runId, epoch }, QUICK);
    await writeMarker(client, { runId, epoch, ...MARK }, DONE);
    await client.query('COMMIT');
    return { timeline };
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * A database that was taken back begins a new timeline (https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES) and
 * has nothing of this run, because the moment lies before its first write. After a failover the timeline is new as well, and markers of the run are there,
 * be it without the mark: the newest log may be lost with the old server.
 */
export async function wentBack(options: RestoreOptions, request: RestoreRequest & { readonly timeline: number }): Promise<WentBack> {
  const { runId, epoch, plannedOn } = request;
  const no = (why: string): WentBack => ({ back: false, why });
  try {
    const client = await connected(options.connectionString, sessionName(runId, epoch, 'look'));
    try {
      const live = await readIdentity(client);
      const strange = whyStrange({ systemIdentifier: plannedOn.systemIdentifier, database: plannedOn.database }, live);
      if (strange !== null) return no(strange);
      const { rows } = await client.query<{ replaying: boolean; ours: boolean }>(
        `select pg_is_in_recovery() as replaying, to_regclass('offpeak.marker') is not null as ours`,
      );
      if (rows[0]?.replaying !== false) return no('The server still replays its log.');
      if (live.timeline <= request.timeline) return no('The server answers, and is the one from before the request.');
      const marked = rows[0].ours && (await anyMarker(client, runId));
      return marked
        ? no('The server failed over, and was not taken back: what was written before the request is still in it.')
        : { back: true };
    } finally {
      await client.end().catch(() => {});
    }
  } catch (error) {
    return no(`The server cannot be asked: ${wordsOf(error, options.connectionString)}.`);
  }
}
