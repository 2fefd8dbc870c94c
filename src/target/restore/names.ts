import { createHash } from 'node:crypto';

/** What the three databases of a restore are called: the live one, the copy beside it, and the live one of before once it was switched. */
export type RestoreNames = { readonly live: string; readonly beside: string; readonly kept: string };

/** PostgreSQL cuts longer names off, and two databases would become one. */
const LONGEST_BYTES = 63;

/** Pure. The number of the run is in the names, so that people know whose they are; a name that is too long is shortened with a hash of it. */
export function restoreNames(live: string, runNumber: number): RestoreNames {
  return { live, beside: named(live, `_offpeak_r${runNumber}`), kept: named(live, `_before_r${runNumber}`) };
}

function named(live: string, ending: string): string {
  if (Buffer.byteLength(live + ending) <= LONGEST_BYTES) return live + ending;
  const tail = `_${createHash('sha256').update(live).digest('hex').slice(0, 8)}${ending}`;
  let head = live;
  while (Buffer.byteLength(head + tail) > LONGEST_BYTES) head = Array.from(head).slice(0, -1).join('');
  return head + tail;
}

/** The comment on the copy, by which the next worker knows what it is; it goes with the database through every rename. */
export function besideMark(runId: string, backupId: string, state: 'loading' | 'restored'): string {
  return `offpeak restore: run ${runId}, backup ${backupId}, ${state}`;
}

/** The comment on the database of before: for people, and for the next worker. */
export function keptMark(kept: {
  readonly live: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly backupId: string;
}): string {
  const { live, runId, runNumber, backupId } = kept;
  return `${live} as it was before run #${runNumber} went back to backup ${backupId}. Read-only; drop it when nobody needs it. (offpeak kept: run ${runId})`;
}

export function isKeptBy(comment: string | null, runId: string): boolean {
  return comment?.endsWith(`(offpeak kept: run ${runId})`) === true;
}

/** Whether the comment says that a copy beside the live database is of this run, whatever its backup. */
export function isCopyOf(comment: string | null, runId: string): boolean {
  return comment?.startsWith(`offpeak restore: run ${runId}, `) === true;
}
