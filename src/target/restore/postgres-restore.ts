import type { Client } from 'pg';
import type { TargetIdentity } from '../../domain/plan.ts';
import type { Backup } from '../../domain/proof.ts';
import type { RestoreAnswer, RestoreRequest, RestoreStageOutcome, RestoreTool, SwitchOutcome } from '../../ports.ts';
import { connected, wordsOf } from '../backup/connection.ts';
import type { Depth } from '../backup/files.ts';
import { checkServer } from '../same-server.ts';
import { sessionName } from '../session.ts';
import { loadBeside } from './beside.ts';
import { copyFailures } from './compare.ts';
import { whyImpossible } from './impossible.ts';
import { lookAt, unclearWords } from './look.ts';
import { checkLiveFence, maintenanceSession, restoreLock } from './maintenance.ts';
import { markLive, wentBack } from './mark.ts';
import { restoreNames, type RestoreNames } from './names.ts';
import { RestoreRefused, type RestoreOptions } from './options.ts';
import { soundManifest } from './sound.ts';
import { notReached, switchTo } from './switch.ts';
import { writesSince } from './writes-since.ts';

/** What a copy is expected to take of a packed dump where nothing else is known. */
const UNPACKED = 4;

type Named = { readonly plannedOn: TargetIdentity; readonly runNumber: number };

/** Restores of one target beside itself. Nothing is connected before the first question. */
export function postgresRestore(options: RestoreOptions): RestoreTool {
  const names = (request: Named) => restoreNames(request.plannedOn.database, request.runNumber);
  return {
    offer: (request) => offer(options, names(request), request),
    load: (request) => load(options, names(request), request),
    compare: async (request) => {
      const of = names(request);
      const manifest = await soundOf(options, request);
      return { failures: await copyFailures({ options, work: request, names: of, manifest, validations: request.validations }) };
    },
    switchOver: (request) => switchOver(options, names(request), request),
    mark: (request) => markLive(options, request),
    wentBack: (request) => wentBack(options, request),
  };
}

type Offered = { readonly backup: Backup; readonly plannedOn: TargetIdentity; readonly signal: AbortSignal; readonly inPlace?: true };

async function offer(options: RestoreOptions, names: RestoreNames, request: Offered): Promise<RestoreAnswer> {
  let client: Client | null = null;
  try {
    client = await connected(options.connectionString, 'offpeak:restore offer');
    await checkServer(client, withoutTimeline(request.plannedOn));
    const impossible = request.inPlace === true ? null : await whyImpossible(client, names);
    if (impossible !== null) return { ok: false, ...impossible };
    return await offered(options, names, { client, request });
  } catch (error) {
    if (error instanceof RestoreRefused) return { ok: false, why: error.why, remedy: error.remedy };
    const words = wordsOf(error, options.connectionString);
    // Whoever cannot look does not know that only the owner could help: nobody is sent to take the server back for a wrong address.
    return { ok: false, why: `The target cannot be read for a restore: ${words}. It was not touched.`, remedy: 'mend' };
  } finally {
    await client?.end().catch(() => {});
  }
}

async function offered(options: RestoreOptions, names: RestoreNames, asked: { client: Client; request: Offered }): Promise<RestoreAnswer> {
  const { client, request } = asked;
  if (request.inPlace === true) return await offeredInPlace(options, asked);
  const manifest = await soundOf(options, request);
  const taken = await whyTaken(options, names);
  if (taken !== null) return { ok: false, why: taken, remedy: 'mend' };
  const databaseBytes = await sizeOf(client);
  const was = manifest.counters?.databaseBytes ?? manifest.backup.bytes * UNPACKED;
  const writes = await writesSince(client, manifest);
  return { ok: true, offer: { writes, databaseBytes }, neededBytes: Math.max(databaseBytes, was) };
}

/** The provider needs no dump: without one it is only not known what would be lost. */
async function offeredInPlace(options: RestoreOptions, { client, request }: { client: Client; request: Offered }): Promise<RestoreAnswer> {
  const { backup } = request;
  const writes = await soundOf(options, request).then(
    (manifest) => writesSince(client, manifest),
    async (error: unknown) => {
      if (!(error instanceof RestoreRefused)) throw error;
      return { ...(await writesSince(client, { backup })), why: error.why.replace(/\.? It cannot be restored\..*$/, '') };
    },
  );
  const others = await client.query<{ count: number }>(
    'select count(*)::int as count from pg_database where not datistemplate and datname <> current_database()',
  );
  const databaseBytes = await sizeOf(client);
  return { ok: true, offer: { writes, databaseBytes, otherDatabases: others.rows[0]?.count ?? 0 }, neededBytes: 0 };
}

async function sizeOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>('select pg_database_size(current_database())::float8 as bytes');
  return rows[0]?.bytes ?? 0;
}

async function whyTaken(options: RestoreOptions, names: RestoreNames): Promise<string | null> {
  const admin = await maintenanceSession(options, 'offpeak:restore offer');
  try {
    const shown = await lookAt(admin, names, '');
    return shown.phase === 'before' ? null : unclearWords(shown, names);
  } finally {
    await admin.end().catch(() => {});
  }
}

async function load(options: RestoreOptions, names: RestoreNames, request: RestoreRequest): Promise<RestoreStageOutcome> {
  const started = performance.now();
  try {
    const manifest = await soundOf(options, request, 'every byte');
    await onServer(options, request, async (admin) => {
      await whyNot(options, names, request);
      const shown = await lookAt(admin, names, request.runId);
      if (shown.phase !== 'before') throw new RestoreRefused(unclearWords(shown, names));
      await loadBeside({ admin, options, work: request, names, shown, manifest });
    });
    return { ok: true, ms: Math.round(performance.now() - started) };
  } catch (error) {
    return { ok: false, message: refusedOrThrow(error) };
  }
}

async function switchOver(options: RestoreOptions, names: RestoreNames, request: RestoreRequest): Promise<SwitchOutcome> {
  try {
    const done = await onServer(options, request, (admin) => switchTo({ admin, options, work: request, names }), 'unless switched');
    // The names are changed whatever this says, so it is no failure of the switch.
    return { ok: true, ...done, unreached: await notReached(options, request) };
  } catch (error) {
    return { ok: false, message: refusedOrThrow(error) };
  }
}

/** A reason with what became of the live database, unless it says so itself. */
function withUntouched(why: string): string {
  return why.includes('not touched') ? why : `${why} The live database was not touched.`;
}

/** Asked again by the worker: between the request and the approval somebody may have taken a right away. */
async function whyNot(options: RestoreOptions, names: RestoreNames, { plannedOn }: RestoreRequest): Promise<void> {
  const client = await connected(options.connectionString, 'offpeak:restore check');
  try {
    await checkServer(client, withoutTimeline(plannedOn));
    const impossible = await whyImpossible(client, names);
    if (impossible !== null) throw new RestoreRefused(withUntouched(impossible.why));
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * With the lock of restores, on another database of the live one's server. The fence stands in the live database: once that is the
 * restored one, the fence in it is of the time of the backup, and the names tell instead.
 */
async function onServer<T>(
  options: RestoreOptions,
  request: RestoreRequest,
  work: (admin: Client) => Promise<T>,
  fenced: 'always' | 'unless switched' = 'always',
): Promise<T> {
  const { runId, runNumber, epoch, signal } = request;
  signal.throwIfAborted();
  const admin = await maintenanceSession(options, sessionName(runId, epoch, 'restore'));
  const stop = () => void admin.end().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    await restoreLock(admin, options, request);
    const { phase } = await lookAt(admin, restoreNames(request.plannedOn.database, runNumber), runId);
    if (fenced === 'always' || phase !== 'switched') await checkLiveFence(options, request);
    return await work(admin);
  } finally {
    signal.removeEventListener('abort', stop);
    await admin.end().catch(() => {});
  }
}

async function soundOf({ directory }: RestoreOptions, { backup, plannedOn, signal }: Offered, depth: Depth = 'sizes') {
  return await soundManifest({ directory, backup, of: plannedOn, signal, depth });
}

/** A failover is no reason against it: a person asked for it. */
function withoutTimeline({ systemIdentifier, database }: TargetIdentity) {
  return { systemIdentifier, database };
}

function refusedOrThrow(error: unknown): string {
  if (error instanceof RestoreRefused) return error.message;
  throw error;
}
