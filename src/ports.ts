import type { ChecklistSettings } from './domain/checklist.ts';
import type { Metric, Readings } from './domain/monitor.ts';
import type { Person } from './domain/people.ts';
import type { Migration, Thresholds, Timing } from './domain/plan.ts';
import type { LossAnswer, LossQuestions } from './domain/price.ts';
import type { TracedStatement } from './domain/proof.ts';
import type { Window } from './domain/window.ts';
import type { BackupTool } from './ports/backups.ts';
import type { Ledger } from './ports/ledger.ts';
import type { MigrationSource } from './ports/migrations.ts';
import type { Pager } from './ports/pager.ts';
import type { Check, Sources } from './ports/readings.ts';
import type { ProviderRestore, RestoreTool } from './ports/restore.ts';
import type { LoadTool, StagingSettings } from './ports/staging.ts';
import type { Target } from './ports/target.ts';

export type * from './ports/backups.ts';
export type * from './ports/hook-runs.ts';
export type * from './ports/ledger.ts';
export type * from './ports/migrations.ts';
export type * from './ports/pager.ts';
export type * from './ports/readings.ts';
export type * from './ports/restore.ts';
export type * from './ports/staging.ts';
export type * from './ports/target.ts';

/** Everything about one target that a use case or the worker needs. */
export type TargetContext = {
  readonly name: string;
  readonly window: Window;
  readonly thresholds: Thresholds;
  readonly timing: Timing;
  readonly quorum: number;
  readonly runbook: { readonly version: string; readonly owner: string };
  /** Who is asked and who may waive; nobody in particular when absent. */
  readonly checklist?: ChecklistSettings;
  readonly migrations: MigrationSource;
  readonly target: Target;
  readonly backups: BackupTool;
  readonly sources: Sources;
  /** Calls the on-call; without one the message in Slack is the call. */
  readonly pager?: Pager;
  /** How its plans are tried out on its twin; absent where it has none. */
  readonly staging?: StagingSettings;
  /** Measures the load and counts rows, here and on the twin. */
  readonly load?: LoadTool;
  /** Counts on the target, read-only and within seconds, what the downs of these migrations would take away. The answer may be some seconds old, at a `glance` older, and for what decides by itself it is `fresh`. */
  readonly losses?: (migrations: readonly Migration[], look?: 'glance' | 'fresh') => Promise<readonly CountedLosses[]>;
  /** Brings a backup back beside the live database and switches to it. */
  readonly restore?: RestoreTool;
  /** Has the provider take the whole database back, in place; absent unless the settings name one. */
  readonly pointInTime?: ProviderRestore;
};

/** What a down would take away, with the count of each. */
export type CountedLosses = LossQuestions & { readonly answers: readonly LossAnswer[] };

/** The log, as far as the program uses it. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What every use case is given. */
export type Services = {
  readonly ledger: Ledger;
  readonly targets: ReadonlyMap<string, TargetContext>;
  readonly defaultTarget: string;
  readonly people: () => readonly Person[];
  readonly checks: readonly Check[];
  readonly sha256: (text: string) => string;
  readonly log: Log;
};

export type { Metric, Readings, TracedStatement };
