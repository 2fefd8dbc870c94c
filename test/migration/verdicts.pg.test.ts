import { readFileSync } from 'node:fs';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOCK_MODES } from '../../src/domain/plan.ts';
import type { LockMode, Statement } from '../../src/domain/plan.ts';
import { migrationSource } from '../../src/migration/source.ts';
import { connect, serverTools, sql, testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { verdicts } from './judge.ts';

const ACME = new URL('../../playground/acme/migrations', import.meta.url).pathname;
const golden = (name: string) => readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8');

/** What a statement did on the server: the strongest lock on each relation that was there, and tables with a new file. */
type Measured = { readonly locks: Readonly<Record<string, LockMode>>; readonly rewrites: readonly string[] };

type Relation = { oid: number; name: string; kind: string; file: string | null };
const RELATIONS = `SELECT oid, oid::regclass::text AS name, relkind AS kind, pg_relation_filenode(oid) AS file
  FROM pg_class WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND relname !~ '^pg_toast'`;
const LOCKS = `SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IS NOT NULL`;

/** Runs a statement in the open transaction. Indexes count only when the statement names them. */
async function measure(client: Client, statement: string): Promise<Measured> {
  const before = new Map((await client.query<Relation>(RELATIONS)).rows.map((row) => [row.oid, row]));
  await client.query(statement);
  const locks: Record<string, LockMode> = {};
  for (const { relation, mode } of (await client.query<{ relation: number; mode: string }>(LOCKS)).rows) {
    const found = before.get(relation);
    if (found === undefined || (found.kind.toLowerCase() === 'i' && !statement.includes(found.name))) continue;
    const name = wordsOf(mode);
    const held = locks[found.name];
    if (held === undefined || LOCK_MODES.indexOf(name) > LOCK_MODES.indexOf(held)) locks[found.name] = name;
  }
  const after = (await client.query<Relation>(RELATIONS)).rows;
  const rewrites = after
    .filter(({ oid, file, kind }) => 'rmS'.includes(kind) && before.has(oid) && before.get(oid)?.file !== file)
    .map(({ name }) => name);
  return { locks, rewrites: rewrites.sort() };
}

function wordsOf(mode: string): LockMode {
  return mode
    .replace(/Lock$/, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase() as LockMode;
}

function said(statement: Statement | undefined): Measured {
  return {
    locks: Object.fromEntries((statement?.locks ?? []).map(({ relation, mode }) => [relation.replace(/^s\./, ''), mode])),
    rewrites: (statement?.rewrites ?? [])
      .map((relation) => relation.replace(/^s\./, ''))
      .filter((name) => !/_(?:idx|pkey)$/.test(name))
      .sort(),
  };
}

describe('the verdict is what the server does', () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await testDatabase();
    await sql(database.url, golden('lock-shapes-schema.sql'));
    client = await connect(database.url);
    await client.query(
      `SET search_path = s; CREATE POLICY pol ON t USING (true); CREATE SEQUENCE sq2 OWNED BY t.a; CREATE PROCEDURE prc() LANGUAGE sql AS 'select 1'`,
    );
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  const statements = golden('live-statements.sql').trim().split('\n');
  test('on a floor of statements', () => {
    expect(statements.length).toBeGreaterThanOrEqual(150);
  });
  test.each(statements)('%s', async (statement) => {
    const [verdict] = await verdicts(statement, { serverMajor: serverTools().major });
    await client.query('BEGIN');
    try {
      expect(said(verdict)).toEqual(await measure(client, statement));
    } finally {
      await client.query('ROLLBACK');
    }
  });
});

describe('the sample application’s migrations', () => {
  test('lock, rewrite and share transactions as their verdicts say, up to the last one', async () => {
    const database = await testDatabase();
    const client = await connect(database.url);
    const read = await migrationSource({ directory: ACME, serverMajor: () => Promise.resolve(serverTools().major) }).read();
    if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
    let measured = 0;
    for (const { up, statements } of read.migrations) {
      const own = new Set<string>();
      for (const statement of statements) {
        if (!statement.inTransaction) {
          await client.query(statement.sql);
          continue;
        }
        await client.query('BEGIN');
        const did = await measure(client, statement.sql);
        const before = Object.fromEntries(Object.entries(did.locks).filter(([relation]) => !own.has(relation)));
        const created = /^CREATE TABLE (\w+)/.exec(statement.sql)?.[1];
        if (created !== undefined) own.add(created);
        expect({ file: up.path, line: statement.line, ...said(statement) }).toEqual({
          file: up.path,
          line: statement.line,
          locks: before,
          rewrites: did.rewrites.filter((relation) => !own.has(relation)),
        });
        await client.query('COMMIT');
        measured += 1;
      }
    }
    expect(measured).toBeGreaterThan(25);
    await client.end();
    await database.drop();
  });
});
