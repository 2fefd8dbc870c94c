import type { BackupForm } from '../../domain/backup-form.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Keep } from '../../domain/retention.ts';
import type { StoreOptions } from './object-store.ts';

export type BackupOptions = {
  /** The target that is dumped. Its user needs to read every row: owner of the tables or BYPASSRLS (F20). */
  readonly connectionString: string;
  /** Where dumps and manifests lie. */
  readonly directory: string;
  /** A superuser on another server of the same major, where proofs are made. */
  readonly scratchUrl: string;
  /** `backup.tools` of the target, when it is configured. */
  readonly binDir?: string | undefined;
  /** The name of the target, which is noted in the manifest: only what bears it is ever pruned for it. */
  readonly target?: string | undefined;
  /** How dumps are laid out and packed; one lightly packed file unless told. */
  readonly form?: BackupForm | undefined;
  /** What is kept; nothing is ever removed unless told. */
  readonly keep?: Keep | undefined;
  /** Where proved backups are copied to; nowhere unless told. */
  readonly store?: StoreOptions | undefined;
  /** The share of the disk that must stay free after the dump (R33); a fifth unless told. */
  readonly keepFree?: number | undefined;
  readonly now: () => Instant;
  /** The disk of a directory in bytes, for tests; the file system's answer unless told. */
  readonly disk?: ((directory: string) => Promise<{ readonly free: number; readonly total: number }>) | undefined;
  /** Where system directories of PostgreSQL are looked for, for tests. */
  readonly toolRoots?: readonly string[] | undefined;
};

/** The error of a stage that was told to stop. */
export function stopped(what: string): Error {
  return new Error(`${what} was stopped before it was done and left nothing behind. The database was not changed.`);
}

/** Letters, digits, dot, dash and underscore, at most 40: an id becomes a file's and a database's name. */
export function assertId(id: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,39}$/i.test(id)) return;
  throw new Error(`"${id}" cannot name a backup: letters, digits, dots, dashes and underscores, at most 40. The database was not touched.`);
}
