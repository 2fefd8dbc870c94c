import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Migration } from '../../../src/domain/plan.ts';
import { restored, rollbackProved, type Backup, type Rehearsal } from '../../../src/domain/proof.ts';
import { sql } from '../../support/postgres.ts';
import { aMigration, backupStage, never, type BackupStage } from './stage.ts';

const SCHEMA = `
  create role proof_reader login;
  create table accounts (id bigint generated always as identity primary key, plan varchar(10) not null check (plan in ('free', 'paid')));
  create table leads (id bigint generated always as identity primary key, account_id bigint references accounts, email text not null);
  insert into accounts (plan) select 'free' from generate_series(1, 20);
  insert into leads (account_id, email) select 1 + n % 20, 'lead' || n || '@example.com' from generate_series(1, 1000) n;
  grant select on leads to proof_reader;
  alter table leads enable row level security;
  create policy readable on leads for select to proof_reader using (true);
  create view paying as select id from accounts where plan in ('free', 'paid');
  create schema offpeak; create table offpeak.history (version text); insert into offpeak.history values ('0001');
`;

const DOMAIN = aMigration('0002', {
  up: [
    'alter table leads add column email_domain text',
    "update leads set email_domain = split_part(email, '@', 2)",
    'create index concurrently leads_domain_idx on leads (email_domain)',
  ],
  down: ['drop index concurrently leads_domain_idx', 'alter table leads drop column email_domain'],
  validate: ['select id from leads where email_domain is null'],
});
const KIND = aMigration('0003', {
  up: ['alter table accounts add column kind text', 'create table kinds (name text primary key)', "insert into kinds values ('a')"],
  down: ['drop table kinds', 'alter table accounts drop column kind'],
});

let stage: BackupStage;
let backup: Backup;

beforeAll(async () => {
  stage = await backupStage(SCHEMA);
  backup = await stage.backups.take({ id: 'proof-1', signal: never });
});

afterAll(async () => {
  await sql(stage.target.url, 'drop owned by proof_reader; drop role proof_reader');
  await stage.end();
});

async function proofOf(...migrations: readonly Migration[]): Promise<Rehearsal> {
  return await stage.backups.prove({ backup, plan: await stage.plan(migrations), signal: never });
}

describe('a proof', () => {
  let proof: Rehearsal;
  const told: string[] = [];
  beforeAll(async () => {
    const plan = await stage.plan([DOMAIN, KIND]);
    proof = await stage.backups.prove({ backup, plan, signal: never, onProgress: (what) => told.push(what) });
  });

  it('restores every table but our own with the rows of the snapshot (R20, R43)', () => {
    expect(proof).toMatchObject({ backupId: 'proof-1', restoreError: '', tables: 2, rows: 1020, validationFailures: [] });
    expect(restored(proof)).toBe(true);
    expect(proof.restoreMs).toBeGreaterThan(0);
  });

  it('goes up, back to the same schema, and up again (R22, R23)', () => {
    expect(rollbackProved(proof)).toBe(true);
    expect(proof.migrations).toMatchObject([
      { version: '0002', up: 'ok', down: 'exact', upAgain: 'ok', detail: '' },
      { version: '0003', up: 'ok', down: 'exact', upAgain: 'ok', detail: '' },
    ]);
    expect(proof.migrations.every(({ upMs, downMs }) => upMs > 0 && downMs > 0)).toBe(true);
  });

  it('traces rows and the strongest new lock of each statement on relations that were there before', () => {
    expect(proof.statements.map(({ version, index, rows }) => ({ version, index, rows }))).toEqual([
      { version: '0002', index: 0, rows: null },
      { version: '0002', index: 1, rows: 1000 },
      { version: '0002', index: 2, rows: null },
      { version: '0003', index: 0, rows: null },
      { version: '0003', index: 1, rows: null },
      { version: '0003', index: 2, rows: 1 },
    ]);
    expect(proof.statements[0]?.locks).toEqual([{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }]);
    expect(proof.statements[1]?.locks).toContainEqual({ relation: 'leads', mode: 'ROW EXCLUSIVE' });
    expect(proof.statements[2]?.locks).toContainEqual({ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' });
    expect(proof.statements[4]?.locks).toEqual([]);
  });

  it('tells where it is and leaves no database behind', async () => {
    expect(told).toEqual([
      'Checking the file',
      'Restoring the backup',
      'Comparing the contents',
      'Rehearsing 0002 up',
      'Rehearsing 0003 up',
      'Rehearsing 0003 down',
      'Rehearsing 0002 down',
      'Rehearsing 0002 up again',
      'Rehearsing 0003 up again',
    ]);
    expect(await stage.scratchDatabases()).toEqual([]);
  });
});

it('reads the locks of CONCURRENTLY statements however quick they are, and lets them go on', async () => {
  const earlier = aMigration('0003', {
    up: ['create index a on leads (email)', 'create index c on leads (email)'],
    down: ['drop index a, c'],
  });
  const concurrent = aMigration('0004', {
    up: [
      'create index concurrently b on leads (email)',
      'reindex index concurrently a',
      'drop index concurrently c',
      'vacuum full accounts',
      'create table parts (id int) partition by range (id)',
      'create table part partition of parts for values from (0) to (9)',
      'alter table parts detach partition part concurrently',
    ],
    down: ['drop index b', 'create index c on leads (email)', 'drop table part, parts'],
  });
  const proof = await proofOf(earlier, concurrent);
  expect(proof.migrations[1]).toMatchObject({ up: 'ok', down: 'exact', upAgain: 'ok' });
  const locks = proof.statements
    .slice(2)
    .map((statement) => Object.fromEntries(statement.locks.map(({ relation, mode }) => [relation, mode])));
  expect(locks[0]).toEqual({ leads: 'SHARE UPDATE EXCLUSIVE' });
  expect(locks[1]).toMatchObject({ leads: 'SHARE UPDATE EXCLUSIVE', a: 'SHARE UPDATE EXCLUSIVE' });
  expect(locks[2]).toMatchObject({ leads: 'SHARE UPDATE EXCLUSIVE', c: 'SHARE UPDATE EXCLUSIVE' });
  expect(locks[3]).toMatchObject({ accounts: 'ACCESS EXCLUSIVE' });
});

describe('a way back that is none', () => {
  it('differs: names what was left, and blames the migration that left it', async () => {
    const messy = aMigration('0004', {
      up: ['alter table leads add a int', 'alter table leads add b int'],
      down: ['alter table leads drop a'],
    });
    const proof = await proofOf(DOMAIN, messy);
    expect(proof.migrations).toMatchObject([
      { version: '0002', down: 'exact', detail: '' },
      { version: '0004', down: 'differs', detail: expect.stringContaining('column leads.b left') },
    ]);
    expect(rollbackProved(proof)).toBe(false);
  });

  it('fails: says the file, the line and the SQLSTATE, and reaches nothing below', async () => {
    const broken = aMigration('0004', { up: ['create table t (id int)'], down: ['drop table t', 'drop table nowhere'] });
    const proof = await proofOf(DOMAIN, broken);
    expect(proof.migrations).toMatchObject([
      { version: '0002', up: 'ok', down: 'not reached', upAgain: 'not reached' },
      {
        version: '0004',
        up: 'ok',
        down: 'fails',
        upAgain: 'not reached',
        detail: '42P01: table "nowhere" does not exist\n  in 0004.down.sql line 2\n  2 | drop table nowhere',
      },
    ]);
  });

  it.each([
    ['missing', null, '0004 has no down script'],
    ['irreversible', [], '0004.down.sql has no statement, so 0004 cannot be taken back'],
    [
      'irreversible',
      ["do $$ begin raise exception 'no way back'; end $$"],
      expect.stringMatching(/^P0001: no way back\n {2}in 0004\.down\.sql line 1\n/),
    ],
  ])('%s is said', async (down, statements, detail) => {
    const proof = await proofOf(aMigration('0004', { up: ['create table t (id int)'], down: statements }));
    expect(proof.migrations).toMatchObject([{ up: 'ok', down, upAgain: 'not reached', detail }]);
    expect(rollbackProved(proof)).toBe(false);
  });

  it('exact in schema, and says which data does not come back', async () => {
    const lossy = aMigration('0004', {
      up: ['drop view paying', 'alter table leads drop column email', 'delete from leads where id <= 10'],
      down: [
        "alter table leads add column email text not null default 'x'",
        'alter table leads alter email drop default',
        "create view paying as select id from accounts where plan in ('free', 'paid')",
      ],
    });
    const proof = await proofOf(lossy);
    expect(proof.migrations[0]).toMatchObject({
      down: 'exact',
      detail: 'the values of leads.email do not come back; leads had 1000 rows before and 990 after the down',
    });
  });
});

it('an up that fails stops the rehearsal there, with what it traced', async () => {
  const broken = aMigration('0004', {
    up: ['create table t (id int)', 'alter table leads\n  add column email text'],
    down: ['drop table t'],
  });
  const proof = await proofOf(DOMAIN, broken, KIND);
  expect(proof.migrations).toMatchObject([
    { version: '0002', up: 'ok', down: 'not reached' },
    {
      version: '0004',
      up: 'error',
      detail: expect.stringMatching(/^42701: column "email" of relation "leads" already exists\n {2}in 0004\.up\.sql line 2\n/),
    },
    { version: '0003', up: 'error', detail: 'not reached: 0004 failed before it' },
  ]);
  expect(proof.statements.map((statement) => statement.version)).toEqual(['0002', '0002', '0002', '0004']);
  expect(restored(proof)).toBe(true);
});

it('a second up that fails is found', async () => {
  const once = aMigration('0004', {
    up: ['create table t (id int)', 'create schema aside', 'alter table t set schema aside'],
    down: ['drop table aside.t'],
  });
  const proof = await proofOf(once);
  expect(proof.migrations).toMatchObject([
    { down: 'differs', upAgain: 'error', detail: expect.stringContaining('schema "aside" already exists') },
  ]);
});

it('a second up that makes another schema is found', async () => {
  const counting = aMigration('0004', {
    up: [
      'create sequence if not exists offpeak.tries',
      "do $$ begin if nextval('offpeak.tries') > 1 then create table second (id int); else create table first (id int); end if; end $$",
    ],
    down: ['drop table first'],
  });
  const proof = await proofOf(counting);
  expect(proof.migrations).toMatchObject([
    { down: 'exact', upAgain: 'error', detail: 'the second up made another schema: table first lost; table second left' },
  ]);
});

it('validation rows and errors are failures, of applied migrations too (R54)', async () => {
  const doubtful = aMigration('0004', {
    up: ['create table t (id int)'],
    down: ['drop table t'],
    validate: ['select 1', 'select nothing from t'],
  });
  const applied = [
    { version: '0001', path: '0001.validate.sql', statements: [{ sql: 'select id from leads', line: 3, inTransaction: true }] },
  ];
  const plan = await stage.plan([doubtful], { appliedValidations: applied });
  const proof = await stage.backups.prove({ backup, plan, signal: never });
  expect(proof.validationFailures).toEqual([
    '0001 line 3: 1000 rows before the first migration',
    '0001 line 3: 1000 rows',
    '0004 line 1: 1 row',
    '0004 line 2: column "nothing" does not exist',
    '0001 line 3: 1000 rows after the rollback',
  ]);
  expect(rollbackProved(proof)).toBe(false);
});

it('roles that a migration makes live on the scratch server only, and not for long', async () => {
  const roles = aMigration('0004', {
    up: ['create role proof_made_here', 'grant select on leads to proof_made_here'],
    down: ['drop owned by proof_made_here', 'drop role proof_made_here'],
  });
  for (const round of [1, 2])
    expect((await proofOf(roles)).migrations, `round ${round}`).toMatchObject([{ up: 'ok', down: 'exact', upAgain: 'ok' }]);
  expect(await sql(stage.target.url, "select from pg_roles where rolname = 'proof_made_here'")).toEqual([]);
  expect(await sql(stage.scratchUrl, "select from pg_roles where rolname = 'proof_made_here'")).toEqual([]);
  expect(await sql(stage.scratchUrl, "select rolcanlogin from pg_roles where rolname = 'proof_reader'")).toEqual([{ rolcanlogin: false }]);
});

it("a session is the target's: role, settings and search_path", async () => {
  const url = stage.target.url;
  await sql(url, `create schema app; alter database "${stage.target.name}" set search_path = app, public`);
  const own = await stage.backups.take({ id: 'settings', signal: never });
  const plan = await stage.plan([aMigration('0004', { up: ['create table t (id int)'], down: ['drop table app.t'] })]);
  const proof = await stage.backups.prove({ backup: own, plan, signal: never });
  await sql(url, `drop schema app; alter database "${stage.target.name}" reset search_path`);
  expect(proof.migrations).toMatchObject([{ up: 'ok', down: 'exact' }]);
});

it('a schema that changed after the plan is not rehearsed, a drill without migrations is', async () => {
  const plan = await stage.plan([DOMAIN], { fingerprint: 'another' });
  const proof = await stage.backups.prove({ backup, plan, signal: never });
  expect(proof.restoreError).toContain('changed after the plan was made');
  expect(proof.migrations).toEqual([]);
  const drill = await stage.backups.prove({ backup, plan: await stage.plan([], { fingerprint: '' }), signal: never });
  expect(drill).toMatchObject({ restoreError: '', rows: 1020, migrations: [] });
});
