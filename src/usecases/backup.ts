import { backupId, type Backup } from '../domain/proof.ts';
import type { Services, TargetContext } from '../ports.ts';

/**
 * Takes a backup by hand, outside a run: additional to the automated one, and no substitute for the one each run takes and proves.
 * Refuses (throws with a sentence) when a tool, the space or the connection is missing, or another dump is running.
 */
export async function takeBackup(services: Services, request: { target: string; signal: AbortSignal }): Promise<Backup> {
  const context = contextOf(services, request.target);
  const missing = await context.backups.unusable();
  if (missing !== null) throw new Error(missing);
  return context.backups.take({ id: backupId(request.target, 'manual', await services.ledger.now()), signal: request.signal });
}

/** The backups that lie in the directory, newest first, each with whether a restore proved it (R84). */
export async function listBackups(services: Services, request: { target: string }): Promise<readonly Backup[]> {
  return await contextOf(services, request.target).backups.list();
}

/**
 * Removes the backups of the target that are past `backup.keep` (or says which would go): never one that was not proved, the newest
 * proved one, or one that an open run may go back to. Null when nothing says what to keep.
 */
export async function pruneBackups(services: Services, request: { target: string; dryRun: boolean }): Promise<readonly Backup[] | null> {
  const { backups } = contextOf(services, request.target);
  const open = await services.ledger.list({ active: true, limit: OPEN_RUNS });
  const needed = open.flatMap(({ backup, rehearsal }) => [backup?.id, rehearsal?.backupId]).filter((id) => id !== undefined);
  return await backups.prune({ needed, dryRun: request.dryRun });
}

/** Copies a backup to the object store and reads it back, or brings it back from there. Null when the target has no store. */
export async function moveBackup(
  services: Services,
  request: { target: string; id: string; way: 'store' | 'fetch'; signal: AbortSignal },
): Promise<Backup | null> {
  const { backups } = contextOf(services, request.target);
  return await backups[request.way]({ id: request.id, signal: request.signal });
}

/** More than can be open: a target has one at a time. */
const OPEN_RUNS = 10_000;

function contextOf(services: Services, target: string): TargetContext {
  const context = services.targets.get(target);
  if (context === undefined) throw new Error(`There is no target "${target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  return context;
}
