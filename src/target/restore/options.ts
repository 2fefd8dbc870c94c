import type { Backup } from '../../domain/proof.ts';
import { CHOOSE_ANOTHER, type RestoreRemedy } from '../../domain/restore.ts';

export type RestoreOptions = {
  /** The live database. Its role makes the copy and renames: it owns the database and may create databases. */
  readonly connectionString: string;
  /** Where backups and their manifests lie. */
  readonly directory: string;
  /** `backup.tools` of the target, when it is configured. */
  readonly binDir?: string | undefined;
  /** Where system directories of PostgreSQL are looked for, for tests. */
  readonly toolRoots?: readonly string[] | undefined;
  /** Another database of the same server, from which the live one is renamed: `postgres`, then `template1`, unless told. */
  readonly maintenance?: string | undefined;
  /** How long sessions that are inside a transaction may go on before they are ended; milliseconds. */
  readonly drainMs?: number | undefined;
};

/** One restore of one run, by one of its workers. */
export type RestoreWork = {
  readonly runId: string;
  readonly runNumber: number;
  readonly epoch: number;
  readonly backup: Backup;
  readonly signal: AbortSignal;
};

/** Already an operator's sentence: what cannot be, what was touched, what to do. */
export class RestoreRefused extends Error {
  /** The message without what to do. */
  readonly why: string;
  readonly remedy: RestoreRemedy;
  constructor(why: string, remedy: RestoreRemedy = 'mend') {
    super(remedy === 'another_backup' ? `${why} ${CHOOSE_ANOTHER}` : why);
    this.why = why;
    this.remedy = remedy;
  }
}
