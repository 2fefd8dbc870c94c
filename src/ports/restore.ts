import type { Instant } from '../domain/instant.ts';
import type { TargetIdentity } from '../domain/plan.ts';
import type { RecoverableSpan } from '../domain/point-in-time.ts';
import type { Backup } from '../domain/proof.ts';
import type { RestoreOffer, RestoreRemedy, Switched } from '../domain/restore.ts';
import type { Reading } from './readings.ts';

/** One restore of one run, asked for by the worker that has its lease. */
export type RestoreRequest = {
  readonly runId: string;
  readonly runNumber: number;
  readonly epoch: number;
  readonly backup: Backup;
  readonly plannedOn: TargetIdentity;
  readonly signal: AbortSignal;
};

/** What can be said of a restore before anybody asks for it, or why it cannot be, and what helps. */
export type RestoreAnswer =
  | { readonly ok: true; readonly offer: Omit<RestoreOffer, 'predictedMs'>; readonly neededBytes: number }
  | { readonly ok: false; readonly why: string; readonly remedy: RestoreRemedy };

/** What became of one stage. `message` says what failed, what was touched and what to do. */
export type RestoreStageOutcome = { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly message: string };
export type SwitchOutcome =
  /** `unreached`: why a new session does not come to the restored database all the same. */
  ({ readonly ok: true; readonly unreached: string | null } & Switched) | { readonly ok: false; readonly message: string };

/**
 * The last rung of the ladder: a backup beside the live database of one target, compared, and switched to by renaming (F59, R85, R86).
 * Every method may be asked again after any crash and answers from what the server shows. They throw only when the server cannot be
 * reached, when `signal` says stop, or when a newer worker has taken over.
 */
export interface RestoreTool {
  /** Reads only. `inPlace`: what the provider would take away, so whether a copy can stand beside is not asked. */
  offer(request: {
    runNumber: number;
    backup: Backup;
    plannedOn: TargetIdentity;
    signal: AbortSignal;
    inPlace?: true;
  }): Promise<RestoreAnswer>;
  /** Loads the backup into a database of its own on the target's server. */
  load(request: RestoreRequest): Promise<RestoreStageOutcome>;
  /** Compares the copy with the backup's manifest and runs the validations; `failures` empty: it may become the live database. */
  compare(
    request: RestoreRequest & {
      readonly validations: readonly { version: string; statements: readonly { sql: string; line: number; inTransaction: boolean }[] }[];
    },
  ): Promise<{ readonly failures: readonly string[] }>;
  /** Renames the live database away and the copy into its place, in one transaction. */
  switchOver(request: RestoreRequest): Promise<SwitchOutcome>;
  /** Just before the provider is asked: leaves a mark in the database, which is not in it any more once it was taken back. */
  mark(request: RestoreRequest): Promise<{ readonly timeline: number }>;
  /** Whether the database was taken back since the mark. Reads only; a server that is away is a reason and no error. */
  wentBack(request: RestoreRequest & { readonly timeline: number }): Promise<WentBack>;
}

/** `why` it is not, or not known to be. */
export type WentBack = { readonly back: true } | { readonly back: false; readonly why: string };

/** What a provider said to the request. `unknown`: it may have begun. */
export type ProviderAnswer =
  | { readonly answer: 'accepted' }
  | { readonly answer: 'refused'; readonly why: string }
  | { readonly answer: 'unknown'; readonly why: string };

/**
 * The API of whoever runs the server, which takes the whole database back to a moment, in place: it cannot be reached meanwhile, and what was
 * written since is gone. The last and most lossy way (F61, R109).
 */
export interface ProviderRestore {
  /** As a sentence begins: `Supabase`. */
  readonly provider: string;
  /** Reads only. */
  span(): Promise<Reading<RecoverableSpan>>;
  /** Asks for it once; never throws. Nobody may call it twice for one request of people. */
  begin(to: Instant): Promise<ProviderAnswer>;
  /** The same request for a shell, its token as a name of the environment. */
  request(to: Instant): string;
}
