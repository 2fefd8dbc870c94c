import type { Plan } from '../domain/plan.ts';
import type { Backup, Rehearsal } from '../domain/proof.ts';

/** Takes and proves backups of one target; kept apart from Target because it needs pg_dump, pg_restore and a second server. */
export interface BackupTool {
  /** Null when tools, directory, space and scratch server are there; otherwise what is missing and the command that mends it. */
  unusable(): Promise<string | null>;
  /** Bytes the next backup is expected to take. Throws with a sentence when nobody can say. */
  expectedBytes(): Promise<number>;
  /** pg_dump, one file or a directory, to a name that ends in `.partial`, then renamed. Throws with an operator's sentence; leaves no partial file behind. */
  take(request: { id: string; signal: AbortSignal }): Promise<Backup>;
  /** Restores into a scratch database and rehearses the plan on it: contents, up, down, up again, validate. Never throws for what the rehearsal finds. */
  prove(request: { backup: Backup; plan: Plan; signal: AbortSignal; onProgress?: (what: string) => void }): Promise<Rehearsal>;
  list(): Promise<readonly Backup[]>;
  /** Copies a backup to the object store and reads it back (M18). Throws with a sentence; null when no store is configured. */
  store(request: { id: string; signal: AbortSignal }): Promise<Backup | null>;
  /** Brings a backup back from the object store, checked file by file. Throws with a sentence; null when no store is configured. */
  fetch(request: { id: string; signal: AbortSignal }): Promise<Backup | null>;
  /** Removes proved backups of this target that nothing keeps, oldest first, and answers them; `dryRun` only answers. Null: nothing says what to keep. */
  prune(request: { needed: readonly string[]; dryRun: boolean }): Promise<readonly Backup[] | null>;
}
