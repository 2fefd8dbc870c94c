import type { Switched } from '../../domain/restore.ts';
import type { Run } from '../../domain/run.ts';
import { inWords, lasting } from '../../domain/refusal.ts';
import { readSamples, typical } from '../samples.ts';
import type { Task } from '../task.ts';
import { failedHooks } from './hooks.ts';
import type { Step } from './index.ts';
import { cannotRestore, restoreRequest } from './restore.ts';
import { unhealthy } from './validate.ts';

/** Gives the restored copy the live name, and looks how the application is with it. The old database is kept. */
export const switchOver: Step = async ({ task, run, signal }) => {
  const request = restoreRequest(task, run, signal);
  if (request === null || task.context.restore === undefined) return cannotRestore(task);
  await task.lockTarget();
  const outcome = await task.context.restore.switchOver(request);
  if (!outcome.ok) return (await task.report({ type: 'record_restore_failure', detail: outcome.message })).ok;
  const { kept, lockedOutMs, ended, unreached } = outcome;
  const told = await sentence(task, run, { switched: { kept, lockedOutMs, ended }, signal });
  const detail = unreached === null ? told : `${unreached} ${told}`;
  const after = typical(await readSamples(task.context.sources, run.plan.thresholds, await task.services.ledger.now()));
  return (await task.report({ type: 'record_restored', after, switched: { kept, lockedOutMs, ended }, detail })).ok;
};

async function sentence(
  task: Task,
  run: Run,
  { switched: { kept, lockedOutMs }, signal }: { switched: Switched; signal: AbortSignal },
): Promise<string> {
  const schema = await schemaWords(task, run);
  const ill = [...(await unhealthy(task)), ...(await failedHooks(task, 'smoke', signal))];
  const health = ill.length === 0 ? 'the application is healthy' : `not confirmed: ${ill.join('; ')}`;
  const loaded = run.restore?.loadedMs == null ? '' : ` in ${inWords(run.restore.loadedMs)}`;
  const locked = lockedOutMs === null ? '' : ` Nobody could connect for ${lasting(lockedOutMs)}.`;
  return `The contents of ${run.restore?.backup.id ?? 'the backup'} are live: restored beside${loaded}, compared, switched; ${schema}; ${health}.${locked} The database of before is kept as ${kept}, read-only, with everything written since the backup.`;
}

/** It is switched whatever comes now: what cannot be read is said, and undoes nothing. */
async function schemaWords({ context }: Task, run: Run): Promise<string> {
  const hash = await context.target.fingerprint().then(
    (fingerprint) => fingerprint.hash,
    () => null,
  );
  if (hash === null) return 'its schema could not be read once more';
  if (hash === run.fingerprint) return 'its schema equals the one from before the run';
  return 'its schema is the one of the backup, which is older or spelled otherwise than the one from before the run';
}
