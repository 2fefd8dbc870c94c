import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Migration, Statement } from '../../../src/domain/plan.ts';
import { rollbackProved, type Backup, type Rehearsal } from '../../../src/domain/proof.ts';
import { migrationSource } from '../../../src/migration/source.ts';
import { catalogOfTarget } from '../../../src/target/catalog-session.ts';
import { serverTools } from '../../support/postgres.ts';
import { aMigration, backupStage, never, type BackupStage } from './stage.ts';

const SCHEMA = `
  create table accounts (id bigint generated always as identity primary key, plan varchar(10) not null);
  create table leads (id serial primary key, account_id bigint references accounts, email text not null, score int);
  create table log (at timestamptz, what text);
  create index leads_email_idx on leads (email);
  create function noted() returns trigger language plpgsql as $$ begin insert into log values (now(), 'changed'); return new; end $$;
  create trigger leads_noted after update on leads for each row execute function noted();
  insert into accounts (plan) select 'free' from generate_series(1, 20);
  insert into leads (account_id, email) select 1 + n % 20, 'lead' || n from generate_series(1, 500) n;
  create schema sales; create table sales."Order" (id int primary key, lead int);
`;

let stage: BackupStage;
let backup: Backup;

beforeAll(async () => {
  stage = await backupStage(SCHEMA);
  backup = await stage.backups.take({ id: 'trace-1', signal: never });
});
afterAll(() => stage.end());

async function proofOf(...migrations: readonly Migration[]): Promise<Rehearsal> {
  return await stage.backups.prove({ backup, plan: await stage.plan(migrations), signal: never });
}

/** A migration with a verdict on each statement. */
function judged(up: readonly (Partial<Statement> & { readonly sql: string })[], down: readonly string[]): Migration {
  const migration = aMigration('0007', { up: up.map(({ sql }) => sql), down });
  return { ...migration, statements: migration.statements.map((statement, at) => ({ ...statement, known: true, ...up[at] })) };
}

const AX = (relation: string) => ({ relation, mode: 'ACCESS EXCLUSIVE' as const });

describe('the trace of a statement', () => {
  it('has new files, tables read whole, bytes of log, and rows written by whomever', async () => {
    const { statements } = await proofOf(
      aMigration('0007', {
        up: [
          'alter table leads alter id type bigint',
          'update leads set score = 1 where id <= 100',
          'select count(*) from accounts',
          'vacuum full accounts',
        ],
        down: ['alter table leads alter id type int'],
      }),
    );
    const [rewrite, update, read, full] = statements;
    expect(rewrite).toMatchObject({ rewrites: ['leads', 'leads_email_idx'], scans: ['leads'] });
    expect(rewrite?.walBytes).toBeGreaterThan(500 * 30);
    expect(update).toMatchObject({
      rows: 100,
      rewrites: [],
      changed: [
        { relation: 'leads', rows: 100 },
        { relation: 'log', rows: 100 },
      ],
    });
    expect(read).toMatchObject({ rewrites: [], scans: ['accounts'], changed: [] });
    expect(full).toMatchObject({ rewrites: expect.arrayContaining(['accounts']) as string[], scans: ['accounts'] });
  });

  it('R33 has beside it the bytes by which the database grew in all ups; none when an up failed', async () => {
    const index = aMigration('0007', { up: ['create index leads_id_email on leads (id, email)'], down: ['drop index leads_id_email'] });
    const grew = await proofOf(index, aMigration('0008', { up: ['create table t (i int primary key)'], down: ['drop table t'] }));
    expect(grew.grewBytes).toBeGreaterThanOrEqual(16_384 + 8_192);
    const failed = await proofOf(index, aMigration('0008', { up: ['select 1 / 0'], down: [] }));
    expect(failed).not.toHaveProperty('grewBytes');
  });

  it('has the locks that are given up before the statement ends', async () => {
    const { statements } = await proofOf(
      aMigration('0007', {
        up: [
          "do $$ begin begin lock table accounts in exclusive mode; perform pg_sleep(0.3); raise 'back'; exception when raise_exception then null; end; end $$",
        ],
        down: ['select 1'],
      }),
    );
    expect(statements[0]?.locks).toContainEqual({ relation: 'accounts', mode: 'EXCLUSIVE' });
  });
});

describe('a verdict is compared with what happened', () => {
  it('a lock and a table that were not named stop the run, with both sides', async () => {
    const proof = await proofOf(
      judged(
        [
          {
            sql: 'alter table leads add constraint c foreign key (score) references accounts',
            locks: [{ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' }],
          },
        ],
        ['alter table leads drop constraint c'],
      ),
    );
    expect(rollbackProved(proof)).toBe(false);
    expect(proof.migrations).toMatchObject([{ up: 'ok', down: 'exact', upAgain: 'ok' }]);
    expect(proof.differences).toMatchObject([
      {
        version: '0007',
        line: 1,
        stops: true,
        verdict: { locks: [{ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' }] },
        copy: {
          locks: expect.arrayContaining([
            { relation: 'leads', mode: 'SHARE ROW EXCLUSIVE' },
            { relation: 'accounts', mode: 'SHARE ROW EXCLUSIVE' },
          ]) as unknown,
        },
      },
    ]);
  });

  it('a rewrite that was not predicted stops the run', async () => {
    const proof = await proofOf(
      judged([{ sql: 'alter table leads alter id type bigint', locks: [AX('leads')] }], ['alter table leads alter id type int']),
    );
    expect(proof.differences).toMatchObject([{ stops: true, verdict: { rewrites: [] }, copy: { rewrites: ['leads'] } }]);
  });

  it('a statement that refuses transactions is compared too', async () => {
    const proof = await proofOf(
      judged([{ sql: 'drop index concurrently leads_email_idx', locks: [] }], ['create index leads_email_idx on leads (email)']),
    );
    expect(proof.differences).toMatchObject([{ stops: true, copy: { locks: [{ relation: 'leads', mode: 'SHARE UPDATE EXCLUSIVE' }] } }]);
  });

  it('names are those of the moment: renamed before, quoted, in another schema, on the search path', async () => {
    const up = [
      { sql: 'alter table leads rename to prospects', locks: [AX('leads')] },
      { sql: 'alter table prospects add note text', locks: [AX('prospects')] },
      { sql: 'alter table sales."Order" add note text', locks: [AX('sales."Order"')] },
      { sql: 'set search_path = sales, public', locks: [] },
      { sql: 'alter table "Order" add other text', locks: [AX('"Order"')] },
      { sql: 'create table made (id int)', locks: [] },
      { sql: 'alter table made add note text', locks: [] },
    ];
    const down = [
      'alter table "sales"."Order" drop note, drop other',
      'drop table sales.made',
      'alter table prospects drop note',
      'alter table prospects rename to leads',
    ];
    const proof = await proofOf(judged(up, down));
    expect(proof.migrations).toMatchObject([{ up: 'ok', down: 'exact', upAgain: 'ok', detail: '' }]);
    expect(proof.differences).toBeUndefined();
  });

  it('what a trigger writes is told and passes; a statement nobody could judge has no verdict to differ from', async () => {
    const update = { sql: 'update leads set score = 1', locks: [{ relation: 'leads', mode: 'ROW EXCLUSIVE' as const }] };
    const opaque = { sql: "do $$ begin execute 'alter table accounts add x int'; end $$", known: false };
    const proof = await proofOf(
      judged([update, opaque], ['alter table accounts drop x', 'update leads set score = null', 'delete from log']),
    );
    expect(proof.differences).toMatchObject([
      { index: 0, stops: false, copy: { locks: expect.arrayContaining([{ relation: 'log', mode: 'ROW EXCLUSIVE' }]) as unknown } },
    ]);
    expect(rollbackProved(proof)).toBe(true);
  });

  it('the verdicts of Offpeak itself, read from files for this very target, agree', async () => {
    const directory = join(stage.directory, 'files');
    await mkdir(directory);
    const files = {
      '0001_a.up.sql': `ALTER TABLE leads ADD COLUMN domain text; ALTER TABLE leads ALTER account_id TYPE int; CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead int REFERENCES leads);
        INSERT INTO notes (lead) SELECT id FROM leads; UPDATE leads SET domain = email; ALTER TABLE sales."Order" ADD FOREIGN KEY (lead) REFERENCES leads NOT VALID;`,
      '0001_a.down.sql':
        'ALTER TABLE sales."Order" DROP CONSTRAINT "Order_lead_fkey"; DROP TABLE notes; ALTER TABLE leads ALTER account_id TYPE bigint; ALTER TABLE leads DROP COLUMN domain;',
      '0002_b.up.sql':
        'CREATE INDEX CONCURRENTLY notes_lead_idx ON notes (lead); ALTER TABLE notes ADD COLUMN text text; DROP INDEX leads_email_idx; TRUNCATE log;',
      '0002_b.down.sql':
        'CREATE INDEX leads_email_idx ON leads (email); ALTER TABLE notes DROP COLUMN text; DROP INDEX CONCURRENTLY notes_lead_idx;',
    };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
    const source = migrationSource({
      directory,
      serverMajor: () => Promise.resolve(serverTools().major),
      catalog: () => catalogOfTarget(stage.target.url),
    });
    const read = await source.read();
    if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
    const proof = await proofOf(...read.migrations);
    expect(proof.migrations).toMatchObject([
      { up: 'ok', down: 'exact', upAgain: 'ok' },
      { up: 'ok', down: 'exact', upAgain: 'ok' },
    ]);
    // The verdict does not know what the trigger writes.
    expect(proof.differences?.map(({ index, stops }) => ({ index, stops }))).toEqual([{ index: 4, stops: false }]);
    await rm(directory, { recursive: true });
  });
});

describe('columns that come back in another order', () => {
  const reordered = aMigration('0007', {
    up: ['alter table leads drop email'],
    down: [
      "alter table leads add email text not null default ''",
      'alter table leads alter email drop default',
      'create index leads_email_idx on leads (email)',
    ],
  });

  it('are exact with the order and the lost values named, and the plan can be approved', async () => {
    const proof = await proofOf(aMigration('0006', { up: ['create table t ()'], down: ['drop table t'] }), reordered);
    expect(proof.migrations).toMatchObject([
      { down: 'exact', upAgain: 'ok', detail: '' },
      {
        down: 'exact',
        upAgain: 'ok',
        order: ['column order of leads changed'],
        lost: ['the values of leads.email do not come back'],
        detail: 'column order of leads changed; the values of leads.email do not come back',
      },
    ]);
    expect(rollbackProved(proof)).toBe(true);
  });

  it('do not hide another difference', async () => {
    const proof = await proofOf(aMigration('0007', { up: ['alter table leads drop email'], down: ['alter table leads add email text'] }));
    expect(proof.migrations[0]).toMatchObject({ down: 'differs', detail: expect.stringContaining('column leads.email changed') as string });
    expect(rollbackProved(proof)).toBe(false);
  });
});
