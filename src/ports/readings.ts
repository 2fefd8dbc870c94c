import type { MachineItem, Verdict } from '../domain/items.ts';
import type { Thresholds } from '../domain/plan.ts';

/** A number somebody measured, or why there is none. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly source: string }
  | { readonly ok: false; readonly why: string; readonly source: string };

export type LongQuery = {
  readonly pid: number;
  readonly seconds: number;
  readonly state: string;
  readonly application: string;
  readonly query: string;
};
export type LockEdge = {
  readonly waiter: number;
  readonly blockers: readonly number[];
  readonly seconds: number;
  readonly application: string;
};

/** What PostgreSQL says about itself. */
export interface DatabaseReadings {
  connections(): Promise<Reading<{ used: number; usable: number; byState: Readonly<Record<string, number>> }>>;
  longQueries(olderThanSeconds: number): Promise<Reading<readonly LongQuery[]>>;
  /** Null value: there is no replica. */
  replicationLag(): Promise<Reading<number | null>>;
  diskFree(): Promise<Reading<{ share: number; bytes: number }>>;
  /** p95 of repeated SELECT 1, in milliseconds. */
  latency(): Promise<Reading<number>>;
  lockWaits(): Promise<Reading<readonly LockEdge[]>>;
  close(): Promise<void>;
}

/** What the application says about itself. */
export interface ApplicationReadings {
  health(): Promise<Reading<{ status: number; ms: number }>>;
  metrics(): Promise<Reading<{ errorRate: number; p95Ms: number; requests: number }>>;
}

export type Sources = { readonly database: DatabaseReadings; readonly application: ApplicationReadings };

/** What a check found: one number against its limit, ready to read. */
export type Finding = {
  readonly item: MachineItem;
  readonly verdict: Verdict;
  readonly value: string;
  readonly limit: string;
  readonly source: string;
};

/** Reads one number and judges it. Listed in `checks/index.ts`. */
export interface Check {
  readonly item: MachineItem;
  readonly title: string;
  readonly failureTitle: string;
  find(sources: Sources, thresholds: Thresholds): Promise<Finding>;
}
