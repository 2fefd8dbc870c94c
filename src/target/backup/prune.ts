import type { Backup } from '../../domain/proof.ts';
import { expired } from '../../domain/retention.ts';
import { backupOf, discard, readManifests } from './manifest.ts';
import type { BackupOptions } from './options.ts';

/**
 * Removes what nothing keeps, oldest first, and answers it. Several targets may share the directory: only what bears this target's
 * name in its manifest is looked at, so older backups without a name stay. Null when the settings do not say what to keep.
 */
export async function pruneBackups(
  options: BackupOptions,
  { needed, dryRun }: { readonly needed: readonly string[]; readonly dryRun: boolean },
): Promise<readonly Backup[] | null> {
  const { keep, target, directory } = options;
  if (keep === undefined || target === undefined) return null;
  const manifests = (await readManifests(directory)).filter(({ manifest }) => manifest.target === target);
  const backups = await Promise.all(manifests.map((read) => backupOf(directory, read)));
  const gone = expired({ backups, keep, now: options.now(), needed });
  if (!dryRun) for (const { id } of gone) await discard(directory, id);
  return gone;
}
