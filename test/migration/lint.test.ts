import { describe, expect, test } from 'vitest';
import { aCatalog } from './a-catalog.ts';
import { codes, verdicts } from './judge.ts';

const severe = async (sql: string) =>
  (await verdicts(sql)).map(({ hazards }) =>
    hazards.filter(({ code }) => /^(?:lock_held|validate_same|several)/.test(code)).map(({ code }) => code),
  );

describe('summaries', () => {
  test.each([
    [
      'alter table leads add column score int default 0, alter column "Name" set not null',
      'ALTER TABLE leads ADD COLUMN score, ALTER COLUMN "Name" SET NOT NULL',
    ],
    ['create unique index concurrently i on public.leads (a)', 'CREATE UNIQUE INDEX CONCURRENTLY i ON leads'],
    ['drop table sales.orders, "user" cascade', 'DROP TABLE sales.orders, "user" CASCADE'],
    ['drop trigger t on a.b', 'DROP TRIGGER t ON a.b'],
    ['alter table a rename column b to c', 'ALTER TABLE a RENAME COLUMN b TO c'],
    ['update t set a = 1 where b', 'UPDATE t'],
    ['comment on column t.a is null', 'COMMENT ON COLUMN t.a'],
    ['refresh materialized view concurrently m', 'REFRESH MATERIALIZED VIEW CONCURRENTLY m'],
    ['grant select, insert on t to x', 'GRANT SELECT, INSERT ON t'],
    ['alter schema a rename to b', 'ALTER SCHEMA a RENAME TO b'],
    ["alter type e add value 'x'", "ALTER TYPE e ADD VALUE 'x'"],
  ])('%s → %s', async (sql, summary) => {
    expect((await verdicts(sql))[0]?.summary).toBe(summary);
  });
});

describe('a shape that is not known is never harmless', () => {
  test.each([
    'do $$ begin execute format($f$drop table %I$f$, current_setting($f$x$f$)); end $$',
    'do $$ begin perform app.everything(); end $$',
    'call p()',
    'execute x',
    'import foreign schema a from server b into c',
    'alter extension e update',
    'select migrate_everything()',
  ])('%s', async (sql) => {
    const [statement] = await verdicts(sql);
    expect(statement).toMatchObject({ known: false, blocks: 'unknown' });
    expect(codes(statement)).toContain('unknown_shape');
  });

  test.each(['select count(*), max(a) from t', "select pg_catalog.setval('s', 1)", 'select 1'])('%s is known', async (sql) => {
    expect((await verdicts(sql))[0]?.known).toBe(true);
  });
});

describe('relations made in the same migration', () => {
  test('lock nobody out: indexes, constraints and defaults on them raise nothing', async () => {
    const statements = await verdicts(
      'create table n (id bigint generated always as identity primary key, a int); create index i on n (a); alter table n add column u uuid default gen_random_uuid(); alter table n add unique (a); alter index i rename to j; drop index i; alter table n rename to m; truncate m',
    );
    expect(statements.flatMap(({ locks, hazards, blocks }) => [...locks, ...hazards, ...(blocks === 'nothing' ? [] : [blocks])])).toEqual(
      [],
    );
  });

  test('their foreign keys do lock the table that was there', async () => {
    const [, statement] = await verdicts('create table n (id int); alter table n add foreign key (id) references leads (id)');
    expect(statement).toMatchObject({ locks: [{ relation: 'leads', mode: 'SHARE ROW EXCLUSIVE' }], blocks: 'writes' });
  });

  test.each(['create table if not exists n (id int); create index i on n (id)', 'create view v as select 1; create index i on n (id)'])(
    '%s: IF NOT EXISTS proves nothing',
    async (sql) => {
      expect(codes((await verdicts(sql))[1])).toContain('index_blocks_writes');
    },
  );

  test.each(['drop table n', 'alter table n rename to old'])('after %s, IF NOT EXISTS makes a new table', async (sql) => {
    expect((await verdicts(`${sql}; create table if not exists n (id int); create index i on n (id)`))[2]?.locks).toEqual([]);
  });

  test('a temporary table is own even with IF NOT EXISTS', async () => {
    expect((await verdicts('create temp table if not exists n (id int); create index i on n (id)'))[1]?.locks).toEqual([]);
  });
});

describe('hazards of one statement', () => {
  test.each([
    ['create index i on t (a)', 'index_blocks_writes', 'danger', 'create index CONCURRENTLY i on t (a);'],
    ['drop index i', 'drop_index', 'warning', 'DROP INDEX CONCURRENTLY i;'],
    [
      'alter table t add constraint c check (a > 0)',
      'scan_check',
      'warning',
      'alter table t add constraint c check (a > 0) NOT VALID;\n-- in a later file:\nALTER TABLE t VALIDATE CONSTRAINT c;',
    ],
    [
      'alter table t add constraint c unique (a, "B")',
      'index_under_lock',
      'danger',
      'CREATE UNIQUE INDEX CONCURRENTLY c ON t (a, "B");\nALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX c;',
    ],
    ['alter table p detach partition a', 'detach', 'warning', 'ALTER TABLE p DETACH PARTITION a CONCURRENTLY;'],
  ])('%s → %s with SQL to use instead', async (sql, code, severity, recipe) => {
    const hazard = (await verdicts(sql))[0]?.hazards.find((each) => each.code === code);
    expect(hazard).toMatchObject({ severity, recipe });
  });

  test.each([
    ['update t set a = 1', 'every_row'],
    ['update t set a = 1 where true', 'every_row'],
    ['delete from t where 1 = 1', 'every_row'],
    ['create index concurrently on t (a)', 'index_without_name'],
    ['create index concurrently if not exists i on t (a)', 'if_not_exists_invalid'],
    ['drop table t cascade', 'cascade'],
    ['alter table t drop column a cascade', 'cascade'],
    ['truncate t', 'truncate'],
    ['alter table t drop column a', 'drop_column'],
    ['alter table t add column a int not null', 'will_fail'],
    [`create table ${'x'.repeat(64)} ()`, 'identifier_too_long'],
    [`select 1 as "${'é'.repeat(32)}"`, 'identifier_too_long'],
    ['create function f() returns int language sql security definer as $$ select 1 $$', 'security_definer'],
    ["copy t from program 'x'", 'server_access'],
    ['create role r', 'cluster_wide'],
    ["set session_replication_role = 'replica'", 'foreign_keys_off'],
    ['merge into t using u on t.id = u.id when matched then delete', 'many_rows'],
  ])('%s → %s', async (sql, code) => {
    expect(codes((await verdicts(sql))[0])).toContain(code);
  });

  test.each([
    'update t set a = 1 where id = 1',
    `select '${'x'.repeat(80)}' -- ${'y'.repeat(80)}`,
    `create table ${'x'.repeat(63)} ()`,
    `create function f() returns int language sql as $$ select 1 as ${'x'.repeat(70)} $$`,
    'create function f() returns int language sql security definer set search_path = a as $$ select 1 $$',
    'alter table t add column a int',
    'alter table t add column a timestamptz not null default now()',
    "alter table t add column a text default lower('X') || current_user",
  ])('%s raises nothing above a note', async (sql) => {
    const [statement] = await verdicts(sql);
    expect(statement?.hazards.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });

  test('a default from a function of the user is judged volatile and says what it depends on', async () => {
    const [statement] = await verdicts('alter table t add column a text default app.new_id()');
    expect(statement?.rewrites).toEqual(['t']);
    expect(codes(statement)).toEqual(['rewrite_volatile_default', 'depends_on_catalog']);
  });

  test.each([
    ['merge into t using u on true when matched then delete', 14, 15],
    ['create unique index i on t (a) nulls not distinct', 14, 15],
    ['select 1 from (select 1)', 15, 16],
    ['alter table t alter a set expression as (2)', 16, 17],
    ['create table t (a int, b int generated always as (a) virtual)', 17, 18],
    ['alter table t add check (a > 0) not enforced', 17, 18],
    ['select uuidv7()', 17, 18],
  ])('%s fails on %i and runs on %i', async (sql, without, since) => {
    expect(codes((await verdicts(sql, { serverMajor: without }))[0])).toContain('too_new');
    expect(codes((await verdicts(sql, { serverMajor: since }))[0])).not.toContain('too_new');
  });

  test('ordinary constraints need no new server', async () => {
    const sql =
      'create table t (id int primary key check (id > 0), p int not null references p (id), constraint c check (p > 0), unique (p), foreign key (id) references q)';
    expect(codes((await verdicts(sql, { serverMajor: 14 }))[0])).toEqual(['small_key', 'small_key', 'locks_parent', 'locks_parent']);
  });
});

describe('hazards of statements that share a transaction', () => {
  test.each([
    ['alter table t add column a int; update t set a = 1 where a is null', [[], ['lock_held_during_write']]],
    ['alter table t add column a int; update other set a = 1 where b', [[], ['lock_held_during_write']]],
    ['alter table t add column a int; insert into t select * from u', [[], ['lock_held_during_write']]],
    ['alter table t add column a int; insert into t values (1)', [[], []]],
    ['alter table t add column a int; create index i on t (a)', [[], ['lock_held_during_scan']]],
    [
      'alter table t add constraint c check (a > 0) not valid; alter table t validate constraint c',
      [[], ['lock_held_during_scan', 'validate_same_transaction']],
    ],
    ['alter table t add column a int; alter table u add column a int', [[], ['several_strong_locks']]],
    ['alter table t add column a int; alter table t add column b int', [[], []]],
    ['update t set a = 1 where b; alter table t add column c int', [[], []]],
    ['create table n (id int); insert into n select 1 from t; update n set id = 2 where id = 1', [[], [], []]],
  ])('%s', async (sql, expected) => {
    expect(await severe(sql)).toEqual(expected);
  });

  test('a statement that stands alone and a backfill keep nothing of the transaction before them', async () => {
    expect(
      await severe('alter table t add column a int; create index concurrently i on t (a); update t set a = 1 where a is null'),
    ).toEqual([[], [], []]);
    expect(
      await severe('alter table t add column a int;\n-- offpeak: backfill table=t key=id\nupdate t set a = 1 where a is null'),
    ).toEqual([[], []]);
  });
});

describe('with a catalog', () => {
  const here = (sql: string) => verdicts(sql, { catalog: aCatalog(SCHEMA) });
  const SCHEMA = `create type mood as enum ('a'); create domain positive as int check (value > 0); create schema app;
    create function app.slug(text) returns text language plpgsql stable as 'begin return $1; end';
    create table parent (id int primary key); create table child (id int primary key, parent_id int references parent (id));
    create table t (a int, b text); create index i on t (a); insert into t values (1); insert into child values (1)`;

  test.each([
    ['drop index concurrently i', { locks: [on('i', 'SHARE UPDATE EXCLUSIVE'), on('t', 'SHARE UPDATE EXCLUSIVE')] }],
    ['reindex index i', { locks: [on('i', 'ACCESS EXCLUSIVE'), on('t', 'SHARE')], scans: ['t'] }],
    ['alter table t add column m mood', { rewrites: [], scans: [], hazards: [] }],
    ['alter table t add column m positive', { rewrites: ['t'], scans: ['t'] }],
    ["alter table t add column m text default app.slug('x')", { rewrites: [], hazards: [] }],
    ['drop table child', { locks: [on('child', 'ACCESS EXCLUSIVE'), on('parent', 'ACCESS EXCLUSIVE')] }],
  ])('%s is judged exactly', async (sql, expected) => {
    const [statement] = await here(sql);
    expect(statement).toMatchObject(expected);
    expect(codes(statement)).not.toContain('depends_on_catalog');
  });
});

const on = (relation: string, mode: string) => ({ relation, mode });
