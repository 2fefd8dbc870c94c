import type { Backup } from '../../domain/proof.ts';
import { fileMistake, type Depth } from '../backup/files.ts';
import { readManifest, type Manifest } from '../backup/manifest.ts';
import { archiveMistake } from './archive.ts';
import { RestoreRefused } from './options.ts';

export type SoundRequest = {
  readonly directory: string;
  readonly backup: Backup;
  /** The server and database that are to be restored. */
  readonly of: { readonly systemIdentifier: string; readonly database: string };
  readonly signal: AbortSignal;
  /** Every byte is read once, before it is loaded. */
  readonly depth: Depth;
};

/**
 * The manifest of a backup that is the one that was written, of this very database. Throws RestoreRefused with what is
 * wrong: a damaged or foreign backup is found out before anything is made on the server (F19, F60).
 */
export async function soundManifest({ directory, backup, of, signal, depth }: SoundRequest): Promise<Manifest> {
  const read = await readManifest(directory, backup.id);
  if (read === null) throw refused(`The manifest of backup ${backup.id} is missing or damaged.`);
  const { manifest, sha256 } = read;
  if (backup.manifestSha256 !== undefined && backup.manifestSha256 !== sha256)
    throw refused(`The manifest of backup ${backup.id} is not the one that was written (its SHA-256 differs).`);
  if (manifest.backup.sha256 !== backup.sha256 || manifest.backup.bytes !== backup.bytes)
    throw refused(`The manifest of backup ${backup.id} is that of another dump (its SHA-256 differs).`);
  const { source } = manifest;
  if (source.systemIdentifier !== of.systemIdentifier || source.database !== of.database)
    throw refused(`Backup ${backup.id} was taken of another server or database (${source.database}), not of ${of.database}.`);
  const mistake = (await archiveMistake(backup.path)) ?? (await fileMistake(backup, manifest.files ?? null, signal, depth));
  if (mistake !== null) throw refused(mistake.replace(/ (The file is damaged: t|T)ake a new backup\.$/, ''));
  return manifest;
}

function refused(what: string): RestoreRefused {
  return new RestoreRefused(`${what} It cannot be restored. The database was not touched.`, 'another_backup');
}
