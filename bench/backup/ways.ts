import { execa } from 'execa';
import { dirname, join } from 'node:path';
import { DEFAULT_FORM, type BackupForm } from '../../src/domain/backup-form.ts';
import type { PostgresTools } from '../../playground/postgres/binaries.ts';
import { libpqEnvironment } from '../../src/target/backup/connection.ts';
import { postgresBackups } from '../../src/target/backup/postgres-backups.ts';

/** Where a backup comes from and goes to. */
export type Place = { readonly url: string; readonly tools: PostgresTools; readonly directory: string; readonly tables: readonly string[] };
export type Way = { readonly name: string; readonly take: (place: Place, round: number) => Promise<void> };

const DIRECTORY: BackupForm = { ...DEFAULT_FORM, layout: 'directory', jobs: 2 };

/** Reading the tables and nothing else: what no dump in one session can be faster than. */
async function copySession({ url, tools, tables }: Place): Promise<void> {
  const commands = tables.flatMap((table) => ['-c', `COPY ${table} TO STDOUT`]);
  const psql = join(dirname(tools.pg_dump), 'psql');
  await execa(psql, ['--no-psqlrc', ...commands], { env: libpqEnvironment(url, 'bench'), stdin: 'ignore', stdout: 'ignore' });
}

/** As the runbook has it. */
async function byRunbook({ url, tools, directory }: Place): Promise<void> {
  const env = { ...libpqEnvironment(url, 'bench'), PG_DUMP: tools.pg_dump, TO: join(directory, 'runbook.sql.gz') };
  await execa('sh', ['-c', '"$PG_DUMP" | gzip > "$TO"'], { env, stdin: 'ignore' });
}

function bare(...args: readonly string[]): Way['take'] {
  return async ({ url, tools, directory }, round) => {
    const file = join(directory, `bare-${args[0]?.slice(-1)}-${round}`);
    await execa(tools.pg_dump, [...args, '--compress=1', `--file=${file}`], { env: libpqEnvironment(url, 'bench'), stdin: 'ignore' });
  };
}

function offpeak(form: BackupForm): Way['take'] {
  return async ({ url, directory }, round) => {
    const backups = postgresBackups({
      connectionString: url,
      scratchUrl: url,
      directory,
      form,
      keepFree: 0,
      now: () => new Date().toISOString(),
    });
    await backups.take({ id: `bench-${form.layout}-${round}`, signal: new AbortController().signal });
  };
}

/** The first is what the others are compared with. */
export const WAYS: readonly Way[] = [
  { name: 'one plain COPY session, to nowhere', take: copySession },
  { name: 'pg_dump | gzip', take: byRunbook },
  { name: 'pg_dump, custom, gzip:1', take: bare('-Fc') },
  { name: 'pg_dump, directory, 2 jobs, gzip:1', take: bare('-Fd', '--jobs=2') },
  { name: 'Offpeak, custom, gzip:1', take: offpeak(DEFAULT_FORM) },
  { name: 'Offpeak, directory, 2 jobs, gzip:1', take: offpeak(DIRECTORY) },
];
