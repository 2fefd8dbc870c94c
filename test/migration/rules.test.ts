import { describe, expect, test } from 'vitest';
import { lintFiles } from '../../src/migration/lint-files.ts';
import { textOf } from '../../src/migration/file-text.ts';
import type { Hazard } from '../../src/domain/plan.ts';
import { loadParser } from '../../src/migration/parser.ts';
import { aCatalog } from './a-catalog.ts';
import { codes, refused, verdicts } from './judge.ts';
import { scripts } from './scripts.ts';

const SCHEMA = `create schema app; create table public.leads (id int primary key, email text, owner_id int);
  create table app.leads (id int); create table owners (id bigint primary key); create index leads_email on leads (email, id);
  insert into leads values (1)`;

const linted = async (sql: string): Promise<readonly Hazard[]> => {
  const { statements } = await lintFiles(await scripts({ 'x.up.sql': sql }), { serverMajor: 17 });
  return statements.flatMap(({ hazards }) => hazards);
};

describe('rules that are no lock (postgres rules N1–N29)', () => {
  test('N1 a file need not set lock_timeout: the engine’s session has one, and the verdict asks for none', async () => {
    expect(codes((await verdicts('alter table leads add column a int'))[0])).toEqual([]);
  });

  test.each([
    ['N2', "set lock_timeout = '500ms'"],
    ['N3', 'set statement_timeout = 0'],
    ['N4', 'reset all'],
    ['N4', 'discard all'],
    ['N4', "select set_config('lock_timeout', '0', false)"],
    ['N5', 'set idle_in_transaction_session_timeout = 0'],
    ['N5', 'set transaction_timeout = 0'],
  ])('%s %s is refused by a plan, and lint says so on its line', async (_, sql) => {
    const [problem] = await refused(`select 1;\n${sql}`);
    expect(problem).toMatchObject({ line: 2, message: expect.stringContaining('disarm the worker') });
    expect(await linted(sql)).toContainEqual(expect.objectContaining({ code: 'disarms_guard', severity: 'danger' }));
  });

  test.each([
    ['N6', 'create table a (); commit; create table b ()'],
    ['N6', 'begin; create table a (); savepoint s; commit'],
    ['N7', 'begin; create table a ()'],
  ])('%s %s: transactions belong to the engine', async (_, sql) => {
    expect((await refused(sql))[0]?.message).toContain('transactions belong to the engine');
    expect((await linted(sql)).map(({ code }) => code)).toContain('transaction_control');
  });

  test('N6 one plain BEGIN … COMMIT says what the engine does anyway', async () => {
    expect((await linted('begin; create table a (id bigint); commit')).map(({ code }) => code)).toEqual([]);
  });

  test('N8 a statement that commits on its own says so beside others, and is quiet alone', async () => {
    const together = await verdicts('alter table leads add column a int; create index concurrently i on leads (a)');
    expect(codes(together[1])).toContain('own_transaction');
    expect(codes((await verdicts('create index concurrently i on leads (a)'))[0])).not.toContain('own_transaction');
  });

  test.each([
    ['N9', 'alter table leads add column a int; alter table owners add column a int', 'several_strong_locks', 'warning'],
    ['N10', 'create index concurrently on leads (email)', 'index_without_name', 'warning'],
    ['N10', 'create index concurrently if not exists i on leads (email)', 'if_not_exists_invalid', 'danger'],
    ['N12', "copy leads from '/etc/passwd'", 'server_access', 'danger'],
    ['N12', "copy leads from program 'curl x'", 'server_access', 'danger'],
    ['N12', "alter system set work_mem = '1GB'", 'cluster_wide', 'warning'],
    ['N12', 'create extension hstore', 'extension', 'warning'],
    ['N12', 'create role r', 'cluster_wide', 'warning'],
    ['N12', 'grant a to b', 'cluster_wide', 'warning'],
    ['N12', "set session_replication_role = 'replica'", 'foreign_keys_off', 'danger'],
    ['N12', 'alter table leads disable trigger all', 'foreign_keys_off', 'danger'],
    ['N12', 'create function f() returns int language sql security definer as $$ select 1 $$', 'security_definer', 'danger'],
    ['N12', 'select pg_terminate_backend(pid) from pg_stat_activity', 'server_access', 'danger'],
    ['N12', "select pg_read_file('x')", 'server_access', 'danger'],
    ['N12', "select dblink_exec('x', 'y')", 'server_access', 'danger'],
    ['N12', 'create function f() returns int language plpython3u as $$ return 1 $$', 'untrusted_language', 'danger'],
    ['N13', 'set search_path = app', 'search_path', 'note'],
    ['N14', `create table ${'x'.repeat(64)} ()`, 'identifier_too_long', 'danger'],
    ['N15', 'create table a (x json)', 'json_type', 'note'],
    ['N15', 'create table a (x char(3))', 'char_type', 'note'],
    ['N15', 'create table a (x timestamp)', 'timestamp_without_zone', 'note'],
    ['N15', 'create table a (id int primary key)', 'small_key', 'note'],
    ['N15', 'create table a (x int references owners (id))', 'small_key', 'note'],
    ['N15', 'create table a (id bigserial)', 'serial_type', 'note'],
    ['N15', 'create table a (x money)', 'money_type', 'note'],
    ['N15', 'alter table leads add column x varchar(20)', 'varchar_limit', 'note'],
    ['N16', "alter type mood add value 'new'", 'enum_order', 'note'],
    ['N17', 'update leads set email = null', 'every_row', 'danger'],
    ['N17', 'delete from leads where 1 = 1', 'every_row', 'danger'],
    ['N22', "select setval('s', 1)", 'not_undone', 'note'],
    ['N22', 'select pg_advisory_lock(1)', 'not_undone', 'note'],
    ['N26', 'create table a (x int, y int generated always as (x) virtual)', 'too_new', 'danger'],
    ['N27', 'alter table leads add column if not exists a int', 'if_not_exists', 'note'],
  ])('%s %s → %s (%s)', async (_, sql, code, severity) => {
    const hazards = (await verdicts(sql)).flatMap((statement) => statement.hazards);
    expect(hazards).toContainEqual(expect.objectContaining({ code, severity }));
  });

  test('N11 a psql command is refused with its line, and says what to write instead', async () => {
    const [problem] = await refused('select 1;\n\\i other.sql\n');
    expect(problem).toMatchObject({ line: 2, message: expect.stringContaining('a psql command') });
  });

  test('N12 SET ROLE is refused', async () => {
    expect((await refused('set role admin'))[0]?.message).toContain('changes the role');
    expect((await linted('set role admin')).map(({ code }) => code)).toContain('changes_role');
  });

  test('N13 a name that two schemas of the path have says which one is meant', async () => {
    const catalog = { ...(await aCatalog(SCHEMA)), searchPath: ['app', 'public'] };
    const [statement] = await verdicts('alter table leads add column a int', { catalog });
    expect(statement?.hazards).toContainEqual(
      expect.objectContaining({ code: 'ambiguous_name', message: expect.stringContaining('this means app.leads') }),
    );
    expect(statement?.locks).toEqual([{ relation: 'leads', mode: 'ACCESS EXCLUSIVE' }]);
  });

  test('N16 a value used in the file that adds it is committed first', async () => {
    const [first, second] = await verdicts("alter type mood add value 'new'; update leads set email = 'new' where id = 1");
    expect([first?.inTransaction, second?.inTransaction]).toEqual([false, true]);
  });

  test('N17 a column that is set twice will fail', async () => {
    const [statement] = await verdicts('update leads set email = $$a$$, email = $$b$$ where id = 1');
    expect(statement?.hazards).toContainEqual(expect.objectContaining({ code: 'will_fail', sqlstate: '42601' }));
  });

  test('N18 an UPDATE of every row says how many there are', async () => {
    const catalog = aCatalog(SCHEMA, { leads: { rows: 1_234_567, bytes: 400_000_000, callsPerSecond: 3 } });
    const [statement] = await verdicts('update leads set email = null', { catalog });
    expect(statement?.hazards.find(({ code }) => code === 'every_row')?.message).toContain('about 1.2 million rows');
  });

  test('N19 a foreign key without an index on its own side comes with the index', async () => {
    const [statement] = await verdicts('alter table leads add foreign key (owner_id) references owners (id) not valid', {
      catalog: aCatalog(SCHEMA),
    });
    expect(statement?.hazards.find(({ code }) => code === 'foreign_key_without_index')?.recipe).toBe(
      'CREATE INDEX CONCURRENTLY leads_owner_id_idx ON leads (owner_id);',
    );
  });

  test('N20 an index that begins as another one does is named', async () => {
    const [statement] = await verdicts('create index concurrently leads_mail on leads (email)', { catalog: aCatalog(SCHEMA) });
    expect(statement?.hazards.find(({ code }) => code === 'index_repeated')?.message).toContain('leads_email begins with the same columns');
  });

  test('N21 a key that has used 70 % of its numbers is said', async () => {
    const catalog = aCatalog('create table old (id serial primary key)', { old_id_seq: { used: 0.83 } });
    const [statement] = await verdicts('alter table old add column a int', { catalog });
    expect(statement?.hazards.find(({ code }) => code === 'key_nearly_full')?.message).toContain('83 %');
  });

  test('N23 what a reviewer cannot see is refused; a name of two alphabets is a danger', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    for (const text of ['select 1 \u202e', 'select \u200b1', 'select 1\0']) expect(textOf('x.sql', bytes(text)).problems).toHaveLength(1);
    expect(textOf('x.sql', new Uint8Array([0xff])).problems[0]?.message).toContain('not valid UTF-8');
    const [statement] = await verdicts('drop table l\u0435ads');
    expect(statement?.hazards).toContainEqual(
      expect.objectContaining({ code: 'deceiving_name', message: expect.stringContaining('U+0435') }),
    );
    expect(codes((await verdicts('create table größe ()'))[0])).not.toContain('deceiving_name');
  });

  test('N24 a file nobody reviews is said to be large', async () => {
    expect((await linted('select 1;\n'.repeat(201)))[0]).toMatchObject({ code: 'large_file', severity: 'note' });
  });

  test('N25 statements are cut on bytes, so that lines and text stay right behind an é', async () => {
    const [, second] = await verdicts("select 'é✓';\nselect 2");
    expect(second).toMatchObject({ sql: 'select 2', line: 2 });
  });

  test('N27 IF NOT EXISTS over something that is there hides drift', async () => {
    const [statement] = await verdicts('create table if not exists leads (id int)', { catalog: aCatalog(SCHEMA) });
    expect(statement?.hazards).toContainEqual(expect.objectContaining({ code: 'hides_drift', severity: 'warning' }));
  });

  test('N28 what takes values away for good is a danger, whatever the down script says', async () => {
    for (const sql of ['alter table leads drop column email', 'drop table leads', 'truncate leads']) {
      expect((await verdicts(sql))[0]?.hazards.some(({ severity }) => severity === 'danger')).toBe(true);
    }
  });

  test.each(['-- squawk-ignore ban-drop-column', '-- pgfence-ignore', '-- eugene: ignore E1'])(
    'N29 %s waives nothing here, and is told so',
    async (comment) => {
      const [statement] = await verdicts(`${comment}\nalter table leads drop column email`);
      expect(codes(statement)).toEqual(['ignore_comment', 'drop_column']);
      expect(statement?.hazards.some(({ waived }) => waived !== undefined)).toBe(false);
    },
  );

  test('every recipe of these rules that is complete is SQL that PostgreSQL can read', async () => {
    const { parse } = await loadParser();
    const catalog = await aCatalog(SCHEMA);
    const risky = [
      'alter table leads add foreign key (owner_id) references owners (id)',
      'create index on leads (email)',
      'alter table leads alter column owner_id set not null',
      'alter table leads add unique (email)',
      'alter table leads alter column owner_id type bigint',
      'drop index leads_email',
    ];
    for (const sql of risky) {
      const recipes = (await verdicts(sql, { catalog })).flatMap(({ hazards }) => hazards.flatMap(({ recipe }) => recipe ?? []));
      expect(recipes.length, sql).toBeGreaterThan(0);
      for (const recipe of recipes) if (!recipe.includes('…')) expect(() => parse(recipe), recipe).not.toThrow();
    }
  });
});
