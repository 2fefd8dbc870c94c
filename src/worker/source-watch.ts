import { between, type Instant } from '../domain/instant.ts';
import { alertRulesOf } from '../domain/ladder.ts';
import type { Metric, Sample } from '../domain/monitor.ts';
import type { Run } from '../domain/run.ts';
import type { Task } from './task.ts';

/** A source as it is watched: its name, and what it tells. */
export type WatchedSource = { readonly name: string; readonly metrics: readonly Metric[]; readonly everyMs: number };

/** Beside two intervals of a source: what an answer and the ledger may take. Milliseconds. */
const SLACK_MS = 5_000;
/** Of each metric this many samples are looked at for the newest one that is known. */
const LOOKED_AT = 60;

/**
 * Looks whether every source that could be read before the first write still can, and tells the run when one went dark for longer than its
 * plan allows, and when it is back (F49). A source is as old as the oldest of its metrics: an application that answers without its error rate
 * is no healthy one. What a dead worker knew is read from the samples.
 */
export function sourceWatch(task: Task, sources: readonly WatchedSource[]): (run: Run, now: Instant) => Promise<void> {
  const known = new Map<Metric, Instant>();
  const why = new Map<Metric, string>();
  let since: Instant | null = null;
  const look = (samples: readonly Sample[]) => {
    for (const { metric, at, value, detail } of samples) {
      if (value !== null) known.set(metric, at);
      else why.set(metric, detail);
    }
  };
  return async (run, now) => {
    if (run.baseline === null) return;
    look(await task.services.ledger.recent(run.id, since === null ? LOOKED_AT : 1));
    since ??= now;
    const { unknownWarnMs } = alertRulesOf(run.plan);
    for (const { name, metrics, everyMs } of sources) {
      const watched = metrics.filter((metric) => run.baseline?.[metric] != null);
      const [dark] = watched.toSorted((a, b) => ((known.get(a) ?? '') < (known.get(b) ?? '') ? -1 : 1));
      if (dark === undefined) continue;
      const seen = known.get(dark) ?? run.lost[name]?.since ?? since;
      const age = between(seen, now);
      if (run.lost[name] === undefined && age > unknownWarnMs)
        await task.report({ type: 'record_source', source: name, lost: { metrics: watched, since: seen, detail: why.get(dark) ?? '' } });
      if (run.lost[name] !== undefined && known.has(dark) && age <= 2 * everyMs + SLACK_MS)
        await task.report({ type: 'record_source', source: name, lost: null });
    }
  };
}
