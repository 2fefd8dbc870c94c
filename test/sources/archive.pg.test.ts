import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { databaseReadings } from '../../src/sources/postgres.ts';
import { createRestorePoint } from '../../src/target/backup/restore-point.ts';
import { connect, sql, superuserUrl } from '../support/postgres.ts';
import { until } from '../support/until.ts';

let directory: string;
let server: PostgresServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offpeak-archive-'));
  // The server may run as another user than we do.
  await chmod(directory, 0o777);
  const command = `test -e ${directory}/broken && exit 1; cp %p ${directory}/%f`;
  server = await startPostgres({ settings: { archive_mode: 'on', archive_command: command, wal_level: 'replica' } });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** What the reading says of a position, and a way to close it. */
async function read(url: string, lsn: string) {
  const readings = databaseReadings({ connectionString: url });
  try {
    const reading = await readings.archived?.(lsn);
    if (reading?.ok !== true) throw new Error(reading === undefined ? 'no reading' : reading.why);
    return reading.value;
  } finally {
    await readings.close();
  }
}

async function position(url: string): Promise<string> {
  const [row] = await sql<{ lsn: string }>(url, 'select pg_current_wal_insert_lsn()::text as lsn');
  return row?.lsn ?? '';
}

describe('R42 whether the log up to a position is archived (M28)', () => {
  it('is no question where the server archives nothing', async () => {
    expect(await read(superuserUrl(), await position(superuserUrl()))).toEqual({ applicable: false });
  });

  it('is not yet while its segment is open; a restore point closes it, and then it is', async () => {
    const url = server.superuserUrl;
    await sql(url, 'create table if not exists grows (x int); insert into grows values (1)');
    const open = await position(url);
    expect(await read(url, open)).toMatchObject({
      applicable: true,
      archived: false,
      words: expect.stringContaining('is not archived yet'),
    });
    const client = await connect(url);
    const point = await createRestorePoint(client, 'offpeak-test');
    await client.end();
    if ('missing' in point) throw new Error(point.missing);
    const archivedNow = async () => {
      const found = await read(url, point.lsn);
      return found.applicable && found.archived;
    };
    await until(archivedNow, { what: 'the segment of the restore point to be archived', deadlineMs: 20_000 });
    const found = await read(url, point.lsn);
    const name = /^(\w+) is archived/.exec(found.applicable ? found.words : '')?.[1] ?? 'none';
    expect(await readdir(directory)).toContain(name);
  });

  it('says that archiving fails, and with which segment', async () => {
    const url = server.superuserUrl;
    await sql(url, `copy (select 1) to program 'touch ${directory}/broken'`);
    await sql(url, 'insert into grows values (2); select pg_switch_wal()');
    const lsn = await position(url);
    const failing = async () => {
      const found = await read(url, lsn);
      return found.applicable && found.words.includes('archiving fails, last with 0');
    };
    await until(failing, { what: 'the archiver to fail', deadlineMs: 20_000 });
    await rm(join(directory, 'broken'), { force: true });
  });

  it('a role that may not close segments is told what would let it', async () => {
    const url = server.superuserUrl;
    await sql(url, 'create role modest login; insert into grows values (3)');
    const lsn = await position(url);
    const asModest = new URL(url);
    asModest.username = 'modest';
    const found = await read(asModest.href, lsn);
    expect(found).toMatchObject({ applicable: true, archived: false });
    expect(JSON.stringify(found)).toMatch(/GRANT EXECUTE ON FUNCTION pg_switch_wal\(\) TO modest|archiving fails/);
  });
});
