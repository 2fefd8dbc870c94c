import { escapeIdentifier, escapeLiteral, type Client } from 'pg';
import type { Switched } from '../../domain/restore.ts';
import { connected } from '../backup/connection.ts';
import { codeOf } from '../errors.ts';
import { sessionName } from '../session.ts';
import { BACKEND_START } from '../settings.ts';
import { isAlike, makeAlike } from './likeness.ts';
import { lookAt, unclearWords } from './look.ts';
import { maintenanceSession } from './maintenance.ts';
import { besideMark, keptMark, type RestoreNames } from './names.ts';
import { RestoreRefused, type RestoreOptions, type RestoreWork } from './options.ts';

/** Sessions inside a transaction may go on so long; the server itself gives a rename up after five seconds. */
const DRAIN_MS = 3_000;
const ROUNDS = 3;
const POLL_MS = 20;
const IN_USE = '55006';

const SESSIONS = `
select pid, ${BACKEND_START} as "startedAt", coalesce(state, 'active') as state, application_name as application
from pg_stat_activity where datid = $1::oid and pid <> pg_backend_pid()`;
/** By pid, start and database: a pid that was reused since is never ended (R74). */
const END = `
select pg_terminate_backend(pid) as ended from pg_stat_activity
where pid = $1 and datid = $2::oid and ${BACKEND_START} is not distinct from $3`;

type Found = { readonly pid: number; readonly startedAt: string | null; readonly state: string; readonly application: string };

export type Switching = {
  readonly admin: Client;
  readonly options: RestoreOptions;
  readonly work: RestoreWork;
  readonly names: RestoreNames;
};

/**
 * Makes the restored copy the live database, in ONE transaction: whoever wants to connect waits at the lock of the first rename, sessions
 * are ended meanwhile, and both renames, the comments and the read-only mark of the old database commit together. So a worker that dies at any
 * point leaves the database as it was or switched, never locked and never without a name. Done already: answers so.
 * Throws RestoreRefused with who stood in the way; then nothing was renamed.
 */
export async function switchTo(switching: Switching): Promise<Switched> {
  const { admin, names, work } = switching;
  const shown = await lookAt(admin, names, work.runId);
  if (shown.phase === 'switched') return { kept: names.kept, lockedOutMs: null, ended: 0 };
  if (shown.phase === 'unclear' || shown.live === null) throw new RestoreRefused(unclearWords(shown, names));
  if (shown.beside?.comment !== besideMark(work.runId, work.backup.id, 'restored'))
    throw new RestoreRefused(
      `The restored copy ${names.beside} is not there, or not whole. Nothing was renamed; ask for the restore again.`,
    );
  await makeAlike(admin, names);
  if (!(await isAlike(admin, names)))
    throw new RestoreRefused(`The rights or settings of ${names.live} could not be given to the copy. Nothing was renamed.`);
  await endAll(admin, shown.beside.oid);
  return await renameInRounds(switching, { live: shown.live.oid, comment: shown.live.comment });
}

type Live = { readonly live: string; readonly comment: string | null };

async function renameInRounds(switching: Switching, live: Live): Promise<Switched> {
  const { options, work, names, admin } = switching;
  let ended = 0;
  for (let round = 1; ; round += 1) {
    work.signal.throwIfAborted();
    const renamer = await maintenanceSession(options, sessionName(work.runId, work.epoch, 'rename'));
    try {
      const drainMs = round === 1 ? (options.drainMs ?? DRAIN_MS) : 0;
      const done = await rename({ switching, renamer, live, drainMs });
      ended += done.ended;
      if (done.lockedOutMs !== null) return { kept: names.kept, lockedOutMs: done.lockedOutMs, ended };
    } finally {
      await renamer.end().catch(() => {});
    }
    if (round === ROUNDS) throw new RestoreRefused(await inTheWay(admin, live.live, names));
  }
}

type Round = { readonly switching: Switching; readonly renamer: Client; readonly live: Live; readonly drainMs: number };

/** One try. `lockedOutMs` is null when somebody could not be ended in time: everything was rolled back. */
async function rename({ switching, renamer, live, drainMs }: Round): Promise<{ ended: number; lockedOutMs: number | null }> {
  const { admin, names, work } = switching;
  const [old, copy, kept] = [names.live, names.beside, names.kept].map((name) => escapeIdentifier(name)) as [string, string, string];
  await renamer.query('begin');
  await renamer.query("select set_config('lock_timeout', '2s', true), set_config('statement_timeout', '0', true)");
  const began = performance.now();
  const renaming = renamer.query(`alter database ${old} rename to ${kept}`).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === IN_USE) return false;
      throw error;
    },
  );
  const ended = await endUntil(admin, { oid: live.live, settled: settledOf(renaming), drainMs });
  if (!(await renaming)) {
    await renamer.query('rollback');
    return { ended, lockedOutMs: null };
  }
  await renamer.query(`alter database ${copy} rename to ${old}`);
  await renamer.query(`comment on database ${old} is ${live.comment === null ? 'null' : escapeLiteral(live.comment)}`);
  const { runId, runNumber, backup } = work;
  const comment = escapeLiteral(keptMark({ live: names.live, runId, runNumber, backupId: backup.id }));
  await renamer.query(`comment on database ${kept} is ${comment}`);
  await renamer.query(`alter database ${kept} set default_transaction_read_only = on`);
  await renamer.query('commit');
  return { ended, lockedOutMs: Math.round(performance.now() - began) };
}

function settledOf(promise: Promise<unknown>): () => boolean {
  let settled = false;
  const settle = () => void (settled = true);
  promise.then(settle, settle);
  return () => settled;
}

/** Ends sessions until the rename has what it wants: idle ones at once, those inside a transaction after `drainMs`. Answers how many. */
async function endUntil(admin: Client, wait: { oid: string; settled: () => boolean; drainMs: number }): Promise<number> {
  const began = performance.now();
  let ended = 0;
  while (!wait.settled()) {
    const { rows } = await admin.query<Found>(SESSIONS, [wait.oid]);
    const over = performance.now() - began >= wait.drainMs;
    for (const { pid, startedAt, state } of rows) {
      if (!over && state !== 'idle') continue;
      const answer = await admin.query<{ ended: boolean }>(END, [pid, wait.oid, startedAt]).catch(() => null);
      if (answer?.rows[0]?.ended === true) ended += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return ended;
}

async function endAll(admin: Client, oid: string): Promise<void> {
  await admin.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datid = $1::oid', [oid]);
}

async function inTheWay(admin: Client, oid: string, { live }: RestoreNames): Promise<string> {
  const { rows } = await admin.query<Found>(SESSIONS, [oid]);
  const who = rows.slice(0, 5).map(({ pid, application }) => `backend ${pid} (${application || 'no name'})`);
  const named = who.length === 0 ? 'sessions that came and went' : who.join(', ');
  return `${live} could not be renamed: ${named} could not be ended in time. Nothing was renamed and everybody may connect. End them, or stop the application, then ask again.`;
}

/** After the renames: a pooler in between may keep to the database it knows. */
const STILL_OLD =
  'The databases were renamed, but a new session under the live name still reaches the database of before. That one is read-only now, so the application cannot write. Nothing was lost. Reload or restart the pooler in between, then look whether a write works.';

/** Whether a new session under the live name reaches the restored database, and may write. Null when it does. */
export async function notReached(options: RestoreOptions, work: RestoreWork): Promise<string | null> {
  const client = await connected(options.connectionString, sessionName(work.runId, work.epoch, 'verify'));
  try {
    const { rows } = await client.query<{ ok: boolean }>(
      "select not coalesce(shobj_description(oid, 'pg_database') like '%(offpeak kept: run %', false) as ok from pg_database where datname = current_database()",
    );
    return rows[0]?.ok === true ? null : STILL_OLD;
  } finally {
    await client.end().catch(() => {});
  }
}
