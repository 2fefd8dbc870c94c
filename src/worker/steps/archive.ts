import { ARCHIVE_WAIT_MS, recoverTo } from '../../domain/archive.ts';
import { between, plus } from '../../domain/instant.ts';
import type { Evidence, Verdict } from '../../domain/items.ts';
import { OFFPEAK } from '../../domain/people.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Step } from './index.ts';

/**
 * Waits until the log up to the restore point of this run's backup is archived (R42, M28): a recovery to the moment before the first write
 * needs it. Asked again every second, for ten minutes after the backup; then the line says what is missing, which holds a preparation.
 */
export const waitForArchive: Step = async ({ task, run, signal }) => {
  if (run.backup === null) return false;
  const source = 'pg_stat_archiver';
  const read = (await task.context.sources.database.archived?.(recoverTo(run.backup))) ?? {
    ok: false,
    source,
    why: 'Nothing is configured that could read this.',
  };
  const at = await task.services.ledger.now();
  const known = read.ok && (!read.value.applicable || read.value.archived);
  if (!known && between(run.backup.finishedAt, at) < ARCHIVE_WAIT_MS) {
    // The card says it only where there is something to wait for.
    if (run.step?.name !== 'archive') await task.report({ type: 'begin_step', step: 'archive' });
    return false;
  }
  if (signal.aborted) return false;
  const verdict: Verdict = known ? 'pass' : read.ok ? 'breach' : 'unknown';
  const evidence: Evidence = {
    item: 'archive',
    verdict,
    value: !read.ok ? read.why : read.value.applicable ? read.value.words : 'not applicable: this server archives no log',
    limit: `within ${inWords(ARCHIVE_WAIT_MS)} of the backup`,
    source: read.source,
    at,
    expiresAt: plus(at, known ? run.plan.timing.proofMs : run.plan.timing.machineEvidenceMs),
    actor: OFFPEAK,
  };
  return (await task.report({ type: 'record_evidence', evidence: [evidence] })).ok;
};
