import type { Activity, StatementCounts } from '../domain/end-comparison.ts';
import type { Instant } from '../domain/instant.ts';
import type { MachineItem, Verdict } from '../domain/items.ts';
import type { DiskFree } from '../domain/disk-space.ts';
import type { ListedIssues } from '../domain/new-issues.ts';
import type { Thresholds } from '../domain/plan.ts';
import type { Run } from '../domain/run.ts';

/** A number somebody measured, or why there is none. */
export type Reading<T> =
  /** `at`: when the source itself says it was measured; the same moment twice is one measurement. */
  | { readonly ok: true; readonly value: T; readonly source: string; readonly at?: Instant }
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

/** Whether the log up to a position lies in the archive, in words; no question where the server archives nothing. */
export type Archived = { readonly applicable: false } | { readonly applicable: true; readonly archived: boolean; readonly words: string };

/** Who waits for a lock: application sessions, those of them behind one of ours, and who in the end holds them up. */
export type LockQueue = {
  readonly waiting: number;
  readonly behindUs: number;
  readonly blocker: { readonly pid: number; readonly application: string; readonly ours: boolean } | null;
};

/** What the monitor asks PostgreSQL every second. While sessions are `hidden` from our role, `longest` says nothing. */
export type Vitals = {
  readonly used: number;
  readonly usable: number;
  readonly hidden: number;
  readonly longest: LongQuery | null;
  readonly locks: LockQueue;
};

/** Something that holds a snapshot of the whole database for long. */
export type Dump = { readonly pid: number; readonly what: string; readonly application: string; readonly seconds: number };

/** What PostgreSQL says about itself. */
export interface DatabaseReadings {
  connections(): Promise<Reading<{ used: number; usable: number; byState: Readonly<Record<string, number>> }>>;
  longQueries(olderThanSeconds: number): Promise<Reading<readonly LongQuery[]>>;
  /** Null value: there is no replica. */
  replicationLag(): Promise<Reading<number | null>>;
  diskFree(): Promise<Reading<DiskFree>>;
  /** p95 of repeated SELECT 1, in milliseconds. */
  latency(): Promise<Reading<number>>;
  lockWaits(): Promise<Reading<readonly LockEdge[]>>;
  /** Connections, the longest query over so many seconds, and who waits for locks, in one question. */
  vitals(longSeconds: number): Promise<Reading<Vitals>>;
  /** Dumps and base backups that are running, and snapshots older than this, oldest first (R41). */
  readonly dumps?: (olderThanSeconds: number) => Promise<Reading<readonly Dump[]>>;
  /** Whether the write-ahead log up to this position is archived (M28). */
  readonly archived?: (lsn: string) => Promise<Reading<Archived>>;
  /** What pg_stat_statements has counted, from so many milliseconds in all on; everything, without texts, where null (R67). */
  readonly statements?: (leastMs: number | null) => Promise<Reading<StatementCounts>>;
  close(): Promise<void>;
}

/** What the application says about itself. */
export interface ApplicationReadings {
  health(): Promise<Reading<{ status: number; ms: number }>>;
  /** `databaseErrors` where the application counts them. */
  metrics(): Promise<Reading<{ errorRate: number; p95Ms: number; requests: number; databaseErrors?: number }>>;
}

/** What a source of the monitor tells; what it does not tell is absent. */
export type SignalValues = {
  readonly errorRate?: number;
  readonly requests?: number;
  readonly p95Ms?: number;
  readonly databaseErrors?: number;
};

/** One source that the monitor asks at its own pace. */
export type Signal = {
  /** As a sentence begins: `The application`. */
  readonly name: string;
  readonly everyMs: number;
  /** `database_errors` beside others: it may not count them. Alone: it has to, and what it does not say is unknown. */
  readonly metrics: readonly ('error_rate' | 'p95' | 'database_errors')[];
  read(): Promise<Reading<SignalValues>>;
};

/** Something open on the pager. */
export type Incident = { readonly id: string; readonly title: string; readonly urgency: 'high' | 'low'; readonly link: string };

/** Whether the platform says that the database it runs is well, and in which words. */
export type PlatformState = { readonly well: boolean; readonly words: string };

/** What other services say. Each is there when the settings of the target name a source for it; a line without its reading is confirmed by a person. */
export type OtherReadings = {
  readonly activeUsers?: () => Promise<Reading<number>>;
  /** Now and in earlier weeks; compared at the end (R68). */
  readonly userActivity?: () => Promise<Reading<Activity>>;
  /** Shares from 0 to 1. */
  readonly cpu?: () => Promise<Reading<number>>;
  readonly memory?: () => Promise<Reading<number>>;
  /** Of the disk with the data directory, where the server is on another machine. */
  readonly disk?: () => Promise<Reading<DiskFree>>;
  /** The provider's own newest backup. Null: it was asked and has none. */
  readonly automatedBackup?: () => Promise<Reading<{ newestAt: Instant | null; kind: string }>>;
  /** When a backup of this target was last restored to prove it; null for never. */
  readonly restoreDrill?: () => Promise<Reading<{ restoredAt: Instant | null; backup: string }>>;
  /** Names, first line first; empty when nobody is. */
  readonly onCall?: () => Promise<Reading<readonly string[]>>;
  readonly incidents?: () => Promise<Reading<readonly Incident[]>>;
  readonly platform?: () => Promise<Reading<PlatformState>>;
};

/** How an executable of the team ended. Zero alone is a pass; what could not be started or did not end in time is no result at all. */
export type HookResult = { readonly exitCode: number; readonly ms: number; readonly output: string };

/** When a hook belongs to a run: on the target after migrating, on its staging twin, among the checks, or as an application test. */
export type HookMoment = 'smoke' | 'staging' | 'check' | 'test';

/** Runs it once; the signal ends it early, with all that it started. Its name and its aliases lead to the same one. */
export type Hook = ((signal?: AbortSignal) => Promise<Reading<HookResult>>) & {
  readonly title: string;
  readonly when: readonly HookMoment[];
  readonly aliases: readonly string[];
  readonly timeoutMs: number;
};

export type Sources = {
  readonly database: DatabaseReadings;
  readonly application: ApplicationReadings;
  /** What the monitor listens to beside the database; the application alone where nothing is said. */
  readonly signals?: readonly Signal[];
  readonly readings?: OtherReadings;
  /** What the error tracker saw for the first time since this moment, where one tells the error rate (R51). */
  readonly newIssues?: (since: Instant) => Promise<Reading<ListedIssues>>;
  /** Bytes that the next backup is expected to take. */
  readonly nextBackup?: () => Promise<Reading<number>>;
  /** By name and by every alias, e.g. `smoke`, `pnpm db:health-checks`, `./scripts/smoke-test.sh`. */
  readonly hooks?: ReadonlyMap<string, Hook>;
};

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
  /** What the number is, in a sentence. */
  readonly means: string;
  /** What makes it unknown. */
  readonly unknown: string;
  /** `soFar`: what the run has; absent where no run asks. */
  find(sources: Sources, thresholds: Thresholds, now: Instant, soFar?: SoFar): Promise<Finding>;
}

/** What a run has measured by itself, beside which a reading may be judged. */
export type SoFar = Pick<Run, 'backup' | 'rehearsal'>;
