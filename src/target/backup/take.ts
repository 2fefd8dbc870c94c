import { execa } from 'execa';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { Client } from 'pg';
import type { Backup } from '../../domain/proof.ts';
import { readFingerprint } from '../fingerprint.ts';
import { DUMPING, endOwnOrphans, otherBackup, tooLittleSpace } from './conditions.ts';
import { connected, endedOnAbort, libpqEnvironment, wordsOf } from './connection.ts';
import { digestOf, sync } from './durable.ts';
import { dumpPath, manifestPath, writeManifest, type Manifest } from './manifest.ts';
import { assertId, stopped, type BackupOptions } from './options.ts';
import { countRows, readRoles, readSource } from './source.ts';
import { findTools, type Tools } from './tools.ts';

/** How long pg_dump waits for a table that somebody alters, before it gives up. */
const LOCK_WAIT = '30s';

/** The snapshot must outlive pg_dump, whatever the role's or the database's timeouts are; locks are waited for as long as pg_dump does. */
const PATIENCE = `
select set_config(name, case name when 'lock_timeout' then '${LOCK_WAIT}' else '0' end, true) from pg_settings
where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

const SNAPSHOT = `
select pg_export_snapshot() as snapshot, pg_current_wal_lsn()::text as lsn, current_setting('server_version') as "serverVersion"`;

/**
 * Takes one backup: dumps to `<id>.dump.partial`, waits for the disk, renames, and writes the manifest last (F15–F17).
 * Rows are counted and the schema is read in the very snapshot that pg_dump uses. Throws an operator's sentence and removes
 * everything when another dump runs (F22), space or tools are missing, pg_dump fails, or `signal` says stop.
 */
export async function takeBackup(options: BackupOptions, request: { id: string; signal: AbortSignal }): Promise<Backup> {
  const { id, signal } = request;
  assertId(id);
  if (signal.aborted) throw stopped('The backup');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const client = await connected(options.connectionString, 'offpeak:backup').catch((error: unknown) => {
    throw new Error(
      `The target cannot be reached for a backup: ${wordsOf(error, options.connectionString)}. The database was not touched.`,
    );
  });
  try {
    using _ending = await endedOnAbort(client, options.connectionString, signal);
    return await takeThrough(client, options, request);
  } catch (error) {
    await discard(options.directory, id);
    if (signal.aborted) throw stopped('The backup');
    if (error instanceof Refused) throw error;
    throw failed(wordsOf(error, options.connectionString));
  } finally {
    await client.end().catch(() => {});
  }
}

/** Without the error as its cause: what a program wrote may hold the password, and causes are logged. */
function failed(why: string): Error {
  return new Error(`The backup failed: ${why}. What was written was removed, and the database was not changed. Mend it and try again.`);
}

/** Already an operator's sentence. */
class Refused extends Error {}

async function takeThrough(client: Client, options: BackupOptions, { id, signal }: { id: string; signal: AbortSignal }): Promise<Backup> {
  // 1. Everything that can be known before is known before.
  await endOwnOrphans(client, id);
  const refusal = (await otherBackup(client)) ?? (await tooLittleSpace(client, options));
  if (refusal !== null) throw new Refused(refusal);
  const source = await readSource(client);
  const found = await findTools({ serverMajor: source.serverMajor, binDir: options.binDir, roots: options.toolRoots });
  if (!found.ok) throw new Refused(found.why);
  const roles = await readRoles(client);

  // 2. One snapshot for the dump, the counts and the schema.
  const startedAt = options.now();
  const started = performance.now();
  await client.query('begin isolation level repeatable read read only');
  await client.query(PATIENCE);
  // Rather an error than rows that a policy hides (F20).
  await client.query('set local row_security = off');
  const { rows } = await client.query<{ snapshot: string; lsn: string; serverVersion: string }>(SNAPSHOT);
  const [view] = rows;
  if (!view) throw new Error('the server exported no snapshot');
  const fingerprint = await readFingerprint(client);
  const tables = await dumpWhileCounting(client, { options, id, signal, tools: found.tools, snapshot: view.snapshot });
  await client.query('commit');

  // 3. On the disk first, under its name second, counted third.
  const path = dumpPath(options.directory, id);
  await sync(`${path}.partial`);
  const { sha256, bytes } = await digestOf(`${path}.partial`, signal);
  await rename(`${path}.partial`, path);
  const backup: Backup = {
    id,
    path,
    bytes,
    sha256,
    startedAt,
    finishedAt: options.now(),
    durationMs: Math.round(performance.now() - started),
    serverVersion: view.serverVersion,
    toolVersion: found.tools.version,
    lsn: view.lsn,
  };
  const manifest: Manifest = {
    format: 1,
    backup,
    source,
    ...roles,
    tables,
    fingerprint: { hash: fingerprint.hash, lines: [...fingerprint.lines] },
  };
  await writeManifest(options.directory, manifest);
  await sync(options.directory);
  if (signal.aborted) throw stopped('The backup');
  return backup;
}

type Dump = {
  readonly options: BackupOptions;
  readonly id: string;
  readonly signal: AbortSignal;
  readonly tools: Tools;
  readonly snapshot: string;
};

/** Both end before this answers: whichever fails stops the other. */
async function dumpWhileCounting(client: Client, dump: Dump): Promise<Manifest['tables']> {
  const failure = new AbortController();
  const signal = AbortSignal.any([dump.signal, failure.signal]);
  const fail = (error: unknown) => {
    failure.abort();
    throw error;
  };
  const dumping = runDump(dump, signal).catch(fail);
  const counting = countRows(client, signal).catch(fail);
  const [dumped, counted] = await Promise.allSettled([dumping, counting]);
  if (dumped.status === 'rejected' && counted.status === 'rejected')
    throw dump.signal.aborted || !isAbort(dumped.reason) ? dumped.reason : counted.reason;
  if (dumped.status === 'rejected') throw dumped.reason;
  if (counted.status === 'rejected') throw counted.reason;
  return counted.value;
}

async function runDump({ options, id, tools, snapshot }: Dump, signal: AbortSignal): Promise<void> {
  const partial = `${dumpPath(options.directory, id)}.partial`;
  // Made before pg_dump does, so that nobody else may read production data.
  await (await open(partial, 'w', 0o600)).close();
  const result = await execa(
    tools.pgDump,
    [
      '--format=custom',
      `--compress=${options.compression ?? 1}`,
      `--snapshot=${snapshot}`,
      `--file=${partial}`,
      `--lock-wait-timeout=${LOCK_WAIT}`,
      '--no-password',
    ],
    {
      env: libpqEnvironment(options.connectionString, `${DUMPING}${id}`),
      stdin: 'ignore',
      cancelSignal: signal,
      forceKillAfterDelay: 5000,
      reject: false,
    },
  );
  if (signal.aborted) throw new DOMException('stopped', 'AbortError');
  if (result.exitCode !== 0)
    throw new Error(`pg_dump ended with ${result.exitCode ?? result.signal ?? result.code}: ${lastWords(result.stderr)}`);
}

/** The last lines a program wrote, on one line. */
export function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-3).join(' ').slice(-600) || 'it said nothing';
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Removes whatever of this backup was written. */
async function discard(directory: string, id: string): Promise<void> {
  const dump = dumpPath(directory, id);
  const manifest = manifestPath(directory, id);
  for (const path of [manifest, `${manifest}.partial`, dump, `${dump}.partial`]) await rm(path, { force: true });
}
