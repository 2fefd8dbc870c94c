import { backupId, type Backup } from '../domain/proof.ts';
import type { Services } from '../ports.ts';

/**
 * Takes a backup by hand, outside a run: additional to the automated one, and no substitute for the one each run takes and proves.
 * Refuses (throws with a sentence) when a tool, the space or the connection is missing, or another dump is running.
 */
export async function takeBackup(services: Services, request: { target: string; signal: AbortSignal }): Promise<Backup> {
  const context = services.targets.get(request.target);
  if (context === undefined)
    throw new Error(`There is no target "${request.target}". Configured: ${[...services.targets.keys()].join(', ')}.`);
  const missing = await context.backups.unusable();
  if (missing !== null) throw new Error(missing);
  return context.backups.take({ id: backupId(request.target, 'manual', await services.ledger.now()), signal: request.signal });
}
