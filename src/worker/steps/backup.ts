import { plus } from '../../domain/instant.ts';
import type { Evidence, MachineItem } from '../../domain/items.ts';
import { FAILED_ATTEMPT } from '../../domain/next-step.ts';
import { OFFPEAK } from '../../domain/people.ts';
import { backupId } from '../../domain/proof.ts';
import type { Run } from '../../domain/run.ts';
import type { Task } from '../task.ts';
import type { Step } from './index.ts';

/** How long a failed attempt stands on the checklist before it is made again. */
const RETRY_MS = 60_000;

/** Dumps the target with pg_dump (R40, R42). It counts for nothing until the proof has restored it. */
export const takeBackup: Step = async ({ task, run, signal }) => {
  const at = await task.services.ledger.now();
  try {
    const taken = await task.context.backups.take({ id: backupId(run.target, `run${run.number}`, at), signal });
    // Age is judged by the ledger's clock, so the ledger's clock stamps it.
    const backup = { ...taken, startedAt: at, finishedAt: await task.services.ledger.now() };
    return (await task.report({ type: 'record_backup', backup })).ok;
  } catch (error) {
    if (signal.aborted) return false;
    return attemptFailed({ task, run, item: 'backup', error });
  }
};

/** Says what kept a backup or proof from being made: on the checklist before the start, as the end of the run in preparation. */
export async function attemptFailed(failure: { task: Task; run: Run; item: MachineItem; error: unknown }): Promise<boolean> {
  const { task, run, item } = failure;
  const detail = failure.error instanceof Error ? failure.error.message : String(failure.error);
  task.services.log.error({ run: run.number, item, error: detail }, 'a proof could not be made');
  if (run.state === 'preparing')
    return (
      await task.report({ type: 'fail', detail: /not (touched|changed)/.test(detail) ? detail : `${detail} The database was not touched.` })
    ).ok;
  const at = await task.services.ledger.now();
  const evidence: Evidence = {
    item,
    verdict: 'breach',
    value: detail,
    limit: '',
    source: FAILED_ATTEMPT,
    at,
    expiresAt: plus(at, RETRY_MS),
    actor: OFFPEAK,
  };
  return (await task.report({ type: 'record_evidence', evidence: [evidence] })).ok;
}
