import type { Script } from '../../domain/plan.ts';
import type { FileProblem } from '../../ports.ts';

/** The scripts of one change, as a layout of files says they belong together. */
export type Change = {
  readonly version: string;
  readonly name: string;
  readonly up: Script;
  readonly down: Script | null;
  readonly validate: Script | null;
};

/** What a layout made of a directory: everything in version order, or why not. */
export type Arranged = { readonly changes: readonly Change[]; readonly problems: readonly FileProblem[] };

/**
 * One tool's way to lay out migration files. `arrange` gets every `.sql` file below the directory (paths relative to it, `/`
 * between folders) and decides which belong together and in which order. Pure; it refuses what it cannot place, and never skips.
 * A layout that keeps up and down in one file answers two scripts of the same path with the other half blanked, so that lines stay right.
 */
export type MigrationFormat = { readonly name: string; readonly arrange: (scripts: readonly Script[]) => Arranged };
