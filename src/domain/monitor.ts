import { between, type Instant } from './instant.ts';
import type { Actor } from './people.ts';

/** The five metrics of the runbook's table (R90–R94), and the database errors an application or a log counts, where one does (R71). */
export const METRICS = ['error_rate', 'p95', 'connections', 'long_queries', 'lock_waits', 'database_errors'] as const;
export type Metric = (typeof METRICS)[number];

/** A metric in the middle of a sentence. */
export const METRIC_NAMES: Readonly<Record<Metric, string>> = {
  error_rate: 'the error rate',
  p95: 'the p95',
  connections: 'the connections',
  long_queries: 'a long query',
  lock_waits: 'the lock waits',
  database_errors: 'the database errors',
};

/** What a breach asks for, mildest first: look closer (R91–R94), consider to roll back (R90), roll back (R69–R71). */
export const LEVELS = ['watch', 'consider', 'roll_back'] as const;
export type Level = (typeof LEVELS)[number];

/** Whether one level asks for more than the other. */
export function graver(one: Level, other: Level): boolean {
  return LEVELS.indexOf(one) > LEVELS.indexOf(other);
}

/** One reading. `value` is null when it could not be read: unknown, never healthy. */
export type Sample = {
  readonly metric: Metric;
  readonly at: Instant;
  readonly value: number | null;
  /** Why the value is unknown, or what stands behind it, e.g. the pid of the longest query. */
  readonly detail: string;
};

/** Readings just before the first write and at the end; null where unknown. */
export type Readings = Readonly<Record<Exclude<Metric, 'database_errors'>, number | null>> & {
  /** Absent where nobody counts them. */
  readonly database_errors?: number | null;
};

/** Whether the monitor has fallen silent: no reading, or the newest older than `limitMs` (R9, invariant 6). */
export function monitorSilent(newest: Instant | null, now: Instant, limitMs: number): boolean {
  return newest === null || between(newest, now) > limitMs;
}

/** An alert of a run. One per metric; raised again after clearing it keeps its message. */
export type Alert = {
  readonly metric: Metric;
  readonly level: Level;
  readonly value: number;
  /** Of its level. */
  readonly limit: number;
  readonly baseline: number | null;
  readonly since: Instant;
  readonly raisedAt: Instant;
  readonly clearedAt: Instant | null;
  readonly detail: string;
  /** Who took it upon themself: from then on Offpeak neither rolls back nor holds for it, until it gets graver. */
  readonly acknowledged: { readonly by: Actor; readonly at: Instant } | null;
};

/** An alert as it is raised; those of older versions have no level. */
export type RaisedAlert = Omit<Alert, 'level' | 'clearedAt' | 'acknowledged'> & {
  readonly level?: Level;
  readonly clearedAt?: Instant | null;
};

/** The alerts that are raised and not cleared. */
export function standingAlerts({ alerts }: { readonly alerts: Readonly<Partial<Record<Metric, Alert>>> }): readonly Alert[] {
  return Object.values(alerts).filter((alert) => alert.clearedAt === null);
}
