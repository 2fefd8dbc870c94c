import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { onDatabase, secondCluster, serverTools, sql, superuserUrl } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';
import { startPooler } from '../target/pooler.ts';
import { offpeak } from './command-line.ts';
import { otherwise } from './otherwise.ts';
import { refusedPlan } from './refusal.ts';

const NOWHERE = 'postgresql://me:hunter2@127.0.0.1:9/acme';

let site: Site;
let asked: string;

/** A server that asks one role for its password, which is not the one we know. */
async function withWrongPassword(): Promise<string> {
  const server = await secondCluster();
  await sql(server.superuserUrl, "CREATE ROLE careful LOGIN PASSWORD 'right'");
  const hba = join(server.dataDir, 'pg_hba.conf');
  await writeFile(hba, `local all careful scram-sha-256\n${await readFile(hba, 'utf8')}`);
  await sql(server.superuserUrl, 'SELECT pg_reload_conf()');
  const url = new URL(server.superuserUrl);
  url.username = 'careful';
  url.password = 'hunter2';
  const refused = () =>
    sql(url.href, 'SELECT 1').then(
      () => false,
      () => true,
    );
  await until(refused, { what: 'the password to be asked for' });
  return url.href;
}

beforeAll(async () => {
  site = await startSite({ files: FILES, schema: SCHEMA });
  asked = await withWrongPassword();
});
afterAll(() => site.stop());

/** The refusal of the use case, which the terminal repeats with exit code 2; neither holds a secret. */
async function refusal(other: Site): Promise<string> {
  const { code, sentence } = await refusedPlan(other);
  expect(code).toBe('target_unusable');
  expect(sentence).toMatch(/ The database was not touched\.$/);
  const ended = await offpeak(other, 'plan');
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toMatch(/^Refused: [^\n]+ The database was not touched\.\n$/);
  expect(sentence + ended.err).not.toMatch(/hunter2|postgresql:\/\//);
  return sentence;
}

describe('surroundings in which nothing may be started are refused at plan, with what to do', () => {
  it('pg_dump missing: what was looked for, where, and the command that installs it', async () => {
    const empty = join(dirname(site.migrations), 'no-tools');
    await mkdir(empty, { recursive: true });
    const other = await otherwise(site, {
      yaml: (text) => text.replace('directory: ./backups', `directory: ./backups\n      tools: ${empty}`),
    });
    const { major } = serverTools();
    const sentence = await refusal(other);
    expect(sentence).toContain(`No pg_dump and pg_restore of version ${major} or newer. Looked in: ${empty} (backup.tools).`);
    expect(sentence).toContain(`apt-get install postgresql-client-${major}, and correct or remove backup.tools`);
  });

  it.each([
    [1, 'goes through a transaction pooler', 'Use the direct or session address'],
    [2, 'A pooler or a role setting overrides it', 'Use the direct or session connection'],
  ])('a transaction pooler of %i in front: says what it is and which address to use instead', async (servers, what, instead) => {
    const pooler = await startPooler(site.target.url, servers);
    onTestFinished(() => pooler.close());
    const sentence = await refusal(await otherwise(site, { env: { TARGET_URL: pooler.url } }));
    expect(sentence).toContain(what);
    expect(sentence).toContain(instead);
  });

  it('a wrong password of the target is named and never printed', async () => {
    const other = await otherwise(site, { env: { TARGET_URL: asked, SCRATCH_URL: superuserUrl() } });
    expect(await refusal(other)).toContain('refused the password. Put the right one into the settings of this target.');
    for (const verb of ['status --json', 'check', 'backup', 'validate', 'doctor']) {
      const ended = await offpeak(other, verb);
      expect({ verb, code: ended.code }).toEqual({ verb, code: 1 });
      expect(ended.out + ended.err).not.toMatch(/hunter2|\n\s+at /);
    }
  });

  it('a wrong password of the scratch server likewise', async () => {
    const sentence = await refusal(await otherwise(site, { env: { SCRATCH_URL: asked } }));
    expect(sentence).toContain('The scratch server cannot be reached: password authentication failed');
  });

  it.each([
    [
      'the target is down',
      { TARGET_URL: NOWHERE },
      'Nothing answers at 127.0.0.1:9/acme. Is the database up, and are host and port right?',
    ],
    [
      'the scratch server is down',
      { SCRATCH_URL: NOWHERE },
      'The scratch server cannot be reached: connect ECONNREFUSED 127.0.0.1:9. Start it',
    ],
  ])('%s', async (_what, env, words) => {
    expect(await refusal(await otherwise(site, { env }))).toContain(words);
  });

  it('a target that does not exist', async () => {
    const sentence = await refusal(await otherwise(site, { env: { TARGET_URL: onDatabase(superuserUrl(), 'nowhere') } }));
    expect(sentence).toContain('The database does not exist on the server:');
  });

  it("a scratch server that is the target's own under another address", async () => {
    const own = new URL(superuserUrl());
    const alias = join(dirname(site.migrations), 'alias');
    await symlink(own.searchParams.get('host') ?? '', alias);
    own.searchParams.set('host', alias);
    const sentence = await refusal(await otherwise(site, { env: { SCRATCH_URL: own.href } }));
    expect(sentence).toContain('The scratch server is the very server of the target');
    expect(sentence).toContain('Configure another PostgreSQL server');
  });

  it('afterwards, with nothing mended but the surroundings, the same plan is made', async () => {
    const ended = await offpeak(site, 'plan');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(/^Run #\d+ is planned, digest [0-9a-f]{8}/);
  });
});
