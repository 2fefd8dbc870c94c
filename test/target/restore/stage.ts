import { escapeIdentifier } from 'pg';
import type { Plan } from '../../../src/domain/plan.ts';
import type { Backup } from '../../../src/domain/proof.ts';
import type { RestoreRequest, RestoreTool } from '../../../src/ports.ts';
import { raiseFence } from '../../../src/target/fence.ts';
import type { RestoreOptions } from '../../../src/target/restore/options.ts';
import { postgresRestore } from '../../../src/target/restore/postgres-restore.ts';
import { ensureSchema } from '../../../src/target/schema.ts';
import { connect, sql, superuserUrl } from '../../support/postgres.ts';
import { backupStage, never, type BackupStage } from '../backup/stage.ts';

/** A target with a backup of it, and everything to go back to it. */
export type RestoreStage = BackupStage & {
  readonly backup: Backup;
  readonly identity: Plan['identity'];
  readonly restoreOptions: RestoreOptions;
  readonly restore: RestoreTool;
  /** A request of run `number`, whose id is written in its fence. */
  readonly request: (number: number, changes?: Partial<RestoreRequest>) => RestoreRequest;
  /** Makes this epoch of that run the one that may write. */
  readonly fence: (number: number, epoch?: number) => Promise<void>;
  readonly databases: () => Promise<readonly string[]>;
};

export const runId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export async function restoreStage(schema: string, changes: Partial<RestoreOptions> = {}): Promise<RestoreStage> {
  const stage = await backupStage(schema);
  const { target } = stage;
  await prepare(target.url);
  const backup = await stage.backups.take({ id: 'before-the-run', signal: never });
  const { identity } = await stage.plan([]);
  const restoreOptions: RestoreOptions = { connectionString: target.url, directory: stage.directory, ...changes };
  const databases = async () => {
    const rows = await sql<{ datname: string }>(
      superuserUrl(),
      'select datname from pg_database where starts_with(datname, $1) order by 1',
      [target.name],
    );
    return rows.map(({ datname }) => datname.slice(target.name.length));
  };
  return {
    ...stage,
    backup,
    identity,
    restoreOptions,
    restore: postgresRestore(restoreOptions),
    request: (number, overrides = {}) => ({
      runId: runId(number),
      runNumber: number,
      epoch: 1,
      backup,
      plannedOn: identity,
      signal: never,
      ...overrides,
    }),
    fence: async (number, epoch = 1) => {
      const client = await connect(target.url);
      try {
        await raiseFence(client, { runId: runId(number), epoch });
      } finally {
        await client.end();
      }
    },
    databases,
    end: async () => {
      for (const ending of await databases())
        if (ending !== '') await sql(superuserUrl(), `drop database ${escapeIdentifier(target.name + ending)} with (force)`);
      await stage.end();
    },
  };
}

async function prepare(url: string): Promise<void> {
  const client = await connect(url);
  try {
    await ensureSchema(client);
  } finally {
    await client.end();
  }
}
