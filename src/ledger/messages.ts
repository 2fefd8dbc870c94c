import type { MessageStore, PostedMessage } from '../ports.ts';
import type { Connection } from './connection.ts';
import { isRunId } from './run-rows.ts';

const READ = `SELECT run_id AS "runId", key, channel, ts, hash, posted_at AS "postedAt" FROM offpeak.message`;
const OF_RUN = `${READ} WHERE run_id = $1 ORDER BY posted_at, key`;
const BY_PLACE = `${READ} WHERE channel = $1 AND ts = $2`;
const LAST_CHANNEL = `SELECT channel FROM offpeak.message WHERE key = 'card' ORDER BY posted_at DESC LIMIT 1`;

const SAVE = `
  INSERT INTO offpeak.message (run_id, key, channel, ts, hash, posted_at) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (run_id, key) DO UPDATE
  SET channel = excluded.channel, ts = excluded.ts, hash = excluded.hash, posted_at = excluded.posted_at`;

/** Where the rendered messages stand in Slack: one row for each key of a run. */
export function messageStore(connection: Connection): MessageStore {
  return {
    posted: async (runId) => (isRunId(runId) ? await connection.rows<PostedMessage>(OF_RUN, [runId]) : []),
    save: async ({ runId, key, channel, ts, hash, postedAt }) => {
      await connection.rows(SAVE, [runId, key, channel, ts, hash, postedAt]);
    },
    find: async (channel, ts) => (await connection.rows<PostedMessage>(BY_PLACE, [channel, ts]))[0] ?? null,
    lastChannel: async () => (await connection.rows<{ channel: string }>(LAST_CHANNEL))[0]?.channel ?? null,
  };
}
