import { execa } from 'execa';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findBinaries } from './binaries.ts';
import type { PostgresBinaries } from './binaries.ts';
import { KEEPER, prepareLaunch } from './keeper.ts';
import type { Launch } from './keeper.ts';

export interface StartOptions {
  /** 'socket' (default): reachable only through a private directory. 'tcp': also on 127.0.0.1. */
  readonly listen?: 'socket' | 'tcp';
  /** For 'tcp'; a free one is taken when absent. */
  readonly port?: number;
  readonly binaries?: PostgresBinaries;
  /** Server settings on top of ours, e.g. `{ shared_preload_libraries: 'pg_stat_statements' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A directory to keep: created and initialised when empty, used as it is when it holds a cluster, never removed. */
  readonly dataDir?: string;
}

export interface PostgresServer {
  /** Connection string of a database, as the superuser `postgres`, for pg and for libpq programs alike. */
  readonly url: (database: string) => string;
  readonly superuserUrl: string;
  /** The socket directory, or 127.0.0.1 for 'tcp'. */
  readonly host: string;
  readonly port: number;
  readonly socketDir: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly binaries: PostgresBinaries;
  /** Fast shutdown (open sessions are ended), waits for the exit, removes everything temporary. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** fsync is off because a playground may lose its data with the machine; everything an operator looks at is on. */
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '2GB',
  track_io_timing: 'on',
  track_functions: 'all',
  log_lock_waits: 'on',
  log_line_prefix: '%m [%p] %q%a %d ',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const START_DEADLINE_MS = 30_000;

/**
 * Boots a real PostgreSQL without Docker, as root or not. Nothing of it survives this process: a keeper ends the server
 * and removes its files when our end of a pipe closes, so even SIGKILL leaves no server behind.
 * Throws with the end of the server's log when it does not come up within 30 s.
 */
export async function startPostgres(options: StartOptions = {}): Promise<PostgresServer> {
  const binaries = options.binaries ?? (await findBinaries());
  const base = await mkdtemp(join(tmpdir(), 'offpeak-pg-'));
  const launch = await prepareLaunch(binaries.dir, base);
  await launch.own(base);
  const dataDir = options.dataDir ?? join(base, 'data');
  await initialise(dataDir, launch);

  const tcp = options.listen === 'tcp';
  const port = tcp ? options.port || (await freePort()) : 5432;
  const settings = { ...SETTINGS, ...options.settings };
  const args = ['-D', dataDir, '-p', String(port), '-k', base, '-h', tcp ? '127.0.0.1' : ''];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  // Held open while the server starts: its last words stay readable after the keeper has removed the file.
  await using log = await open(join(base, 'server.log'), 'a+');
  const keeper = keep({ command: [...launch.command, join(launch.bin, 'postgres'), ...args], base, log });
  const pid = await ready({ keeper, dataDir, log });

  const url = (database: string) => {
    const name = encodeURIComponent(database);
    const host = tcp ? '' : `?host=${encodeURIComponent(base)}`;
    return `postgresql://postgres@${tcp ? '127.0.0.1' : 'localhost'}:${port}/${name}${host}`;
  };
  const stop = () => end(keeper);
  return { url, superuserUrl: url('postgres'), host: tcp ? '127.0.0.1' : base, port, socketDir: base, dataDir, pid, binaries, stop };
}

async function initialise(dataDir: string, launch: Launch): Promise<void> {
  const exists = await access(join(dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await launch.own(dataDir);
  const [program, ...args] = [...launch.command, join(launch.bin, 'initdb')];
  await execa(program, [...args, '-D', dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']);
}

/** Starts the keeper in a session of its own, so that Ctrl-C in a terminal reaches the demo first and the database last. */
function keep({ command, base, log }: { command: readonly string[]; base: string; log: FileHandle }): ChildProcess {
  const argv = ['-c', KEEPER, 'offpeak-postgres-keeper', base, ...command];
  return spawn('sh', argv, { cwd: '/', detached: true, stdio: ['pipe', log.fd, log.fd] });
}

/** PostgreSQL writes its pid and, once it accepts connections, "ready" into postmaster.pid (docs: storage-file-layout). */
async function ready({ keeper, dataDir, log }: { keeper: ChildProcess; dataDir: string; log: FileHandle }): Promise<number> {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (keeper.exitCode === null && performance.now() < deadline) {
    const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[7]?.trim() === 'ready') return Number(lines[0]);
    await pause(10);
  }
  await end(keeper);
  const { size } = await log.stat();
  const { buffer } = await log.read({ buffer: Buffer.alloc(size), position: 0 });
  throw new Error(`PostgreSQL did not start. Its last words:\n${buffer.toString().trimEnd().split('\n').slice(-15).join('\n')}`);
}

async function end(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  const exited = once(keeper, 'exit');
  keeper.stdin?.end();
  await exited;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free TCP port on 127.0.0.1.');
  return address.port;
}
