import { isWaived, lineOf } from './checklist.ts';
import { between, plus, type Instant } from './instant.ts';
import type { Backup } from './proof.ts';
import { rehearsedOn, restored } from './proof.ts';
import type { Run } from './run.ts';

/** How long the log may take to reach the archive after the backup; managed servers send it every two minutes. Milliseconds. */
export const ARCHIVE_WAIT_MS = 600_000;

/** The position in the write-ahead log up to which a recovery to the moment before this run must find it. */
export function recoverTo({ lsn, restorePoint }: Backup): string {
  return restorePoint !== undefined && 'lsn' in restorePoint ? restorePoint.lsn : lsn;
}

/**
 * When it is asked whether the restore point of this run's backup is archived (M28); null when that is known, waived, or not asked of this plan.
 * A later backup is asked about anew. What was not archived is asked again after a tenth of its life, and by preparation at once.
 */
export function archiveDueAt(run: Run, now: Instant): Instant | null {
  const { backup, rehearsal } = run;
  if (lineOf(run.plan, 'archive')?.kind !== 'machine' || isWaived(run, 'archive', now)) return null;
  if (backup === null || rehearsal === null || !rehearsedOn(rehearsal, backup) || !restored(rehearsal)) return null;
  const entry = run.evidence.archive;
  if (entry === undefined || between(backup.finishedAt, entry.at) < 0) return now;
  if (entry.verdict === 'pass') return entry.expiresAt;
  return run.state === 'preparing' ? now : plus(entry.at, run.plan.timing.machineEvidenceMs / 10);
}

/** Whether it is to be asked now. Nothing is written before it is known (invariant 2, M28). */
export function archiveDue(run: Run, now: Instant): boolean {
  const due = archiveDueAt(run, now);
  return due !== null && between(due, now) >= 0;
}
