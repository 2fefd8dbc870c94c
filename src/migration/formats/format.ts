import type { FormatName } from '../../domain/formats.ts';
import type { Script } from '../../domain/plan.ts';
import type { FileProblem } from '../../ports.ts';

/** The scripts of one change, as a layout of files says they belong together. */
export type Change = {
  readonly version: string;
  readonly name: string;
  readonly up: Script;
  readonly down: Script | null;
  readonly validate: Script | null;
  /** What the tool's own history calls it; the version where it is not said. */
  readonly key?: string;
  /** The tool was told to use no transaction: every statement of the up script commits by itself. */
  readonly eachCommits?: true;
  /** The up is a program, which Offpeak does not run: fit for a history, not for a plan. */
  readonly program?: true;
  /** Run again whenever its text changes (Flyway's R__): its version carries the checksum, and it has no place in the order. */
  readonly repeatable?: true;
  /** The versions it must come after, where the layout is a graph; otherwise it comes after all before it. */
  readonly parents?: readonly string[];
  /** `validate` passes when it raises nothing, whatever rows it answers (Sqitch's verify). */
  readonly verifies?: true;
};

/** A mistake of the layout. With a `version` it stops nobody once that version is applied. */
export type Misplaced = FileProblem & { readonly version?: string };

/** What a layout made of a directory: everything in version order, and what is wrong with it. */
export type Arranged = { readonly changes: readonly Change[]; readonly problems: readonly Misplaced[] };

/**
 * One tool's way to lay out migration files. `arrange` gets every file below the directory that `reads` wants (paths relative to
 * it, `/` between folders) and decides which belong together and in which order. Pure; it refuses what it cannot place, and
 * never skips. A layout that keeps up and down in one file answers two scripts of the same path with the other half blanked, so
 * that lines stay right.
 */
export type MigrationFormat = {
  readonly name: FormatName;
  /** Which files the layout has a use for; `.sql` files where it is not said. */
  readonly reads?: (path: string) => boolean;
  readonly arrange: (scripts: readonly Script[]) => Arranged;
  /** What the tool makes in an empty database before the first migration, where migrations are known to read it. */
  readonly before?: string;
  /** The checksums that the tool takes for the same up file, from its bytes; the first is of the bytes as they are. Absent where it keeps none. */
  readonly checksums?: (bytes: Uint8Array) => readonly string[];
};
