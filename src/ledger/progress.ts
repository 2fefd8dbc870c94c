import type { Progress, ProgressStore } from '../ports.ts';
import type { Connection } from './connection.ts';
import { isRunId } from './run-rows.ts';

const REPORT = `
  INSERT INTO offpeak.progress (run_id, position, done_rows, total_rows, rows_per_second, note, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (run_id) DO UPDATE
  SET position = excluded.position, done_rows = excluded.done_rows, total_rows = excluded.total_rows,
      rows_per_second = excluded.rows_per_second, note = excluded.note, at = excluded.at`;

const READ = `
  SELECT position, done_rows AS "doneRows", total_rows AS "totalRows", rows_per_second AS "rowsPerSecond", note, at
  FROM offpeak.progress WHERE run_id = $1`;

/** How far the backfill of a run is: the last thing that was reported. */
export function progressStore(connection: Connection): ProgressStore {
  return {
    report: async (runId, { position, doneRows, totalRows, rowsPerSecond, note, at }) => {
      await connection.rows(REPORT, [runId, position, Math.round(doneRows), Math.round(totalRows), rowsPerSecond, note, at]);
    },
    progress: async (runId) => (isRunId(runId) ? ((await connection.rows<Progress>(READ, [runId]))[0] ?? null) : null),
  };
}
