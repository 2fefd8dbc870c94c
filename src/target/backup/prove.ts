import { execa } from 'execa';
import type { Client } from 'pg';
import { fingerprintDiff } from '../../domain/fingerprint-diff.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Backup, Rehearsal } from '../../domain/proof.ts';
import { readFingerprint } from '../fingerprint.ts';
import { connected, libpqEnvironment, wordsOf } from './connection.ts';
import { lastWords } from './dump.ts';
import { fileMistake } from './files.ts';
import { markProved, readManifest, type Manifest } from './manifest.ts';
import { stopped, type BackupOptions } from './options.ts';
import { rehearse, type RehearsedPlan } from './rehearse.ts';
import { createScratch, dropScratch, evict, missingExtensions, rehearsalSession, scratchUnfit, type ScratchDatabase } from './scratch.ts';
import { contentDifferences, readContents } from './table-contents.ts';
import { findTools } from './tools.ts';

export type Proving = {
  readonly backup: Backup;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  readonly onProgress?: (what: string) => void;
};

/** The backup proves nothing, and this is why. */
class Unproved extends Error {}

const NOTHING_REHEARSED: RehearsedPlan = { migrations: [], statements: [], validationFailures: [], differences: [] };

/** What a proof has collected when it ends, early or not. */
type Collected = { restoreMs: number; tables: number; rows: number; plan: RehearsedPlan };

/**
 * One restore, four proofs: the file is the one that was written, it restores into a database of its own on another server,
 * every table has the rows of its snapshot, and on that copy the plan goes up, down and up again (F19, R22, R43).
 * Whatever is found, and whatever keeps it from finding, is in the answer; it throws only when `signal` says stop. The scratch database never stays.
 */
export async function proveBackup(options: BackupOptions, proving: Proving): Promise<Rehearsal> {
  const collected: Collected = { restoreMs: 0, tables: 0, rows: 0, plan: NOTHING_REHEARSED };
  let restoreError = '';
  try {
    const manifest = await checkedManifest(options, proving);
    await onScratch({ options, proving, manifest, collected });
    await noteProved(options, proving.backup.id);
  } catch (error) {
    if (proving.signal.aborted) throw stopped('The proof of the backup');
    restoreError =
      error instanceof Unproved
        ? error.message
        : `The proof could not be finished: ${wordsOf(error, options.connectionString, options.scratchUrl)}.`;
  }
  const { restoreMs, tables, rows } = collected;
  const { differences, ...plan } = collected.plan;
  const found = differences.length > 0 ? { differences } : {};
  return { backupId: proving.backup.id, at: options.now(), restoreMs, tables, rows, ...plan, ...found, restoreError };
}

/** A proof is worth as much without its note: only retention reads it, and keeps what has none. */
async function noteProved(options: BackupOptions, id: string): Promise<void> {
  const read = await readManifest(options.directory, id);
  if (read === null) return;
  await markProved(options.directory, id, { manifestSha256: read.sha256, provedAt: options.now() }).catch(() => {});
}

/** The manifest of this backup, after the file, the record and the plan were found to belong together. */
async function checkedManifest(options: BackupOptions, { backup, plan, signal, onProgress }: Proving): Promise<Manifest> {
  onProgress?.('Checking the file');
  const read = await readManifest(options.directory, backup.id);
  if (read === null) throw new Unproved(`The manifest of backup ${backup.id} is missing or damaged. Take a new backup.`);
  const { manifest, sha256 } = read;
  if (backup.manifestSha256 !== undefined && backup.manifestSha256 !== sha256)
    throw new Unproved(`The manifest of backup ${backup.id} is not the one that was written (its SHA-256 differs). Take a new backup.`);
  if (manifest.backup.sha256 !== backup.sha256 || manifest.backup.bytes !== backup.bytes)
    throw new Unproved(`The manifest of backup ${backup.id} is that of another dump (its SHA-256 differs). Take a new backup.`);
  const mistake = await fileMistake(backup, manifest.files ?? null, signal);
  if (mistake !== null) throw new Unproved(mistake);
  const { source, fingerprint } = manifest;
  if (source.systemIdentifier !== plan.identity.systemIdentifier || source.database !== plan.identity.database)
    throw new Unproved(
      `Backup ${backup.id} was taken from another server or database (${source.database}) than the plan is for. Take a new backup.`,
    );
  // A drill has no migrations and proves any state; a plan is rehearsed from the state it was made for.
  if (plan.migrations.length > 0 && fingerprint.hash !== plan.fingerprint)
    throw new Unproved(
      'The schema of the target changed after the plan was made, so this copy is not the state that was approved. Make a new plan.',
    );
  return manifest;
}

type Proof = { readonly options: BackupOptions; readonly proving: Proving; readonly manifest: Manifest; readonly collected: Collected };

async function onScratch(proof: Proof): Promise<void> {
  const { options, proving, manifest } = proof;
  const admin = await connected(options.scratchUrl, 'offpeak:proof').catch((error: unknown) => {
    throw new Unproved(`The scratch server cannot be reached: ${wordsOf(error, options.scratchUrl)}. Start it or correct its address.`);
  });
  try {
    const unfit = (await scratchUnfit(admin, manifest.source)) ?? (await missingExtensions(admin, manifest.extensions));
    if (unfit !== null) throw new Unproved(unfit);
    proving.signal.throwIfAborted();
    const scratch = await createScratch(admin, manifest);
    const onAbort = () => void evict(admin, scratch.name).catch(() => {});
    proving.signal.addEventListener('abort', onAbort, { once: true });
    try {
      await inScratch(proof, scratch);
    } finally {
      proving.signal.removeEventListener('abort', onAbort);
      await dropScratch(admin, scratch);
    }
  } finally {
    await admin.end().catch(() => {});
  }
}

async function inScratch(proof: Proof, scratch: ScratchDatabase): Promise<void> {
  const { options, proving, manifest, collected } = proof;
  const { plan, signal, onProgress = () => {} } = proving;
  onProgress('Restoring the backup');
  const started = performance.now();
  await restore(proof, scratch);
  collected.restoreMs = Math.round(performance.now() - started);

  const watcher = await connected(options.scratchUrl, 'offpeak:proof', scratch.name);
  const blocker = await connected(options.scratchUrl, 'offpeak:proof', scratch.name);
  try {
    onProgress('Comparing the contents');
    const tables = await compareContents(watcher, manifest, signal);
    collected.tables = tables.length;
    collected.rows = tables.reduce((sum, { rows }) => sum + rows, 0);
    // Without statistics the planner would rehearse other plans than the target runs.
    await watcher.query('analyze');
    collected.plan = await rehearse({
      watch: { sampler: watcher, blocker },
      plan,
      signal,
      onProgress,
      contents: new Map(tables.map(({ table, rows }) => [table, rows])),
      session: () => rehearsalSession(options.scratchUrl, scratch.name, manifest.source),
    });
  } finally {
    await Promise.allSettled([watcher.end(), blocker.end()]);
  }
}

async function restore({ options, proving, manifest }: Proof, scratch: ScratchDatabase): Promise<void> {
  const found = await findTools({ serverMajor: manifest.source.serverMajor, binDir: options.binDir, roots: options.toolRoots });
  if (!found.ok) throw new Unproved(found.why);
  // Tablespaces are another machine's disks, and a subscription would start to pull from production.
  const only = ['--no-tablespaces', '--no-subscriptions', '--exit-on-error', '--jobs=2', '--no-password'];
  const result = await execa(found.tools.pgRestore, [...only, `--dbname=${scratch.name}`, proving.backup.path], {
    env: { ...libpqEnvironment(options.scratchUrl, 'offpeak:pg_restore'), PGDATABASE: scratch.name },
    stdin: 'ignore',
    cancelSignal: proving.signal,
    forceKillAfterDelay: 5000,
    reject: false,
  });
  proving.signal.throwIfAborted();
  if (result.exitCode === 0) return;
  const words = wordsOf(lastWords(result.stderr), options.scratchUrl, options.connectionString);
  throw new Unproved(
    `pg_restore ended with ${result.exitCode ?? result.signal ?? result.code}: ${words} The backup cannot be restored: take a new one.`,
  );
}

/** Every table with the rows and the values of the snapshot (F20, R43), and every object of the schema. Definitions may be spelled anew by a restore; none may be missing. */
async function compareContents(watcher: Client, manifest: Manifest, signal: AbortSignal): Promise<Manifest['tables']> {
  await watcher.query('begin read only');
  const tables = await readContents(watcher, signal, manifest.tables);
  await watcher.query('commit');
  const wrong = contentDifferences(manifest.tables, tables);
  if (wrong.length > 0) {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : '';
    throw new Unproved(`The restored copy is not the target: ${wrong.slice(0, 5).join(', ')}${more}. Take a new backup.`);
  }
  const differences = fingerprintDiff(manifest.fingerprint, await readFingerprint(watcher)).filter(
    (sentence) => !sentence.includes(' changed'),
  );
  if (differences.length > 0)
    throw new Unproved(`The restored schema is not the target's: ${differences.slice(0, 5).join(', ')}. Nothing is proved by it.`);
  return tables;
}
