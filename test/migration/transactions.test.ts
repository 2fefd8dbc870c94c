import { describe, expect, test } from 'vitest';
import { parsed, refused } from './judge.ts';

describe('which statements share a transaction, from the tree', () => {
  test.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'DROP INDEX CONCURRENTLY i',
    'REINDEX TABLE CONCURRENTLY t',
    'REINDEX (CONCURRENTLY) INDEX i',
    'REINDEX SCHEMA s',
    'VACUUM t',
    'VACUUM (FULL) t',
    'CLUSTER',
    'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
    "ALTER SYSTEM SET work_mem = '5MB'",
    'CREATE DATABASE d',
    'DROP DATABASE d',
    "CREATE TABLESPACE s LOCATION '/x'",
    'DROP TABLESPACE s',
    'DO $$ BEGIN UPDATE t SET a = 1; COMMIT; END $$',
    'DO $$ BEGIN FOR i IN 1..3 LOOP IF true THEN ROLLBACK; END IF; END LOOP; END $$',
  ])('%s stands alone', async (sql) => {
    expect((await parsed(sql)).map(({ inTransaction }) => inTransaction)).toEqual([false]);
  });

  test.each([
    'CREATE INDEX i ON t (a)',
    'REINDEX (CONCURRENTLY false) INDEX i',
    'ANALYZE t',
    'CLUSTER t USING i',
    'ALTER TABLE t DETACH PARTITION p',
    "ALTER TYPE e ADD VALUE 'x'",
    "DO $$ BEGIN RAISE NOTICE 'commit;'; END $$",
    'CALL p()',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
    "-- CREATE INDEX CONCURRENTLY in a comment\nSELECT 'VACUUM'",
  ])('%s shares one', async (sql) => {
    expect((await parsed(sql)).map(({ inTransaction }) => inTransaction)).toEqual([true]);
  });

  test.each([
    ["ALTER TYPE e ADD VALUE 'x'; ALTER TABLE t ALTER c SET DEFAULT 'x'", [false, true]],
    ["ALTER TYPE e ADD VALUE 'x'; SELECT 1; DO $$ BEGIN UPDATE t SET c = 'x'; END $$", [false, true, true]],
    ["ALTER TYPE e ADD VALUE 'x'; ALTER TYPE e ADD VALUE 'y' AFTER 'x'", [true, true]],
    ["CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'x'; SELECT 'x'::e", [true, true, true]],
    ["SELECT 'x'; ALTER TYPE e ADD VALUE 'x'", [true, true]],
  ])('an enum value used later in the file is committed first: %s', async (sql, expected) => {
    expect((await parsed(sql)).map(({ inTransaction }) => inTransaction)).toEqual(expected);
  });

  test('a CALL of a procedure of this file that commits stands alone', async () => {
    const sql = 'CREATE PROCEDURE s.p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$; CALL s.p()';
    expect((await parsed(sql)).map(({ inTransaction }) => inTransaction)).toEqual([true, false]);
  });
});

describe('transactions belong to the engine', () => {
  test('one plain BEGIN … COMMIT around the file is dropped, and directives keep their statement', async () => {
    const statements = await parsed('BEGIN;\nSELECT 1;\nSELECT 2;\nCOMMIT;');
    expect(statements.map(({ sql, line }) => [sql, line])).toEqual([
      ['SELECT 1', 2],
      ['SELECT 2', 3],
    ]);
    expect(await parsed('START TRANSACTION; COMMIT;')).toEqual([]);
  });

  test.each([
    ['BEGIN; SELECT 1; COMMIT; SELECT 2; SELECT 3', [false, true, false]],
    ['SELECT 1; BEGIN; SELECT 2; SELECT 3; END; BEGIN; SELECT 4; COMMIT;', [false, true, false, true]],
    ['BEGIN; COMMIT; BEGIN; SELECT 1; COMMIT', [false]],
  ])('pairs of BEGIN and COMMIT are dropped and become the edges of units: %s', async (text, edges) => {
    expect((await parsed(text)).map(({ commitsBefore }) => commitsBefore)).toEqual(edges);
  });

  test('a directive behind a pair keeps its statement', async () => {
    const statements = await parsed('BEGIN; SELECT 1; COMMIT;\n-- offpeak: backfill table=t key=id\nUPDATE t SET a = 1 WHERE a IS NULL;');
    expect(statements.map(({ backfill }) => backfill)).toEqual([null, { table: 't', key: 'id' }]);
  });

  test.each([
    ['BEGIN; SELECT 1;', 1],
    ['SELECT 1;\nCOMMIT;', 2],
    ['BEGIN; SELECT 1;\nBEGIN; SELECT 2; COMMIT', 2],
    ['BEGIN; SELECT 1; COMMIT;\nBEGIN; SELECT 2', 2],
    ['BEGIN; SELECT 1; COMMIT;\nCOMMIT', 2],
    ['SELECT 1;\nROLLBACK', 2],
    ['BEGIN;\nSAVEPOINT a; COMMIT', 2],
    ['BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT', 1],
    ['BEGIN; SELECT 1; ROLLBACK', 1],
  ])('%j is refused', async (text, line) => {
    const [problem] = await refused(text);
    expect(problem?.line).toBe(line);
    expect(problem?.message).toMatch(/transactions belong to the engine/);
  });

  test.each([
    ['SELECT 1;\nBEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;\nSELECT 2', /cannot run inside the BEGIN … COMMIT/],
    ['BEGIN;\n-- offpeak: backfill table=t key=id\nUPDATE t SET a = 1 WHERE a IS NULL;\nCOMMIT', /a backfill commits each batch/],
  ])('BEGIN … COMMIT around what cannot be in one transaction is refused: %j', async (text, message) => {
    expect((await refused(text))[0]?.message).toMatch(message);
  });
});

describe('N4: what disarms the worker', () => {
  test.each([
    'SET lock_timeout = 0',
    "SET LOCAL statement_timeout = '1h'",
    'SET statement_timeout TO DEFAULT',
    'RESET lock_timeout',
    'RESET ALL',
    'DISCARD ALL',
    'DEALLOCATE ALL',
    'DEALLOCATE offpeak_begin',
    "SELECT set_config('lock_timeout', '0', false)",
    "SELECT pg_catalog.set_config('LOCK_TIMEOUT', '0', false)",
    'DO $$ BEGIN SET LOCAL lock_timeout = 0; END $$',
    "DO $$ BEGIN PERFORM set_config('statement_timeout', '0', true); END $$",
    'SET idle_in_transaction_session_timeout = 0',
  ])('%s is refused', async (sql) => {
    expect((await refused(`SELECT 1;\n${sql}`))[0]).toMatchObject({
      line: 2,
      message: expect.stringMatching(/would disarm the worker.*Remove it/) as string,
    });
  });

  test.each(['SET ROLE admin', 'RESET ROLE', 'SET SESSION AUTHORIZATION x', "SELECT set_config('role', 'x', false)"])(
    '%s is refused',
    async (sql) => {
      expect((await refused(sql))[0]?.message).toMatch(/changes the role/);
    },
  );

  test.each([
    'SET search_path = a',
    'DEALLOCATE theirs',
    "SET work_mem = '1GB'",
    "SELECT current_setting('lock_timeout')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET lock_timeout = '1s' AS 'select 1'",
  ])('%s is not', async (sql) => {
    expect(await parsed(sql)).toHaveLength(1);
  });
});

describe('a validation only reads', () => {
  test.each(['DELETE FROM t', 'SELECT * INTO x FROM t', 'CREATE TABLE x ()'])('%s is refused', async (sql) => {
    expect((await refused(sql, 'validate'))[0]?.message).toMatch(/a validation only reads/);
  });

  test('queries are fine', async () => {
    expect(await parsed('SELECT 1; WITH a AS (SELECT 1) TABLE a; VALUES (1)', 'validate')).toHaveLength(3);
  });
});
