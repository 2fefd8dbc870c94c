import type { Instant } from '../../domain/instant.ts';

export type BackupOptions = {
  /** The target that is dumped. Its user needs to read every row: owner of the tables or BYPASSRLS (F20). */
  readonly connectionString: string;
  /** Where dumps and manifests lie. */
  readonly directory: string;
  /** A superuser on another server of the same major, where proofs are made. */
  readonly scratchUrl: string;
  /** `backup.tools` of the target, when it is configured. */
  readonly binDir?: string | undefined;
  /** gzip level of pg_dump, 1 unless told: a backup stands between a tired person and the window. */
  readonly compression?: number | undefined;
  readonly now: () => Instant;
  /** Bytes free in a directory, for tests; the file system's answer unless told. */
  readonly freeBytes?: ((directory: string) => Promise<number>) | undefined;
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
