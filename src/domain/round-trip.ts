import type { FormatName } from './formats.ts';
import type { RelationLock } from './plan.ts';
import type { RehearsedMigration } from './proof.ts';
import type { VerdictDifference } from './verdict-difference.ts';

/** A rehearsal without a run: these files, from an empty database or from a copy of the one that is named. */
export type RehearseRequest = {
  readonly directory: string;
  readonly format: FormatName;
  readonly database: string;
  readonly signal: AbortSignal;
  /** Told each migration as soon as it is known. */
  readonly onTrip: (trip: RoundTrip) => void;
  /** Told before the first migration what is known to be missing. */
  readonly onNotice: (sentence: string) => void;
};

/** What became of one migration: up from the state the ups before it left; down and up again on a copy of what it made. */
export type RoundTrip = {
  readonly version: string;
  readonly name: string;
  readonly up: 'ok' | 'error';
  /** Null when the up failed. `exact`: the schema came back, if need be with its columns in another order. */
  readonly down: Exclude<RehearsedMigration['down'], 'not reached'> | null;
  /** Null when no down made room for it. */
  readonly upAgain: 'ok' | 'error' | null;
  /** Milliseconds of the up. */
  readonly ms: number;
  /** The strongest lock of the up on each relation that was there before it. */
  readonly locks: readonly RelationLock[];
  /** What differs after the down (what stays, when it is irreversible), or after the second up, from what was there before; an order of columns is named and does not count. */
  readonly diff: readonly string[];
  /** Data that an exact schema does not bring back. */
  readonly lost: readonly string[];
  readonly error: RoundTripError | null;
  /** Statements that did something else than their verdict says. */
  readonly differences: readonly VerdictDifference[];
};

/** `file` is the script it is about, from the directory; `message` is the server's own sentence; `told` the same for a person, with file, line and caret where there is one. */
export type RoundTripError = {
  readonly sqlstate: string | null;
  readonly file: string | null;
  readonly message: string;
  readonly line: number | null;
  readonly told: string;
};

/** What could not be looked at, or why nothing was rehearsed. */
export type RehearseAnswer =
  | {
      readonly ok: true;
      readonly warnings: readonly string[];
      /** False when a mistake about a single version left something out, or had two told apart by their names. */
      readonly whole: boolean;
    }
  | { readonly ok: false; readonly why: string };

/** Whether a migration goes up, comes back, goes up again, and does no more to others than it says. */
export function wentWell({ up, down, upAgain, differences }: RoundTrip): boolean {
  return up === 'ok' && down === 'exact' && upAgain === 'ok' && !differences.some(({ stops }) => stops);
}
