import type { Instant } from '../domain/instant.ts';
import { METRICS } from '../domain/monitor.ts';
import type { Run } from '../domain/run.ts';
import type { SampleStore } from '../ports.ts';

/** Of each metric this many readings are looked at; an older one would be past every limit of silence. */
const LOOKED_AT = 30;

/**
 * The moment up to which every metric that could be read before the first write has been read since: the oldest of their newest readings.
 * Null when one of them went dark: an application that stopped answering must not look like one that is well (invariants 6 and 10).
 */
export async function newestReading(store: SampleStore, run: Run): Promise<Instant | null> {
  if (run.baseline === null) return store.newest(run.id);
  const watched = METRICS.filter((metric) => run.baseline?.[metric] != null);
  const samples = await store.recent(run.id, LOOKED_AT);
  const newest = watched.map((metric) => samples.findLast((sample) => sample.metric === metric && sample.value !== null)?.at ?? null);
  if (newest.includes(null)) return null;
  return newest.toSorted()[0] ?? store.newest(run.id);
}
