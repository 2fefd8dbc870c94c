import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { restored } from '../../../src/domain/proof.ts';
import { postgresBackups } from '../../../src/target/backup/postgres-backups.ts';
import { connect, serverTools, sql, superuserUrl } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { aMigration, backupStage, never, type BackupStage } from './stage.ts';

const SECRET = 'pa55-w0rd!';
let stage: BackupStage;
let wrappers: string;

beforeAll(async () => {
  stage = await backupStage('create table leads (id int); insert into leads select generate_series(1, 5000)');
  wrappers = await mkdtemp(join(tmpdir(), 'offpeak-tools-'));
});

beforeEach(async () => {
  await rm(stage.directory, { recursive: true, force: true });
  await mkdir(stage.directory);
});

afterAll(async () => {
  await rm(wrappers, { recursive: true, force: true });
  await stage.end();
});

/** A directory whose pg_dump and pg_restore run these shell lines first; `$0.args` holds what they were given. */
async function wrapped(name: string, lines: { dump?: string; restore?: string }): Promise<string> {
  const { tools } = serverTools();
  if (tools === null) throw new Error('These tests need pg_dump and pg_restore.');
  const directory = join(wrappers, name);
  await mkdir(directory);
  for (const [program, real, first] of [
    ['pg_dump', tools.pg_dump, lines.dump ?? ''],
    ['pg_restore', tools.pg_restore, lines.restore ?? ''],
  ] as const) {
    const script = `#!/bin/sh\n[ "$1" = --version ] && exec '${real}' --version\necho "$@" >> "$0.args"\n${first}\nexec '${real}' "$@"\n`;
    await writeFile(join(directory, program), script);
    await chmod(join(directory, program), 0o755);
  }
  return directory;
}

function withPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password = SECRET;
  return parsed.href;
}

describe('a backup', () => {
  it('is one file under its name and one manifest, for nobody else to read (R40, R42)', async () => {
    const backup = await stage.backups.take({ id: 'run-7', signal: never });
    expect(await readdir(stage.directory)).toEqual(['run-7.dump', 'run-7.json']);
    expect(await stage.backups.expectedBytes()).toBe(backup.bytes);
    const file = await stat(backup.path);
    expect(file.size).toBe(backup.bytes);
    expect(file.mode & 0o077).toBe(0);
    expect((await stat(join(stage.directory, 'run-7.json'))).mode & 0o077).toBe(0);
    expect(backup).toMatchObject({
      id: 'run-7',
      startedAt: '2026-11-22T20:00:00.000Z',
      lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    });
    expect(backup.toolVersion).toContain('pg_dump');
    expect(await stage.backups.list()).toEqual([backup]);
  });

  it('counts the rows that its dump has, whatever is written meanwhile', async () => {
    const binDir = await wrapped('slow', { dump: 'while [ ! -e "$0.go" ]; do sleep 0.02; done' });
    const backups = postgresBackups({ ...stage.options, binDir });
    const taking = backups.take({ id: 'moving', signal: never });
    await until(() => readFile(join(binDir, 'pg_dump.args'), 'utf8').catch(() => ''), { what: 'pg_dump to be started' });
    await sql(stage.target.url, 'insert into leads values (0)');
    await writeFile(join(binDir, 'pg_dump.go'), '');
    const backup = await taking;
    await sql(stage.target.url, 'delete from leads where id = 0');
    const proof = await backups.prove({ backup, plan: await stage.plan([]), signal: never });
    expect(proof).toMatchObject({ restoreError: '', rows: 5000 });
  });

  it('outlives the timeouts that the database gives its sessions', async () => {
    const alter = `alter database "${stage.target.name}"`;
    await sql(superuserUrl(), `${alter} set idle_in_transaction_session_timeout = 50; ${alter} set statement_timeout = 5000`);
    const binDir = await wrapped('patient', { dump: 'sleep 0.3' });
    const backup = await postgresBackups({ ...stage.options, binDir }).take({ id: 'patient', signal: never });
    await sql(superuserUrl(), `${alter} reset idle_in_transaction_session_timeout; ${alter} reset statement_timeout`);
    expect(backup.bytes).toBeGreaterThan(0);
  });

  it('keeps the password out of arguments and errors (invariant 9)', async () => {
    const binDir = await wrapped('watched', {});
    const options = {
      ...stage.options,
      binDir,
      connectionString: withPassword(stage.target.url),
      scratchUrl: withPassword(stage.scratchUrl),
    };
    const backups = postgresBackups(options);
    const backup = await backups.take({ id: 'quiet', signal: never });
    expect(restored(await backups.prove({ backup, plan: await stage.plan([]), signal: never }))).toBe(true);
    const seen = (await readFile(join(binDir, 'pg_dump.args'), 'utf8')) + (await readFile(join(binDir, 'pg_restore.args'), 'utf8'));
    expect(seen).toContain('--snapshot=');
    expect(seen).not.toContain(SECRET);
    const talkative = await wrapped('talkative', { dump: 'echo "cannot log in with $PGPASSWORD" >&2; exit 1' });
    const failing = postgresBackups({ ...options, binDir: talkative }).take({ id: 'loud', signal: never });
    await expect(failing).rejects.toThrow('cannot log in with ***');
    await expect(failing).rejects.not.toThrow(SECRET);
    expect(await readFile(join(stage.directory, 'quiet.json'), 'utf8')).not.toContain(SECRET);
  });
});

describe('leaves nothing behind', () => {
  it('when pg_dump fails half way (F15, F16), and says what it said', async () => {
    const binDir = await wrapped('failing', {
      dump: 'for a in "$@"; do case $a in --file=*) echo PGDMP > "${a#--file=}";; esac; done; echo "pg_dump: error: No space left on device" >&2; exit 1',
    });
    const taking = postgresBackups({ ...stage.options, binDir }).take({ id: 'half', signal: never });
    await expect(taking).rejects.toThrow(/pg_dump ended with 1: .*No space left on device.*removed.*not changed/);
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('when it is told to stop while it dumps', async () => {
    const binDir = await wrapped('endless', { dump: 'exec sleep 60' });
    const stop = new AbortController();
    const taking = postgresBackups({ ...stage.options, binDir }).take({ id: 'stopped', signal: stop.signal });
    await until(() => readFile(join(binDir, 'pg_dump.args'), 'utf8').catch(() => ''), { what: 'pg_dump to be started' });
    stop.abort();
    await expect(taking).rejects.toThrow('The backup was stopped');
    expect(await readdir(stage.directory)).toEqual([]);
    const open = "select from pg_stat_activity where application_name like 'offpeak:%' and datname = $1";
    await until(async () => (await sql(superuserUrl(), open, [stage.target.name])).length === 0, { what: 'our sessions to end' });
  });

  it('when it is told to stop while it counts behind a lock', async () => {
    const holder = await connect(stage.target.url);
    const stop = new AbortController();
    try {
      await holder.query('begin; lock table leads in access exclusive mode');
      const taking = stage.backups.take({ id: 'waiting', signal: stop.signal });
      const waiting =
        "select from pg_stat_activity where application_name = 'offpeak:backup' and wait_event_type = 'Lock' and datname = $1";
      await until(async () => (await sql(superuserUrl(), waiting, [stage.target.name])).length > 0, { what: 'the count to wait' });
      stop.abort();
      await expect(taking).rejects.toThrow('The backup was stopped');
    } finally {
      await holder.end();
    }
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('when the proof is told to stop: during the restore, and during a statement', async () => {
    const binDir = await wrapped('hanging', { restore: 'exec sleep 60' });
    const backup = await stage.backups.take({ id: 'abandoned', signal: never });
    const plan = await stage.plan([aMigration('0002', { up: ['select pg_sleep(60)'], down: [] })]);
    const restoring = new AbortController();
    const first = postgresBackups({ ...stage.options, binDir }).prove({ backup, plan, signal: restoring.signal });
    await until(() => readFile(join(binDir, 'pg_restore.args'), 'utf8').catch(() => ''), { what: 'pg_restore to be started' });
    restoring.abort();
    await expect(first).rejects.toThrow('The proof of the backup was stopped');
    const rehearsing = new AbortController();
    const second = stage.backups.prove({ backup, plan, signal: rehearsing.signal });
    const sleeping = "select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'";
    await until(async () => (await sql(stage.scratchUrl, sleeping)).length > 0, { what: 'the statement to run' });
    rehearsing.abort();
    await expect(second).rejects.toThrow('The proof of the backup was stopped');
    expect(await stage.scratchDatabases()).toEqual([]);
  });
});

describe('refuses before it dumps', () => {
  it('while another dump of the target runs, and names its backend (F22, R41)', async () => {
    const other = await connect(stage.target.url, { application_name: 'pg_dump' });
    try {
      const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
      await expect(stage.backups.take({ id: 'second', signal: never })).rejects.toThrow(
        `pg_dump is already running on the target (backend ${rows[0]?.pid})`,
      );
    } finally {
      await other.end();
    }
    expect(await readdir(stage.directory)).toEqual([]);
  });

  it('when the disk has less than 1.5 times the last backup, and says both numbers', async () => {
    const last = await stage.backups.take({ id: 'last', signal: never });
    const backupsWith = (free: number) => postgresBackups({ ...stage.options, disk: () => Promise.resolve({ free, total: free }) });
    const enough = Math.ceil(last.bytes * 1.5);
    await expect(backupsWith(enough - 1).take({ id: 'next', signal: never })).rejects.toThrow(
      /has \d.* free and the next backup needs \d.* \(1\.5 × the last one\)/,
    );
    expect(await backupsWith(enough - 1).unusable()).toContain('1.5 × the last one');
    expect((await backupsWith(enough).take({ id: 'next', signal: never })).id).toBe('next');
  });

  it('R33 says what the first backup is expected to take: a quarter of the database; or why nobody can say', async () => {
    const [row] = await sql<{ bytes: string }>(stage.target.url, 'select pg_database_size(current_database()) as bytes');
    expect(await stage.backups.expectedBytes()).toBe(Number(row?.bytes) / 4);
    const away = postgresBackups({ ...stage.options, connectionString: 'postgresql://x:hunter2@127.0.0.1:1/db' });
    await expect(away.expectedBytes()).rejects.toThrow(/^the target cannot be read for it: (?!.*hunter2)/);
  });

  it('when the first backup would not have a quarter of the database', async () => {
    const backups = postgresBackups({ ...stage.options, disk: () => Promise.resolve({ free: 1000, total: 1000 }) });
    await expect(backups.take({ id: 'first', signal: never })).rejects.toThrow('1.0 kB free and the next backup needs');
  });

  it('an id that is a path', async () => {
    await expect(stage.backups.take({ id: '../evil', signal: never })).rejects.toThrow('cannot name a backup');
  });

  it('rows that a policy hides from our role (F20)', async () => {
    await sql(
      stage.target.url,
      'create role take_reader login; grant select on leads to take_reader; alter table leads enable row level security',
    );
    const url = new URL(stage.target.url);
    url.username = 'take_reader';
    try {
      const taking = postgresBackups({ ...stage.options, connectionString: url.href }).take({ id: 'filtered', signal: never });
      await expect(taking).rejects.toThrow('row-level security policy');
      expect(await readdir(stage.directory)).toEqual([]);
    } finally {
      await sql(stage.target.url, 'alter table leads disable row level security; drop owned by take_reader; drop role take_reader');
    }
  });
});

describe('unusable', () => {
  it('is null when everything is there', async () => {
    expect(await stage.backups.unusable()).toBeNull();
  });

  it.each([
    [
      'a directory without tools',
      { binDir: '/nonexistent' },
      /No pg_dump and pg_restore of version \d+.*\/nonexistent \(backup.tools\).*apt-get install postgresql-client-\d+/,
    ],
    [
      'a target that is away',
      { connectionString: 'postgresql://x:hunter2@127.0.0.1:1/db' },
      /^The target cannot be read for a backup: .*ECONNREFUSED/,
    ],
    [
      'a scratch server that is away',
      { scratchUrl: 'postgresql://x:hunter2@127.0.0.1:1/db' },
      /^The scratch server cannot be reached: .*ECONNREFUSED/,
    ],
    ['a directory that cannot be made', { directory: '/dev/null/backups' }, /^The backup directory \/dev\/null\/backups cannot be written/],
  ])('%s', async (_title, overrides, sentence) => {
    const why = await postgresBackups({ ...stage.options, ...overrides }).unusable();
    expect(why).toMatch(sentence);
    expect(why).not.toContain('hunter2');
  });

  it("a scratch server that is the target's own is refused, by the proof too", async () => {
    const backups = postgresBackups({ ...stage.options, scratchUrl: superuserUrl() });
    expect(await backups.unusable()).toContain('the very server of the target');
    const backup = await backups.take({ id: 'same', signal: never });
    const proof = await backups.prove({ backup, plan: await stage.plan([]), signal: never });
    expect(proof.restoreError).toContain('the very server of the target');
  });

  it('a scratch user who is no superuser is refused', async () => {
    await sql(stage.scratchUrl, 'create role take_modest login');
    const url = new URL(stage.scratchUrl);
    url.username = 'take_modest';
    expect(await postgresBackups({ ...stage.options, scratchUrl: url.href }).unusable()).toContain('not a superuser');
    await sql(stage.scratchUrl, 'drop role take_modest');
  });
});
