import { execa } from 'execa';
import { mkdir, open } from 'node:fs/promises';
import { compressionArgument, type BackupForm } from '../../domain/backup-form.ts';
import { DUMPING } from './conditions.ts';
import { libpqEnvironment } from './connection.ts';
import type { Tools } from './tools.ts';

/** How long pg_dump waits for a table that somebody alters, before it gives up. */
export const LOCK_WAIT = '30s';

export type Dump = {
  readonly connectionString: string;
  readonly id: string;
  /** Where it is written; a name that says it is not finished. */
  readonly partial: string;
  readonly form: BackupForm;
  readonly tools: Tools;
  readonly snapshot: string;
};

/** Runs pg_dump in the snapshot, without a shell: its exit code is the only one there is (F17). The password travels in the environment. */
export async function runDump({ connectionString, id, partial, form, tools, snapshot }: Dump, signal: AbortSignal): Promise<void> {
  // Made before pg_dump does, so that nobody else may read production data.
  if (form.layout === 'directory') await mkdir(partial, { mode: 0o700 });
  else await (await open(partial, 'w', 0o600)).close();
  const result = await execa(
    tools.pgDump,
    [
      `--format=${form.layout}`,
      ...(form.layout === 'directory' ? [`--jobs=${form.jobs}`] : []),
      `--compress=${compressionArgument(form.compression)}`,
      `--snapshot=${snapshot}`,
      `--file=${partial}`,
      `--lock-wait-timeout=${LOCK_WAIT}`,
      '--no-password',
    ],
    {
      env: libpqEnvironment(connectionString, `${DUMPING}${id}`),
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
