import { between, plus, type Instant } from './instant.ts';
import type { Actor } from './people.ts';
import type { PointInTime } from './point-in-time.ts';
import { restored, type Backup } from './proof.ts';
import { ENDS, touched, type Run } from './run.ts';

/** Rows that were written since a backup, by everybody: the application and the run itself. */
export type WrittenRows = { readonly inserted: number; readonly updated: number; readonly deleted: number };

/** What was written to the live database since a backup, and is not in what a restore brings back (R85). Null: nobody can count it. */
export type WritesSince = {
  /** The moment of the backup's snapshot. */
  readonly since: Instant;
  readonly rows: WrittenRows | null;
  /** The tables with most of them, e.g. `leads 1,204`. */
  readonly most: readonly string[];
  /** Bytes of the write-ahead log since then, by everything on the server. */
  readonly walBytes: number | null;
  /** Why the rows are not known; empty when they are. */
  readonly why: string;
};

/** What a restore would take and cost, as it is said before anybody asks for it. */
export type RestoreOffer = {
  readonly writes: WritesSince;
  /** Size of the database as it stands, in bytes: about what the copy beside it takes. */
  readonly databaseBytes: number;
  /** Milliseconds, from the restore that proved the backup; null when it was never measured. */
  readonly predictedMs: number | null;
  /** In place: how many more databases the server has, which are taken back with it. Absent: nobody counted them. */
  readonly otherDatabases?: number;
};

/** What is left to do where a restore cannot be: mend what stands in the way, take another backup, or ask the server's owner (F61). */
export type RestoreRemedy = 'mend' | 'another_backup' | 'owner';

/** What helps where a backup is damaged, or is of another database. */
export const CHOOSE_ANOTHER = 'Choose another backup.';

/** What to do, in sentences; `steps` are those of the owner. */
export function remedyWords({ remedy, steps }: { readonly remedy: RestoreRemedy; readonly steps: readonly string[] }): readonly string[] {
  if (remedy === 'another_backup') return [CHOOSE_ANOTHER];
  return remedy === 'mend' ? ['Mend that, then ask again.'] : ['Ask the owner of the server to recover it to a moment.', ...steps];
}

/** How far a restore is. `asked` waits for the second person; the others are the worker's. `sent`: the provider was asked, or may have been. */
export type RestoreStage = 'asked' | 'loading' | 'beside' | 'validated' | 'sent';

/** The request to the provider, noted before it is sent. Neither accepted nor unsure: no answer is known yet. */
export type Sent = {
  readonly at: Instant;
  /** The timeline of the server then; a recovery begins a new one. */
  readonly timeline: number;
  readonly accepted: boolean;
  /** Why nobody knows whether it goes on; empty while nothing speaks against it. */
  readonly unsure: string;
  /** When that was found; absent while nothing speaks against it. */
  readonly unsureAt?: Instant;
};

/** A restore that somebody asked for: one at a time, and the newest counts. */
export type Restore = {
  readonly backup: Backup;
  readonly offer: RestoreOffer;
  /** In place, by the provider, to the moment of the backup; absent for a restore beside the live database. */
  readonly pointInTime?: PointInTime;
  readonly by: Actor;
  readonly at: Instant;
  readonly approvedBy: Actor | null;
  readonly stage: RestoreStage;
  /** Where the run stood when it was approved, and goes back to when the restore fails. */
  readonly from: Pick<Run, 'state' | 'holding' | 'end'> | null;
  /** Milliseconds that the loading took; null before it is done. */
  readonly loadedMs: number | null;
  /** Of a restore by the provider, once it is about to be asked. */
  readonly sent?: Sent;
};

/** A restore that is not done: `why`, and what was touched. */
export type UndoneRestore = Restore & { readonly why: string };

/**
 * So long after it was noted the request may still be on its way: a worker that was paused is without its lease after ten seconds, and its call
 * ends after thirty (F2, F61).
 */
export const ON_ITS_WAY_MS = 60_000;

/** What the recovery by the provider is called beside the ids of backups: typed at the terminal, sent by HTTP, carried by buttons. */
export const POINT_IN_TIME = 'point-in-time';

/** What people call this restore, and the second person agrees to: the id of its backup, or `point-in-time`. */
export function restoreId({ backup, pointInTime }: Pick<Restore, 'backup' | 'pointInTime'>): string {
  return pointInTime === undefined ? backup.id : POINT_IN_TIME;
}

/** What was asked for, as it stands behind "asked for". */
export function restoreWords({ backup, pointInTime }: Pick<Restore, 'backup' | 'pointInTime'>): string {
  return pointInTime === undefined
    ? `a restore of ${backup.id}`
    : `the whole database at the restore point of the run, in place, by ${pointInTime.provider}`;
}

/** What the switch did. `kept` is the database of before, under its new name. Durations in milliseconds. */
export type Switched = {
  readonly kept: string;
  /** From the first session that was ended to the commit: how long nobody could connect. Null when an earlier worker had done it. */
  readonly lockedOutMs: number | null;
  /** Sessions of others that were ended. */
  readonly ended: number;
};

/** Until so long after the first write a finished run may be taken back by a restore; afterwards it is an incident of its own (R81). */
const EXTENDED_MS = 30 * 60_000;
/** So long a request waits for the second person: the count of what is lost grows old. */
export const REQUEST_MS = 30 * 60_000;
/** A restore into a busy server is slower than into an idle one. */
const RESTORE_FACTOR = 2;

/** The end of the extended window; null before the first write. */
export function extendedUntil({ t0, baseline }: Pick<Run, 't0' | 'baseline'>): Instant | null {
  return t0 === null || baseline === null ? null : plus(t0, EXTENDED_MS);
}

/** Whether a problem with this run is still dealt with here: while it works on the database, and for thirty minutes after its first write (R81). */
export function inExtendedWindow(run: Run, now: Instant): boolean {
  const until = extendedUntil(run);
  if (until === null) return false;
  return !ENDS.includes(run.state) || (run.state === 'completed' && between(now, until) >= 0);
}

/** States in which a restore may be asked for, once something was begun on the target; `completed` only within the extended window. */
const RESTORABLE: readonly Run['state'][] = ['holding', 'rolling_back', 'rollback_failed', 'observing', 'validating', 'completed'];

export function mayRestore(run: Run, now: Instant): boolean {
  return touched(run) && RESTORABLE.includes(run.state) && (run.state !== 'completed' || inExtendedWindow(run, now));
}

/** Whether a restore has proved this backup, by the note beside it or by the proof of this run (R43). */
export function isProved(run: Pick<Run, 'rehearsal'>, backup: Backup): boolean {
  if (backup.provedAt !== undefined) return true;
  return run.rehearsal !== null && run.rehearsal.backupId === backup.id && restored(run.rehearsal);
}

/** Predicted milliseconds of loading and comparing a backup; null when no restore of this run was measured. */
export function predictedRestoreMs({ rehearsal }: Pick<Run, 'rehearsal'>): number | null {
  return rehearsal === null || !restored(rehearsal) ? null : rehearsal.restoreMs * RESTORE_FACTOR;
}

/** What is lost in the other databases of the server, which the provider takes back as well; empty where there are none. */
export function lostElsewhereWords({ otherDatabases }: Pick<RestoreOffer, 'otherDatabases'>): string {
  if (otherDatabases === 0) return '';
  const which =
    otherDatabases === undefined ? 'every other database' : `${otherDatabases} other database${otherDatabases === 1 ? '' : 's'}`;
  return `, and what was written in ${which} of the server, not counted`;
}

/** What is lost by it, in a sentence's worth of words: `1,204 rows inserted, 310 updated, 2 deleted since 18:20`. `when` writes the moment. */
export function lostWords({ writes }: Pick<RestoreOffer, 'writes'>, when: (instant: Instant) => string): string {
  const { rows, since, most, walBytes, why } = writes;
  if (rows === null) {
    const log = walBytes === null ? '' : ` (the server wrote ${Math.ceil(walBytes / 1_000_000).toLocaleString('en-US')} MB of log since)`;
    return `everything written since ${when(since)}, not counted: ${why}${log}`;
  }
  const { inserted, updated, deleted } = rows;
  if (inserted + updated + deleted === 0) return `nothing: no row was written since ${when(since)}`;
  const named = (count: number) => count.toLocaleString('en-US');
  const where = most.length === 0 ? '' : ` (${most.join(', ')})`;
  return `${named(inserted)} rows inserted, ${named(updated)} updated, ${named(deleted)} deleted since ${when(since)}${where}, the run's own among them`;
}
