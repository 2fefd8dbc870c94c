import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'pg';
import { fingerprintDiff } from '../../src/domain/fingerprint-diff.ts';
import { readFingerprint } from '../../src/target/fingerprint.ts';
import { connect, testDatabase, type TestDatabase } from '../support/postgres.ts';

const SCHEMA = `
  create role fp_reader;
  create type status as enum ('new', 'won');
  create domain email as text check (value like '%@%');
  create table accounts (id bigint generated always as identity primary key, name varchar(40) not null, note text);
  create table leads (
    id serial primary key, account_id bigint references accounts, email email, status status default 'new',
    score numeric(6, 2) default 0, kind varchar(10) check (kind in ('a', 'b')), at timestamptz default '2020-01-01 12:00+00',
    lower_email text generated always as (lower(email::text)) stored
  );
  create index leads_score_idx on leads (score) where score > 0;
  create view open_leads as select id, email from leads where status = 'new';
  create materialized view lead_counts as select status, count(*) from leads group by status;
  create function touch() returns trigger language plpgsql as $$ begin new.at = now(); return new; end $$;
  create trigger leads_touch before update on leads for each row execute function touch();
  alter table leads enable row level security;
  create policy own_leads on leads for select to fp_reader using (account_id = 1);
  create rule no_delete as on delete to accounts do instead nothing;
  create sequence invoice_numbers start 1000 increment 5;
  create schema billing;
  create table billing.events (at date, body jsonb) partition by range (at);
  create table billing.events_2026 partition of billing.events for values from ('2026-01-01') to ('2027-01-01');
  create schema offpeak;
  create table offpeak.journal (id int);
  create table plain (id int, name text);
  alter table plain add constraint plain_named check (name is not null) not valid;
  create statistics plain_stats on id, name from plain;
  create procedure tidy() language sql as 'delete from plain';
  create publication outbound for table plain;
  grant select on leads to fp_reader;
  comment on table leads is 'People who might buy: one row each';
`;

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await testDatabase();
  client = await connect(database.url);
  await client.query(SCHEMA);
});

afterAll(async () => {
  await client.query('drop owned by fp_reader; drop role fp_reader');
  await client.end();
  await database.drop();
});

/** The sentences for what `sql` changes; the change is taken back. */
async function sentencesFor(sql: string): Promise<readonly string[]> {
  const before = await readFingerprint(client);
  await client.query('begin');
  try {
    await client.query(sql);
    return fingerprintDiff(before, await readFingerprint(client));
  } finally {
    await client.query('rollback');
  }
}

describe('a fingerprint comes back equal', () => {
  it.each([
    ['a column added and dropped', 'alter table leads add z int', 'alter table leads drop z'],
    ['a column added behind a dropped one', 'alter table accounts add a int, add b int', 'alter table accounts drop b, drop a'],
    ['a column renamed there and back', 'alter table leads rename score to points', 'alter table leads rename points to score'],
    ['an index dropped and built again', 'drop index leads_score_idx', 'create index leads_score_idx on leads (score) where score > 0'],
    ['a table created and dropped', 'create table z (id serial primary key)', 'drop table z'],
    ['a default granted explicitly', 'grant all on accounts to current_user', 'select 1'],
    ['a privilege given and taken', 'grant update on accounts to fp_reader', 'revoke update on accounts from fp_reader'],
    ['a change in the schema offpeak', 'create table offpeak.fence (id int)', "comment on table offpeak.fence is 'ours'"],
    ['a temporary table', 'create temp table scratch (id int)', "comment on column scratch.id is 'x'"],
  ])('after %s', async (_title, up, down) => {
    const before = await readFingerprint(client);
    await client.query(up);
    await client.query(down);
    const after = await readFingerprint(client);
    expect(fingerprintDiff(before, after)).toEqual([]);
    expect(after.hash).toBe(before.hash);
  });

  it('whatever the session spells definitions with, and gives the settings back', async () => {
    const before = await readFingerprint(client);
    await client.query(
      "set search_path = billing, public; set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set quote_all_identifiers = on",
    );
    const after = await readFingerprint(client);
    const { rows } = await client.query("select current_setting('search_path') as path, current_setting('timezone') as zone");
    await client.query('reset search_path; reset timezone; reset datestyle; reset quote_all_identifiers');
    expect(fingerprintDiff(before, after)).toEqual([]);
    expect(after.hash).toBe(before.hash);
    expect(rows).toEqual([{ path: 'billing, public', zone: 'Asia/Tokyo' }]);
  });

  it('when a check of a varchar column was rebuilt from its dumped spelling', async () => {
    const before = await readFingerprint(client);
    await client.query('alter table leads drop constraint leads_kind_check');
    await client.query(
      "alter table leads add constraint leads_kind_check check ((kind)::text = any (array[('a'::character varying)::text, ('b'::character varying)::text]))",
    );
    expect(fingerprintDiff(before, await readFingerprint(client))).toEqual([]);
  });
});

it.each([
  ['column left', 'alter table leads add email_domain text', ['column leads.email_domain left']],
  ['column lost', 'alter table accounts drop name', ['column accounts.name lost']],
  [
    'column changed',
    'alter table accounts alter name type varchar(80)',
    ['column accounts.name changed: character varying(40) not null → character varying(80) not null'],
  ],
  [
    'not null',
    'alter table accounts alter name drop not null',
    ['column accounts.name changed: character varying(40) not null → character varying(40)'],
  ],
  [
    'default',
    'alter table leads alter score set default 1',
    ['column leads.score changed: numeric(6,2) default 0 → numeric(6,2) default 1'],
  ],
  [
    'identity',
    'alter table accounts alter id set generated by default',
    ['column accounts.id changed: bigint not null identity a → bigint not null identity d'],
  ],
  [
    'column order',
    'alter table accounts drop name; alter table accounts add name varchar(40) not null',
    ['column order of accounts changed'],
  ],
  ['index lost', 'drop index leads_score_idx', ['index leads_score_idx lost']],
  ['index changed', 'drop index leads_score_idx; create index leads_score_idx on leads (score)', ['index leads_score_idx changed']],
  [
    'constraint left, unproved',
    'alter table leads add constraint positive check (score > 0) not valid',
    ['constraint leads.positive left'],
  ],
  ['constraint lost', 'alter table leads drop constraint leads_account_id_fkey', ['constraint leads.leads_account_id_fkey lost']],
  [
    'table left, its parts not repeated',
    'create table z (id serial primary key, a int unique); create index on z (a); comment on column z.a is $$x$$; grant select on z to fp_reader',
    ['table z left'],
  ],
  [
    'table lost, its parts not repeated',
    'drop table leads cascade',
    ['table leads lost', 'view open_leads lost', 'matview lead_counts lost'],
  ],
  ['schema left', 'create schema extra; create table extra.t (id int)', ['schema extra left']],
  ['enum value left', "alter type status add value 'lost' after 'new'", ["enum value status 'lost' left"]],
  [
    'enum value renamed',
    "alter type status rename value 'won' to 'sold'",
    ["enum value status 'won' lost", "enum value status 'sold' left"],
  ],
  ['domain', 'alter domain email set not null', ['domain email changed: text owner postgres → text not null owner postgres']],
  ['view', 'create or replace view open_leads as select id, email from leads', ['view open_leads changed']],
  [
    'function',
    'create or replace function touch() returns trigger language plpgsql as $$ begin return new; end $$',
    ['function touch() changed'],
  ],
  ['trigger disabled', 'alter table leads disable trigger leads_touch', ['trigger leads.leads_touch changed']],
  ['policy', 'alter policy own_leads on leads using (true)', ['policy leads.own_leads changed']],
  ['row security', 'alter table leads disable row level security', ['table leads changed']],
  ['rule', 'drop rule no_delete on accounts', ['rule accounts.no_delete lost']],
  ['sequence', 'alter sequence invoice_numbers increment 10', ['sequence invoice_numbers changed']],
  ['grant', 'grant update on leads to fp_reader', ['grants on table leads changed']],
  ['comment', "comment on table leads is 'x'", ['comment on table leads changed: "People who might buy: one row each" → "x"']],
  ['storage option', 'alter table leads set (fillfactor = 70)', ['table leads changed']],
  ['partition', 'drop table billing.events_2026', ['table billing.events_2026 lost']],
  ['extension', 'create extension citext', ['extension citext left']],
  ['collation', 'alter table accounts alter note type text collate "C"', ['column accounts.note changed: text → text collate C']],
  ['generated', 'alter table leads alter lower_email drop expression', ['column leads.lower_email changed']],
  ['identity lost', 'alter table accounts alter id drop identity', ['column accounts.id changed', 'sequence accounts_id_seq lost']],
  [
    'constraint proved',
    'alter table plain validate constraint plain_named',
    ['constraint plain.plain_named changed: CHECK ((name IS NOT NULL)) NOT VALID unproved → CHECK ((name IS NOT NULL))'],
  ],
  [
    'foreign key changed',
    'alter table leads alter constraint leads_account_id_fkey deferrable',
    ['constraint leads.leads_account_id_fkey changed'],
  ],
  ['row security forced', 'alter table leads force row level security', ['table leads changed']],
  ['policy left', 'create policy more on leads using (true)', ['policy leads.more left']],
  ['trigger enabled always', 'alter table leads enable always trigger leads_touch', ['trigger leads.leads_touch changed']],
  ['trigger lost', 'drop trigger leads_touch on leads', ['trigger leads.leads_touch lost']],
  ['function left', 'create function more() returns int language sql as $$ select 1 $$', ['function more() left']],
  ['function volatility', 'alter function touch() stable', ['function touch() changed']],
  ['procedure', 'create or replace procedure tidy() language sql as $$ delete from leads $$', ['function tidy() changed']],
  ['grant on a column', 'grant select (name) on accounts to fp_reader', ['grants on column accounts.name left']],
  ['grant on a function', 'revoke execute on function touch() from public', ['grants on function touch() changed']],
  ['grant on a schema', 'grant usage on schema billing to fp_reader', ['grants on schema billing changed']],
  [
    'default privileges',
    'alter default privileges in schema billing grant select on tables to fp_reader',
    ['default privileges postgres billing r left'],
  ],
  ['owner', 'alter table plain owner to fp_reader', ['table plain changed', 'grants on table plain changed']],
  ['comment on a column', 'comment on column leads.email is $$x$$', ['comment on table column leads.email left']],
  ['comment lost', 'comment on table leads is null', ['comment on table leads lost']],
  ['sequence owned by another', 'alter sequence invoice_numbers owned by plain.id', ['sequence invoice_numbers changed']],
  ['view option', 'alter view open_leads set (security_barrier)', ['view open_leads changed']],
  ['materialized view emptied', 'refresh materialized view lead_counts with no data', ['matview lead_counts changed']],
  ['statistics object', 'drop statistics plain_stats', ['statistics plain_stats lost']],
  ['publication', 'alter publication outbound add table accounts', ['publication outbound changed']],
  ['publication of some columns', 'alter publication outbound set table plain (id)', ['publication outbound changed']],
  ['publication of some rows', 'alter publication outbound set table plain where (id > 1)', ['publication outbound changed']],
  ['publication of a schema', 'alter publication outbound add tables in schema billing', ['publication outbound changed']],
  ['publication lost', 'drop publication outbound', ['publication outbound lost']],
  ['unlogged', 'alter table billing.events_2026 set unlogged', ['table billing.events_2026 changed']],
  ['storage', 'alter table plain alter name set storage external', ['column plain.name changed']],
  ['replica identity', 'alter table plain replica identity full', ['table plain changed']],
])('names the difference: %s', async (_title, sql, expected) => {
  const sentences = await sentencesFor(sql);
  const stems = sentences.map((sentence) => (expected.includes(sentence) ? sentence : (sentence.split(': ')[0] ?? '')));
  expect(stems.toSorted()).toEqual([...expected].toSorted());
});

it.each([
  ['alter table leads disable row level security', 'table leads changed: rls → nothing'],
  [
    'create or replace view open_leads as select id, email from leads',
    "view open_leads changed: public.leads WHERE (leads.status = 'new'::public.status); → public.leads;",
  ],
])('says what changed in a long definition: %s', async (sql, sentence) => {
  await client.query(
    'alter table leads set (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.1)',
  );
  expect(await sentencesFor(sql)).toEqual([sentence]);
  await client.query('alter table leads reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)');
});

it('names an invalid index', async () => {
  await client.query('create table twins (id int); insert into twins values (1), (1)');
  const before = await readFingerprint(client);
  await expect(client.query('create unique index concurrently twins_id on twins (id)')).rejects.toThrow('could not create unique index');
  const after = await readFingerprint(client);
  await client.query('drop table twins');
  expect(fingerprintDiff(before, after)).toEqual(['index twins_id left']);
  expect(after.lines.find((line) => line.startsWith('index public.twins_id'))).toMatch(/ invalid/);
});
