import type { Command } from '../domain/commands.ts';
import type { RunEvent } from '../domain/events.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sample } from '../domain/monitor.ts';
import type { Actor } from '../domain/people.ts';
import type { Plan } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Run } from '../domain/run.ts';
import type { HookRunStore } from './hook-runs.ts';

/** What came of a command: the run as it is now, and the refusal when nothing happened. */
export type Outcome =
  | { readonly ok: true; readonly run: Run; readonly events: readonly RunEvent[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly run: Run | null };

/** A worker's right to act on a run: only the newest epoch may write (invariant 5). */
export type Fence = { readonly worker: string; readonly epoch: number };

/** Loads, decides and appends in one transaction; the only way a run changes. */
export interface RunStore {
  /** The ledger's clock: every deadline, window and expiry is judged by it. The playground moves it. */
  now(): Promise<Instant>;
  /** Refuses `active_run` while the target has one. */
  create(request: { target: string; plan: Plan; digest: string; actor: Actor }): Promise<Outcome>;
  execute(runId: string, command: Command, actor: Actor, fence?: Fence): Promise<Outcome>;
  load(runId: string): Promise<Run | null>;
  byNumber(number: number): Promise<Run | null>;
  /** The run that keeps the target occupied. */
  active(target: string): Promise<Run | null>;
  /** Newest first. `active` only those that are not over. */
  list(filter: { target?: string; active?: boolean; limit: number }): Promise<readonly Run[]>;
  /** Newest run of the target, over or not. */
  latest(target: string): Promise<Run | null>;
}

/** One line of the hash chain. */
export type ChainLink = {
  readonly position: number;
  readonly runId: string;
  readonly runNumber: number;
  readonly target: string;
  readonly event: RunEvent;
  readonly hash: string;
};

export interface Audit {
  history(filter: { runId?: string; limit: number; after?: number }): Promise<readonly ChainLink[]>;
  /** Recomputes every hash. `broken` names the first position that does not fit, and how. */
  verify(): Promise<{ readonly ok: boolean; readonly events: number; readonly head: string; readonly broken: string | null }>;
}

/** A run somebody works on: kept alive by renewing, lost when it is not. */
export type Claim = { readonly run: Run; readonly fence: Fence };

export interface ClaimStore {
  /** A due run of one of these targets, leased to this worker for `leaseMs` with a new epoch; null when there is none. */
  claim(worker: string, leaseMs: number, targets: readonly string[]): Promise<Claim | null>;
  /** False when the lease was lost: stop at once. */
  renew(runId: string, fence: Fence, leaseMs: number): Promise<boolean>;
  release(runId: string, fence: Fence): Promise<void>;
}

/** Tells of changed runs, at once through NOTIFY; a hint, so pollers must exist beside it. */
export interface ChangeFeed {
  listen(onChange: (runId: string) => void): Promise<{ close(): Promise<void> }>;
}

/** Readings of the monitor, and progress of a backfill: facts that change too often to be events. */
export interface SampleStore {
  record(runId: string, samples: readonly Sample[]): Promise<void>;
  /** Oldest first, the newest `perMetric` of each metric. */
  recent(runId: string, perMetric: number): Promise<readonly Sample[]>;
  newest(runId: string): Promise<Instant | null>;
}

/** How far a backfill is, how fast it went in the last minute (null: too early to tell), and why it rests. */
export type Progress = {
  readonly position: number;
  readonly doneRows: number;
  readonly totalRows: number;
  readonly rowsPerSecond: number | null;
  readonly note: string;
  readonly at: Instant;
};

export interface ProgressStore {
  report(runId: string, progress: Progress): Promise<void>;
  progress(runId: string): Promise<Progress | null>;
}

/** Where a rendered message stands in Slack. */
export type PostedMessage = {
  readonly runId: string;
  readonly key: string;
  readonly channel: string;
  readonly ts: string;
  readonly hash: string;
  readonly postedAt: Instant;
};

/** What came of telling the team: where the card stands, or why it does not. */
export type Notice = { readonly posted: true; readonly permalink: string } | { readonly posted: false; readonly why: string };

export interface MessageStore {
  posted(runId: string): Promise<readonly PostedMessage[]>;
  save(message: PostedMessage): Promise<void>;
  find(channel: string, ts: string): Promise<PostedMessage | null>;
  /** The id of the channel in which the newest card stands; null before the first. A channel keeps it when its name changes. */
  lastChannel(): Promise<string | null>;
}

/** A right that one process has at a time, however many ask for it; free again the moment its holder is gone. */
export interface Seat {
  /** Whether this process has it now. False as soon as that is not certain. */
  held(): boolean;
  /** Gives it up. */
  close(): Promise<void>;
}

export interface SeatStore {
  /** Stands for the seat from now on, and takes it within about a second of its being free. */
  seat(name: string): Seat;
}

/** A bot or worker process as it last said it lives. */
export type ProcessBeat = {
  readonly name: string;
  readonly role: 'bot' | 'worker';
  readonly pid: number;
  readonly version: string;
  readonly seenAt: Instant;
};

export interface ProcessStore {
  beat(process: { name: string; role: 'bot' | 'worker'; pid: number; version: string }): Promise<void>;
  beats(): Promise<readonly ProcessBeat[]>;
}

export interface Ledger
  extends RunStore, Audit, ClaimStore, ChangeFeed, SampleStore, ProgressStore, MessageStore, ProcessStore, SeatStore, HookRunStore {
  close(): Promise<void>;
}
