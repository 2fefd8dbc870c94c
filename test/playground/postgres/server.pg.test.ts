import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { access, chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../../../playground/postgres/server.ts';
import { connect, secondCluster, serverTools, sql, superuserUrl, testDatabase } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const SYSTEM = 'SELECT system_identifier::text AS id FROM pg_control_system()';

describe('startPostgres', () => {
  test('on TCP answers on loopback with the settings an operator needs, and stop() leaves no process and no file', async () => {
    const server = await startPostgres({ listen: 'tcp', settings: { work_mem: '8MB' } });
    const rows = await sql(server.url('postgres'), "SELECT current_setting('work_mem') AS mem, current_setting('track_io_timing') AS io");
    expect(rows).toEqual([{ mem: '8MB', io: 'on' }]);
    expect(server.host).toBe('127.0.0.1');
    const addresses = await sql(server.superuserUrl, "SELECT current_setting('listen_addresses') AS on_address, pg_backend_pid() AS pid");
    expect(addresses[0]?.['on_address']).toBe('127.0.0.1');
    expect(alive(server.pid)).toBe(true);

    await server.stop();
    await server.stop();
    expect(alive(server.pid)).toBe(false);
    await expect(access(server.socketDir)).rejects.toThrow('ENOENT');
  });

  test('stop() ends even a server whose sessions are in the middle of a transaction', async () => {
    const server = await startPostgres();
    const client = await connect(server.superuserUrl);
    await client.query('BEGIN; CREATE TABLE t(); LOCK t');
    await server.stop();
    expect(alive(server.pid)).toBe(false);
  });

  test('a data directory of the caller survives stop() and starts again with its contents', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'offpeak-kept-'));
    await chmod(parent, 0o755);
    const dataDir = join(parent, 'data');
    const first = await startPostgres({ dataDir });
    await sql(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const again = await startPostgres({ dataDir });
    expect(await sql(again.superuserUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await again.stop();
    await rm(parent, { recursive: true });
  });

  test('a server that cannot start is reported with its last words and leaves nothing behind', async () => {
    await expect(startPostgres({ settings: { shared_buffers: 'much' } })).rejects.toThrow(/did not start[^]*shared_buffers/);
  });

  test('dies with its parent, even when that is killed with -9', async () => {
    const script = `
      const { startPostgres } = await import(${JSON.stringify(new URL('../../../playground/postgres/server.ts', import.meta.url).href)});
      const { pid, socketDir } = await startPostgres();
      console.log(JSON.stringify({ pid, socketDir }));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) => createInterface(parent.stdout).once('line', resolve));
    const { pid, socketDir }: { pid: number; socketDir: string } = JSON.parse(line);
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !alive(pid), { what: 'the orphaned server to end' });
    await until(
      () =>
        access(socketDir).then(
          () => false,
          () => true,
        ),
      { what: 'its directory to be removed' },
    );
  });
});

describe('the test databases', () => {
  test('are empty, or clones of a template, and drop() cuts sessions that are still open', async () => {
    const source = await testDatabase();
    expect(await sql(source.url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
    await sql(source.url, 'CREATE TABLE t AS SELECT 1 AS one');
    const clone = await testDatabase({ template: source.name });
    expect(await sql(clone.url, 'SELECT * FROM t')).toEqual([{ one: 1 }]);
    await connect(clone.url);
    await clone.drop();
    await source.drop();
    const left = await sql(superuserUrl(), 'SELECT datname FROM pg_database WHERE datname = ANY($1)', [[source.name, clone.name]]);
    expect(left).toEqual([]);
  });

  test('can be created in parallel', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => testDatabase()));
    expect(new Set(databases.map(({ name }) => name)).size).toBe(4);
    await Promise.all(databases.map(({ drop }) => drop()));
  });

  test('their URL is understood by libpq programs too', async (context) => {
    const { tools } = serverTools();
    context.skip(tools === null, 'no pg_dump on this machine');
    if (!tools) return;
    const database = await testDatabase();
    await sql(database.url, 'CREATE TABLE dumped(id int)');
    const { stdout } = await execa(tools.pg_dump, ['--schema-only', database.url]);
    expect(stdout).toContain('CREATE TABLE public.dumped');
    await database.drop();
  });
});

describe('secondCluster', () => {
  afterAll(async () => (await secondCluster()).stop());

  test('is booted once and has another system identifier', async () => {
    const [cluster, same] = await Promise.all([secondCluster(), secondCluster()]);
    expect(same).toBe(cluster);
    const [here, there] = await Promise.all([sql(superuserUrl(), SYSTEM), sql(cluster.superuserUrl, SYSTEM)]);
    expect(here[0]?.['id']).toMatch(/^\d+$/);
    expect(there[0]?.['id']).not.toBe(here[0]?.['id']);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
