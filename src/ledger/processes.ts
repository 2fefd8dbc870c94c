import type { ProcessBeat, ProcessStore } from '../ports.ts';
import type { Connection } from './connection.ts';

const BEAT = `
  INSERT INTO offpeak.process (name, role, pid, version, seen_at) VALUES ($1, $2, $3, $4, offpeak.now())
  ON CONFLICT (name) DO UPDATE SET role = excluded.role, pid = excluded.pid, version = excluded.version, seen_at = excluded.seen_at`;

const READ = `SELECT name, role, pid, version, seen_at AS "seenAt" FROM offpeak.process ORDER BY name`;

/** Bot and worker processes, as they last said they live. */
export function processStore(connection: Connection): ProcessStore {
  return {
    beat: async ({ name, role, pid, version }) => {
      await connection.rows(BEAT, [name, role, pid, version]);
    },
    beats: async () => await connection.rows<ProcessBeat>(READ),
  };
}
