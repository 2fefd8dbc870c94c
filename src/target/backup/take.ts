import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { compressionRefused, compressionText, DEFAULT_FORM } from '../../domain/backup-form.ts';
import type { Backup } from '../../domain/proof.ts';
import { readFingerprint } from '../fingerprint.ts';
import { endOwnOrphans, otherBackup, tooLittleSpace } from './conditions.ts';
import { connected, endedOnAbort, wordsOf } from './connection.ts';
import { LOCK_WAIT, runDump, type Dump } from './dump.ts';
import { sync } from './durable.ts';
import { inventory } from './files.ts';
import { discard, dumpPath, writeManifest, type Manifest } from './manifest.ts';
import { assertId, stopped, type BackupOptions } from './options.ts';
import { createRestorePoint } from './restore-point.ts';
import { readRoles, readSource } from './source.ts';
import { readContents } from './table-contents.ts';
import { findTools, type Tools } from './tools.ts';
import { readWriteCounters } from './write-counters.ts';

/** The snapshot must outlive pg_dump, whatever the role's or the database's timeouts are; locks are waited for as long as pg_dump does. */
const PATIENCE = `
select set_config(name, case name when 'lock_timeout' then '${LOCK_WAIT}' else '0' end, true) from pg_settings
where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** Where the log is written next: commits that did not wait for the disk are in the snapshot too. */
const SNAPSHOT = `
select pg_export_snapshot() as snapshot, pg_current_wal_insert_lsn()::text as lsn, current_setting('server_version') as "serverVersion",
  to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "serverTime"`;

/**
 * Takes one backup: dumps to a name that ends in `.partial`, waits for the disk, renames, and writes the manifest last (F15–F17).
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
  const form = options.form ?? DEFAULT_FORM;
  // 1. Everything that can be known before is known before.
  await endOwnOrphans(client, id);
  const refusal = (await otherBackup(client)) ?? (await tooLittleSpace(client, options));
  if (refusal !== null) throw new Refused(refusal);
  const source = await readSource(client);
  const tools = await toolsFor(options, source.serverMajor);
  const roles = await readRoles(client);
  const restorePoint = await createRestorePoint(client, id);

  // 2. One snapshot for the dump, the counts and the schema.
  const startedAt = options.now();
  const started = performance.now();
  // Before the snapshot: what is written between the two is counted as lost, never as kept.
  const counters = await readWriteCounters(client);
  await client.query('begin isolation level repeatable read read only');
  await client.query(PATIENCE);
  // Rather an error than rows that a policy hides (F20).
  await client.query('set local row_security = off');
  const { rows } = await client.query<{ snapshot: string; lsn: string; serverTime: string; serverVersion: string }>(SNAPSHOT);
  const [view] = rows;
  if (!view) throw new Error('the server exported no snapshot');
  const { hash, lines } = await readFingerprint(client);
  const path = dumpPath(options.directory, id, form.layout);
  const partial = `${path}.partial`;
  const dump: Dump = { connectionString: options.connectionString, id, partial, form, tools, snapshot: view.snapshot };
  const tables = await dumpWhileCounting(client, dump, signal);
  await client.query('commit');

  // 3. On the disk first, under its name second, counted third.
  const { bytes, sha256, files } = await inventory(partial, signal);
  for (const { name } of files ?? []) await sync(join(partial, name));
  await sync(partial);
  await rename(partial, path);
  const manifest: Manifest = {
    format: 1,
    backup: {
      id,
      path,
      bytes,
      sha256,
      startedAt,
      finishedAt: options.now(),
      durationMs: Math.round(performance.now() - started),
      ...view,
      toolVersion: tools.version,
      layout: form.layout,
      compression: compressionText(form.compression),
      restorePoint,
    },
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(files === null ? {} : { files: [...files] }),
    source,
    ...roles,
    tables,
    fingerprint: { hash, lines: [...lines] },
    ...(counters === null ? {} : { counters: { ...counters, tables: [...counters.tables] } }),
  };
  const manifestSha256 = await writeManifest(options.directory, manifest);
  await sync(options.directory);
  if (signal.aborted) throw stopped('The backup');
  return { ...manifest.backup, manifestSha256 } as Backup;
}

/** The programs, refused when they cannot read this server (F18) or pack as configured. */
async function toolsFor(options: BackupOptions, serverMajor: number): Promise<Tools> {
  const found = await findTools({ serverMajor, binDir: options.binDir, roots: options.toolRoots });
  if (!found.ok) throw new Refused(found.why);
  const refusal = compressionRefused((options.form ?? DEFAULT_FORM).compression, found.tools);
  if (refusal !== null) throw new Refused(refusal);
  return found.tools;
}

/** Both end before this answers: whichever fails stops the other. */
async function dumpWhileCounting(client: Client, dump: Dump, stop: AbortSignal): Promise<Manifest['tables']> {
  const failure = new AbortController();
  const signal = AbortSignal.any([stop, failure.signal]);
  const fail = (error: unknown) => {
    failure.abort();
    throw error;
  };
  const dumping = runDump(dump, signal).catch(fail);
  const counting = readContents(client, signal).catch(fail);
  const [dumped, counted] = await Promise.allSettled([dumping, counting]);
  if (dumped.status === 'rejected' && counted.status === 'rejected')
    throw stop.aborted || !isAbort(dumped.reason) ? dumped.reason : counted.reason;
  if (dumped.status === 'rejected') throw dumped.reason;
  if (counted.status === 'rejected') throw counted.reason;
  return counted.value;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
