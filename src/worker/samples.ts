import type { Instant } from '../domain/instant.ts';
import { OUT_OF } from '../domain/judgement.ts';
import { METRICS, type Metric, type Readings, type Sample } from '../domain/monitor.ts';
import type { Thresholds } from '../domain/plan.ts';
import type { LockQueue, Reading, Signal, SignalValues, Sources, Vitals } from '../ports.ts';

/** What PostgreSQL said, as samples. What it did not say is null, with the reason: unknown, never healthy (F49). */
export function databaseSamples(reading: Reading<Vitals>, at: Instant): readonly Sample[] {
  const sample = (metric: Metric, value: number | null, detail: string): Sample => ({ metric, at, value, detail });
  if (!reading.ok) return DATABASE_METRICS.map((metric) => sample(metric, null, reading.why));
  const { used, usable, hidden, longest, locks } = reading.value;
  const unseen = `${hidden} sessions are hidden from our role; grant it pg_monitor`;
  return [
    sample('connections', used / usable, `${used} of ${usable}`),
    hidden > 0
      ? sample('long_queries', null, unseen)
      : sample(
          'long_queries',
          longest?.seconds ?? 0,
          longest === null ? reading.source : `pid ${longest.pid} of ${longest.application}: ${longest.query}`,
        ),
    sample('lock_waits', locks.waiting, queueWords(locks, reading.source)),
  ];
}

export const DATABASE_METRICS = ['connections', 'long_queries', 'lock_waits'] as const satisfies readonly Metric[];

/** Who holds them up, so that nobody ends the wrong session (R53). */
function queueWords({ waiting, behindUs, blocker }: LockQueue, source: string): string {
  if (waiting === 0 || blocker === null) return source;
  const holds = blocker.ours
    ? `our own statement (pid ${blocker.pid}) holds them up`
    : `pid ${blocker.pid} (${blocker.application}) holds them up`;
  const behind = behindUs === 0 || blocker.ours ? '' : `, ${behindUs} of them behind our own statement`;
  return `${waiting} waiting${behind}; ${holds}`;
}

/**
 * What a source said, as samples of its metrics. Too few requests say nothing about errors (M19). An application that does not count database
 * errors is not unknown for it; a source that was named for them is (R71, F49).
 */
export function signalSamples(
  signal: Signal,
  reading: Reading<SignalValues>,
  { minimumSamples, at }: { minimumSamples: number; at: Instant },
): readonly Sample[] {
  const sample = (metric: Metric, value: number | null, detail: string): Sample => ({ metric, at, value, detail });
  const named = signal.metrics.every((metric) => metric === 'database_errors');
  const asked = signal.metrics.filter((metric) => named || metric !== 'database_errors');
  if (!reading.ok) return asked.map((metric) => sample(metric, null, reading.why));
  const { errorRate, requests = 0, p95Ms, databaseErrors } = reading.value;
  const few = requests < minimumSamples;
  const told = { error_rate: few ? null : (errorRate ?? null), p95: p95Ms ?? null, database_errors: databaseErrors ?? null };
  return [
    ...asked.map((metric) => sample(metric, told[metric], metric === 'error_rate' && few ? `only ${requests} requests` : reading.source)),
    ...(!named && databaseErrors !== undefined && signal.metrics.includes('database_errors')
      ? [sample('database_errors', databaseErrors, reading.source)]
      : []),
  ];
}

/** The sources beside the database; the application alone, as often as the database is asked, where nothing else is said. */
export function signalsIn({ application, signals }: Sources, everyMs: number): readonly Signal[] {
  const metrics = ['error_rate', 'p95', 'database_errors'] as const;
  return signals ?? [{ name: 'The application', everyMs, metrics, read: () => application.metrics() }];
}

/** Everything once, each source at the same moment. */
export async function readSamples(sources: Sources, thresholds: Thresholds, at: Instant): Promise<readonly Sample[]> {
  const { minimumSamples, longQuerySeconds } = thresholds;
  const signals = signalsIn(sources, 0);
  const [vitals, ...told] = await Promise.all([
    sources.database.vitals(longQuerySeconds),
    ...signals.map(async (signal) => signalSamples(signal, await signal.read(), { minimumSamples, at })),
  ]);
  return [...told.flat(), ...databaseSamples(vitals, at)];
}

/** The middle of the newest known values of each metric, of five unless told: what "before" means in an alert and in the report. */
export function typical(samples: readonly Sample[], of: number = OUT_OF): Readings {
  const middle = (metric: Metric): number | null => {
    const known = knownOf(samples, metric)
      .slice(-of)
      .map(({ value }) => value ?? 0);
    return known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? null;
  };
  const counted = samples.some(({ metric }) => metric === 'database_errors');
  return {
    error_rate: middle('error_rate'),
    p95: middle('p95'),
    connections: middle('connections'),
    long_queries: middle('long_queries'),
    lock_waits: middle('lock_waits'),
    ...(counted ? { database_errors: middle('database_errors') } : {}),
  };
}

function knownOf(samples: readonly Sample[], metric: Metric): readonly Sample[] {
  return samples.filter((sample) => sample.metric === metric && sample.value !== null);
}

/** How many readings make a baseline; fewer are one moment's accident. */
const ENOUGH = 3;

/** Whether every metric that is read has been read often enough for a baseline (R52). */
export function enoughForBaseline(samples: readonly Sample[]): boolean {
  return METRICS.every((metric) => {
    const known = knownOf(samples, metric).length;
    return known === 0 || known >= ENOUGH;
  });
}
