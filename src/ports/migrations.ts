import type { AdoptableFile } from '../domain/adoption.ts';
import type { FormatName } from '../domain/formats.ts';
import type { Migration } from '../domain/plan.ts';

/** Why files cannot be planned: one entry per mistake, with file, line and caret where there is one. */
export type FileProblem = {
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
  /** The whole file stands in a transaction that it never ends: whoever runs it as it is changes nothing. */
  readonly appliesNothing?: true;
};

export type ReadMigrations =
  | { readonly ok: true; readonly migrations: readonly Migration[] }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Files, and mistakes of their layout; one with a `version` stops nobody once that version is applied. */
export type ReadAdoptable = {
  readonly files: readonly AdoptableFile[];
  readonly problems: readonly (FileProblem & { readonly version?: string })[];
};

type Named = readonly { readonly version: string; readonly name: string }[];

export interface MigrationSource {
  readonly format: FormatName;
  /**
   * Every migration in the directory in version order, parsed and judged for this server version. Refuses, never skips.
   * Of those in `applied` only the validation is read, and one that should have come before them is refused. When they are still being
   * asked for, the files are read meanwhile; throws what that throws.
   */
  read(history?: { readonly applied: Named | Promise<Named> }): Promise<ReadMigrations>;
  /** The same files without their statements, for an adoption. */
  adoptable(): Promise<ReadAdoptable>;
}
