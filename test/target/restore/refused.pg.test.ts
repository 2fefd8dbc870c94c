import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresRestore } from '../../../src/target/restore/postgres-restore.ts';
import { connect, sql, superuserUrl } from '../../support/postgres.ts';
import { restoreStage, type RestoreStage } from './stage.ts';

let stage: RestoreStage;

beforeAll(async () => {
  stage = await restoreStage(`create role restore_plain login; create table leads (id int primary key); insert into leads values (1), (2)`);
  await stage.fence(1);
});

afterAll(async () => {
  await stage.end();
  await sql(superuserUrl(), 'drop role restore_plain');
});

const asPlain = () => {
  const url = new URL(stage.target.url);
  url.username = 'restore_plain';
  return postgresRestore({ ...stage.restoreOptions, connectionString: url.href });
};
const why = async (request = stage.request(1), tool = stage.restore) => {
  const answer = await tool.offer(request);
  return answer.ok ? 'possible' : answer.why;
};

describe('a restore that cannot be is refused before anything is made', () => {
  it('it is possible here: the other cases could fail', async () => {
    expect(await why()).toBe('possible');
  });

  it('where the role may not create a database, with the statement that lets it', async () => {
    expect(await why(stage.request(1), asPlain())).toBe(
      'Role restore_plain may not create a database for the restore. As a superuser: ALTER ROLE "restore_plain" CREATEDB. The database was not touched.',
    );
    await sql(superuserUrl(), 'alter role restore_plain createdb');
    expect(await why(stage.request(1), asPlain())).toContain('GRANT "postgres" TO "restore_plain"');
  });

  it('where a database of the kept name is there already', async () => {
    await sql(superuserUrl(), `create database "${stage.target.name}_before_r1"`);
    expect(await why()).toMatch(/is there already.*Do not drop it: rename it first/);
    await sql(superuserUrl(), `drop database "${stage.target.name}_before_r1"`);
  });

  it('F19 where the backup is damaged, cut off, foreign, or no archive of pg_dump', async () => {
    const { backup } = stage;
    const whole = await readFile(backup.path);
    const damaged = async (bytes: Buffer) => {
      await writeFile(backup.path, bytes);
      const refused = await why();
      await writeFile(backup.path, whole);
      return refused;
    };
    const flipped = Buffer.from(whole);
    flipped[whole.length - 20] = (flipped[whole.length - 20] ?? 0) ^ 1;
    // At a glance it is whole: every byte is read before the first is loaded.
    await writeFile(backup.path, flipped);
    expect(await stage.restore.load(stage.request(1))).toMatchObject({ ok: false, message: expect.stringContaining('SHA-256 differs') });
    await writeFile(backup.path, whole);
    expect(await stage.restore.load(stage.request(1, { backup: { ...backup, id: 'nobody' } }))).toMatchObject({
      ok: false,
      message: expect.stringMatching(/The database was not touched\. Choose another backup\.$/),
    });
    expect(await stage.restore.offer(stage.request(1, { backup: { ...backup, id: 'nobody' } }))).toMatchObject({
      ok: false,
      remedy: 'another_backup',
    });
    expect(await stage.databases()).toEqual(['']);
    expect(await damaged(whole.subarray(0, 900))).toContain('bytes where');
    expect(await damaged(gzipSync('create table leads ();'))).toMatch(
      /a packed file, probably plain SQL.* It cannot be restored\. The database was not touched\.$/,
    );
    expect(await damaged(Buffer.from('-- PostgreSQL database dump'))).toContain('no archive of pg_dump');
    expect(await why(stage.request(1, { backup: { ...backup, id: 'nobody' } }))).toContain('manifest of backup nobody is missing');
    await copyFile(join(stage.directory, 'before-the-run.json'), join(stage.directory, 'other.json'));
    expect(await why(stage.request(1, { backup: { ...backup, id: 'other' } }))).toContain('is missing or damaged');
    const elsewhere = { ...stage.identity, systemIdentifier: '7000000000000000000' };
    expect(await why(stage.request(1, { plannedOn: elsewhere }))).toContain('another database cluster');
    expect(await why()).toBe('possible');
  });

  it('F61 a recovery in place needs no dump: without one nobody knows what would be lost, and the other databases are counted', async () => {
    const { backup } = stage;
    const inPlace = async (id: string) => await stage.restore.offer({ ...stage.request(1, { backup: { ...backup, id } }), inPlace: true });
    const counted = await inPlace(backup.id);
    expect(counted).toMatchObject({ ok: true, offer: { writes: { rows: { inserted: expect.any(Number) }, why: '' } } });
    const others = counted.ok ? counted.offer.otherDatabases : undefined;
    expect(others).toBeGreaterThanOrEqual(1);
    expect(await inPlace('nobody')).toMatchObject({
      ok: true,
      offer: { writes: { rows: null, most: [], why: 'The manifest of backup nobody is missing or damaged' } },
    });
  });

  it('F61 a server that cannot be reached, or is another one, sends nobody to recover it to a moment', async () => {
    const away = postgresRestore({ ...stage.restoreOptions, connectionString: 'postgresql://x:hunter2@127.0.0.1:1/db' });
    const answer = await away.offer(stage.request(1));
    expect(answer).toMatchObject({ ok: false, remedy: 'mend', why: expect.stringMatching(/cannot be read for a restore.*not touched/) });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    const elsewhere = stage.request(1, { plannedOn: { ...stage.identity, systemIdentifier: '7000000000000000000' } });
    expect(await stage.restore.offer(elsewhere)).toMatchObject({ ok: false, remedy: 'mend' });
  });

  it('where a session cannot be ended: three tries, everything as before, everybody may connect, and who it was', async () => {
    await sql(superuserUrl(), `alter database "${stage.target.name}" owner to restore_plain`);
    await sql(stage.target.url, 'grant usage on schema offpeak to restore_plain; grant select on offpeak.fence to restore_plain');
    expect(await stage.restore.load(stage.request(1))).toMatchObject({ ok: true });
    const admin = await connect(stage.target.url);
    await admin.query(`set application_name = 'somebody important'`);
    const answer = await asPlain().switchOver(stage.request(1));
    expect(answer).toMatchObject({ ok: false, message: expect.stringMatching(/somebody important.*Nothing was renamed/) });
    expect(await stage.databases()).toEqual(['', '_offpeak_r1']);
    await admin.query('select 1');
    await admin.end();
    expect(await sql(stage.target.url, 'select count(*)::int as leads from leads')).toEqual([{ leads: 2 }]);
  });
});
