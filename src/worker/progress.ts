import type { ApplyRequest } from '../ports.ts';
import type { Task } from './task.ts';

/** A card is redrawn every few seconds; the ledger need not hear of each of forty batches a second. */
const EVERY_MS = 500;

/** Keeps what a backfill reports, twice a second, at once when it rests or goes on, and when it is done. */
export function progressReports(task: Task, position: number): ApplyRequest['onProgress'] {
  const { ledger, log } = task.services;
  let last = { at: Number.NEGATIVE_INFINITY, note: '' };
  let writing = Promise.resolve();
  return (doneRows, totalRows, { rowsPerSecond, note }) => {
    const now = performance.now();
    if (now - last.at < EVERY_MS && note === last.note && doneRows < totalRows) return;
    last = { at: now, note };
    const report = async () => {
      await ledger.report(task.claim.run.id, { position, doneRows, totalRows, rowsPerSecond, note, at: await ledger.now() });
    };
    // One after the other, so that an older report never comes last.
    writing = writing.then(report).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'progress could not be kept; the backfill goes on');
    });
  };
}
