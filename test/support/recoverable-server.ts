import { execa } from 'execa';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { sql } from './postgres.ts';
import { until } from './until.ts';

/** A real server that archives its log and can be taken back to a moment in place, as a provider does with ours. Its address stays the same. */
export type RecoverableServer = {
  readonly url: string;
  /** The base backup that everything goes back from: the server as it is now, at rest. */
  copy(): Promise<void>;
  takeBack(to: Instant): Promise<void>;
  /** A new timeline with everything that was written, as after a failover. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
};

/** Reachable by TCP, because the socket's directory is another one after each start. */
export async function recoverableServer(): Promise<RecoverableServer> {
  const root = await mkdtemp(join(tmpdir(), 'offpeak-recoverable-'));
  const [data, base, archive] = ['data', 'base', 'archive'].map((name) => join(root, name)) as [string, string, string];
  await mkdir(archive);
  // The server may run as another user than we do.
  await Promise.all([root, archive].map((directory) => chmod(directory, 0o777)));
  const settings = { archive_mode: 'on', archive_command: `cp %p ${archive}/%f`, wal_level: 'replica', checkpoint_timeout: '30s' };
  const restore = { restore_command: `cp ${archive}/%f %p` };
  let server: PostgresServer = await startPostgres({ listen: 'tcp', dataDir: data, settings });
  const { port, superuserUrl: url } = server;
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    server = await startPostgres({ listen: 'tcp', port, dataDir: data, settings: { ...settings, ...more } });
  };
  const recover = async (more: Readonly<Record<string, string>>) => {
    // The signal file must belong to whoever the server runs as.
    await execa('cp', ['-a', join(data, 'PG_VERSION'), join(data, 'recovery.signal')]);
    await start({ ...restore, ...more });
    const writable = async () => (await sql<{ replays: boolean }>(url, 'select pg_is_in_recovery() as replays'))[0]?.replays === false;
    await until(writable, { what: 'the recovery to end', deadlineMs: 20_000 });
  };
  return {
    url,
    copy: async () => {
      await server.stop();
      await execa('cp', ['-a', data, base]);
      await start();
    },
    takeBack: async (to) => {
      await sql(url, 'select pg_switch_wal()');
      const [row] = await sql<{ name: string }>(url, 'select pg_walfile_name(pg_switch_wal()) as name');
      const archived = async () =>
        (await sql<{ yes: boolean }>(url, 'select last_archived_wal >= $1 as yes from pg_stat_archiver', [row?.name ?? '']))[0]?.yes ===
        true;
      await until(archived, { what: 'the log to be archived', deadlineMs: 20_000 });
      await server.stop();
      await rm(data, { recursive: true });
      await execa('cp', ['-a', base, data]);
      await recover({ recovery_target_time: to.replace('T', ' ').replace('Z', '+00'), recovery_target_action: 'promote' });
    },
    failOver: async () => {
      await server.stop();
      await recover({});
    },
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}
