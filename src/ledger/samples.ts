import { METRICS, type Metric, type Sample } from '../domain/monitor.ts';
import type { SampleStore } from '../ports.ts';
import type { Connection } from './connection.ts';
import { isRunId } from './run-rows.ts';

const INSERT = `
  INSERT INTO offpeak.sample (run_id, metric, at, value, detail)
  SELECT $1::uuid, metric, at, value, detail
  FROM unnest($2::text[], $3::timestamptz[], $4::float8[], $5::text[]) WITH ORDINALITY AS reading (metric, at, value, detail, place)
  ORDER BY place`;

/** Whatever run they belong to; those in the future are left over from a clock that was set back. */
const PRUNE = `
  DELETE FROM offpeak.sample
  WHERE at < offpeak.now() - interval '2 hours' OR at > offpeak.now() + interval '2 hours'`;

/** In the order in which they were recorded: a clock may be set back. One short index scan for each metric. */
const RECENT = `
  SELECT newest.metric, newest.at, newest.value, newest.detail
  FROM unnest($2::text[]) AS wanted (metric)
  CROSS JOIN LATERAL (
    SELECT id, metric, at, value, detail FROM offpeak.sample
    WHERE run_id = $1 AND sample.metric = wanted.metric
    ORDER BY id DESC LIMIT $3
  ) AS newest
  ORDER BY newest.id`;

/** A sample without a value is not a reading: a monitor that can read nothing is silent (invariant 6). */
const NEWEST = `
  SELECT newest.at
  FROM unnest($2::text[]) AS wanted (metric)
  CROSS JOIN LATERAL (
    SELECT id, at FROM offpeak.sample
    WHERE run_id = $1 AND sample.metric = wanted.metric AND value IS NOT NULL
    ORDER BY id DESC LIMIT 1
  ) AS newest
  ORDER BY newest.id DESC LIMIT 1`;

type SampleRow = { readonly metric: Metric; readonly at: string; readonly value: number | null; readonly detail: string };

/** Readings of the monitor of the last two hours. */
export function sampleStore(connection: Connection): SampleStore {
  return {
    record: async (runId, samples) => {
      if (samples.length === 0) return;
      const column = <Key extends keyof Sample>(key: Key) => samples.map((sample) => sample[key]);
      await connection.rows(INSERT, [runId, column('metric'), column('at'), column('value').map(finite), column('detail')]);
      await connection.rows(PRUNE);
    },
    recent: async (runId, perMetric) => (isRunId(runId) ? await connection.rows<SampleRow>(RECENT, [runId, METRICS, perMetric]) : []),
    newest: async (runId) => {
      if (!isRunId(runId)) return null;
      const [row] = await connection.rows<{ at: string }>(NEWEST, [runId, METRICS]);
      return row?.at ?? null;
    },
  };
}

/** NaN and infinity are no readings. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
