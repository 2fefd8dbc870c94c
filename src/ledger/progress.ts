import type { Progress, ProgressStore } from '../ports.ts';
import type { Connection } from './connection.ts';
import { isRunId } from './run-rows.ts';

const REPORT = `
  INSERT INTO offpeak.progress (run_id, position, done_rows, total_rows, at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (run_id) DO UPDATE
  SET position = excluded.position, done_rows = excluded.done_rows, total_rows = excluded.total_rows, at = excluded.at`;

const READ = `SELECT position, done_rows AS "doneRows", total_rows AS "totalRows", at FROM offpeak.progress WHERE run_id = $1`;

/** How far the backfill of a run is: the last thing that was reported. */
export function progressStore(connection: Connection): ProgressStore {
  return {
    report: async (runId, { position, doneRows, totalRows, at }) => {
      await connection.rows(REPORT, [runId, position, Math.round(doneRows), Math.round(totalRows), at]);
    },
    progress: async (runId) => (isRunId(runId) ? ((await connection.rows<Progress>(READ, [runId]))[0] ?? null) : null),
  };
}
