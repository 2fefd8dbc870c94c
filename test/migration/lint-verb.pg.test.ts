import { execa } from 'execa';
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFingerprint } from '../../src/target/fingerprint.ts';
import { connect, sql, testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { scripts } from './scripts.ts';

const PROGRAM = new URL('../../src/bin/offpeak.js', import.meta.url).pathname;
const KEYS = ['file', 'line', 'sql', 'locks', 'rewrites', 'scans', 'blocks', 'in_transaction', 'hazards'];

type Line = {
  readonly file: string;
  readonly line: number;
  readonly sql: string;
  readonly locks: readonly { relation: string; mode: string }[];
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  readonly blocks: string;
  readonly in_transaction: boolean;
  readonly error?: string;
  readonly hazards: readonly { code: string; severity: string; message: string; recipe: string | null }[];
};

const cache = mkdtempSync(join(tmpdir(), 'offpeak-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** `offpeak lint` as a process of its own, as a shell would start it. */
async function offpeakLint(...line: readonly string[]) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [PROGRAM, 'lint', ...line], {
    reject: false,
    env: { NO_COLOR: '1', XDG_CACHE_HOME: cache },
  });
  return { code: exitCode, out: stdout, err: stderr };
}

const linesOf = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

describe('offpeak lint, as a process, on a real server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
    await sql(database.url, readFileSync(new URL('golden/lock-shapes-schema.sql', import.meta.url), 'utf8'));
    await sql(database.url, `ALTER DATABASE "${database.name}" SET search_path = s`);
    // What filled these tables is no traffic, however long the server has been counting.
    await sql(database.url, 'SELECT pg_stat_reset()');
  });
  afterAll(async () => {
    await database.drop();
  });

  async function lint(files: Readonly<Record<string, string | Uint8Array>>, ...more: readonly string[]) {
    const paths = await scripts(files);
    const run = await offpeakLint('--json', '--database', database.url, ...more, ...paths);
    return { ...run, lines: linesOf(run.out).map((line) => ({ ...line, file: basename(line.file) })), paths };
  }

  test('one JSON object a statement, with exactly the promised keys', async () => {
    const { lines, code, err } = await lint({ 'a.sql': 'alter table t add column z int;\n\ncreate index concurrently i on t (p_id);\n' });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines.map((line) => Object.keys(line))).toEqual([KEYS, KEYS]);
    expect(lines[0]).toEqual({
      file: 'a.sql',
      line: 1,
      sql: 'alter table t add column z int',
      locks: [{ relation: 't', mode: 'ACCESS EXCLUSIVE' }],
      rewrites: [],
      scans: [],
      blocks: 'reads+writes',
      in_transaction: true,
      hazards: [],
    });
    expect(lines[1]).toMatchObject({
      line: 3,
      locks: [{ relation: 't', mode: 'SHARE UPDATE EXCLUSIVE' }],
      blocks: 'ddl',
      in_transaction: false,
    });
    for (const hazard of lines[1]?.hazards ?? []) expect(Object.keys(hazard)).toEqual(['code', 'severity', 'message', 'recipe']);
  });

  test('a statement that PostgreSQL will refuse has the SQLSTATE, and the exit code is 1', async () => {
    const { lines, code } = await lint({ 'a.sql': 'alter table t add column z int not null' });
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({ error: '23502' });
    expect(Object.keys(lines[0] ?? {})).toEqual([...KEYS.slice(0, 8), 'error', 'hazards']);
  });

  test('second tables are named: the other side of a foreign key, the DEFAULT partition, what CASCADE takes', async () => {
    const { lines } = await lint({ 'a.sql': 'drop table ch; drop table pt1; drop function trg() cascade' });
    const names = lines.map(({ locks }) => locks.map(({ relation, mode }) => `${relation} ${mode}`).sort());
    expect(names).toEqual([
      ['ch ACCESS EXCLUSIVE', 'p ACCESS EXCLUSIVE'],
      ['pt ACCESS EXCLUSIVE', 'pt1 ACCESS EXCLUSIVE', 'ptd ACCESS EXCLUSIVE'],
      ['t ACCESS EXCLUSIVE'],
    ]);
  });

  test('later files see what earlier ones made, proved and took away', async () => {
    const { lines } = await lint({
      '1.sql':
        'create table n (id bigint primary key, p_id int references p (id)); alter table t add constraint q check (p_id is not null) not valid',
      '2.sql': 'alter table t validate constraint q',
      '3.sql': 'alter table t alter p_id set not null; drop table n; drop table n',
    });
    expect(lines.map(({ file, locks, scans, error }) => [file, locks.map(({ relation }) => relation), scans, error])).toEqual([
      ['1.sql', ['p'], [], undefined],
      ['1.sql', ['t'], [], undefined],
      ['2.sql', ['t'], ['t'], undefined],
      ['3.sql', ['t'], [], undefined],
      ['3.sql', ['n', 'p'], [], undefined],
      ['3.sql', [], [], '42P01'],
    ]);
  });

  test('SET in the file counts: where names are looked up, and whether a timestamp is rewritten', async () => {
    const { lines } = await lint({
      'a.sql':
        "set search_path = public; alter table t add column z int; set search_path = s; set timezone = 'UTC'; alter table t alter ts type timestamptz; set timezone = 'Europe/Berlin'; alter table t alter tp type timestamptz",
    });
    expect(lines.map(({ error, rewrites }) => error ?? rewrites.join())).toEqual(['', '42P01', '', '', '', '', 't']);
  });

  test('a table that somebody holds in ACCESS EXCLUSIVE is not waited for', async () => {
    const holder = await connect(database.url);
    await holder.query('BEGIN; LOCK TABLE t');
    const begun = performance.now();
    const { lines, code } = await lint({ 'a.sql': 'alter table t add column z int' });
    expect({ code, locks: lines[0]?.locks }).toEqual({ code: 0, locks: [{ relation: 't', mode: 'ACCESS EXCLUSIVE' }] });
    expect(performance.now() - begun).toBeLessThan(8_000);
    await holder.query('ROLLBACK');
    await holder.end();
  });

  test('nothing is changed, and no session stays', async () => {
    const client = await connect(database.url);
    const before = await readFingerprint(client);
    await lint({ 'a.sql': 'drop schema s cascade; create table x (); select nextval($$s.sq$$)' });
    expect((await readFingerprint(client)).hash).toBe(before.hash);
    const { rows } = await client.query(
      `SELECT FROM pg_stat_activity WHERE application_name LIKE 'offpeak:%' AND datname = current_database()`,
    );
    expect(rows).toEqual([]);
    await client.end();
  });

  test('what cannot be seen in the text counts as blocking, and is said', async () => {
    const { lines, err } = await lint({ 'a.sql': "do $$ begin execute format('drop table %I', current_setting('x.y')); end $$" });
    expect(lines[0]).toMatchObject({ blocks: 'reads+writes', hazards: [expect.objectContaining({ code: 'unknown_shape' })] });
    expect(err).toContain('1 of 1 statements do is not in their text');
  });

  test.each([
    ['a psql command', { 'a.sql': 'select 1;\n\\copy t from x' }, /a\.sql line 2: a psql command/],
    ['COPY data', { 'a.sql': 'copy iso from stdin;\n1\ta\n\\.\n' }, /line 1: COPY … FROM stdin/],
    ['a syntax error', { 'a.sql': 'select 1;\nselec 2' }, /line 2: syntax error[^]*\^/],
    ['bytes that are no text', { 'a.sql': new Uint8Array([0xff, 0xfe]) }, /not valid UTF-8/],
    ['a waiver without a reason', { 'a.sql': '-- offpeak: waive drop_column\nalter table t drop column x' }, /line 1: the waiver/],
    [
      'a waiver of what is not there',
      { 'a.sql': 'select 1;\n-- offpeak: waive cascade reason="because"\nalter table t drop column x' },
      /line 2: waives cascade/,
    ],
  ])('%s is exit code 2, with the line; the other files are judged all the same', async (_, files, why) => {
    const { code, err, lines } = await lint({ ...files, 'b.sql': 'alter table t add column z int' });
    expect({ code, last: lines.at(-1)?.file }).toEqual({ code: 2, last: 'b.sql' });
    expect(err).toMatch(why);
  });

  test('a danger is exit code 1, a waived one 0', async () => {
    const drop = 'alter table t drop column x';
    expect((await lint({ 'a.sql': drop })).code).toBe(1);
    const waived = await lint({ 'a.sql': `-- offpeak: waive drop_column reason="nothing reads it"\n${drop}` });
    expect(waived.code).toBe(0);
    expect(waived.lines[0]?.hazards[0]?.message).toContain('Waived ("nothing reads it")');
  });

  test('a database that does not answer is exit code 2 with a sentence, without the password', async () => {
    const [path = ''] = await scripts({ 'a.sql': 'select 1' });
    const run = await offpeakLint('--json', '--database', 'postgresql://me:secret@127.0.0.1:1/x', path);
    expect(run).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Nothing answers at 127.0.0.1:1/x') });
    expect(run.err).toContain('Nothing was judged');
    expect(run.err).not.toContain('secret');
  });

  test.each([[[]], [['--postgres', '3', 'a.sql']], [['--database', 'postgresql://x/y', '--postgres', '17', 'a.sql']], [['--nonsense']]])(
    'the command line %j means nothing: exit code 3',
    async (line) => {
      expect((await offpeakLint(...line)).code).toBe(3);
    },
  );

  test('without a database it says what it could not know, and for which version it judged', async () => {
    const [path = ''] = await scripts({ 'a.sql': 'drop table ch; alter table t add constraint q not null a not valid' });
    const run = await offpeakLint('--json', '--postgres', '17', path);
    expect(run.err).toMatch(/Judged for PostgreSQL 17 without a database: .* 1 of 2 statements depend on them/);
    expect(linesOf(run.out)[0]?.hazards.map(({ code }) => code)).toContain('depends_on_catalog');
    expect(linesOf(run.out)[1]).toMatchObject({ error: '42601', locks: [], blocks: 'nothing' });
  });

  test('for a person it prints the same with the recipe ready to copy', async () => {
    const [path = ''] = await scripts({ 'a.sql': 'create index i on t (p_id)' });
    const { out } = await offpeakLint('--database', database.url, path);
    expect(out).toContain('blocks writes · SHARE on t · reads t whole');
    expect(out).toContain('      create index CONCURRENTLY i on t (p_id);');
  });

  test('a second run says the same from its cache, and so does one whose cache is broken, one without, and one after the schema changed', async () => {
    const paths = await scripts({
      '1.sql': 'alter table since add column z int',
      '2.sql': 'alter table since drop column z',
      '3.sql': 'selec',
    });
    const run = (...more: readonly string[]) => offpeakLint('--json', '--database', database.url, ...more, ...paths);
    const first = await run();
    expect(first.out).not.toBe('');
    const kept = readdirSync(join(cache, 'offpeak'));
    expect(kept.filter((name) => name.endsWith('.verdicts'))).not.toEqual([]);
    expect(await run()).toEqual(first);
    for (const name of kept) truncateSync(join(cache, 'offpeak', name), 100);
    expect(await run()).toEqual(first);
    await sql(database.url, 'CREATE TABLE s.since (id int)');
    const after = await run();
    expect(after).toEqual(await run('--no-cache'));
    expect(after.out).not.toBe(first.out);
    await sql(database.url, 'DROP TABLE s.since');
  });

  test('with --no-cache nothing is kept', async () => {
    const [path = ''] = await scripts({ 'a.sql': 'select 1' });
    const before = readdirSync(join(cache, 'offpeak'));
    await offpeakLint('--no-cache', path);
    expect(readdirSync(join(cache, 'offpeak'))).toEqual(before);
  });

  test('the exit codes are in its help', async () => {
    const { code, out } = await offpeakLint('--help');
    expect(code).toBe(0);
    expect(out).toContain('Exit codes: 0 nothing dangerous; 1 a danger nobody waived');
  });
});
