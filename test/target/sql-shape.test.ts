import { describe, expect, test } from 'vitest';
import { confined, isQuery, loneEffect, setsSession } from '../../src/target/sql-shape.ts';

const RANGE = (column: string) => `(${column} > $2::int AND ${column} <= $1::int)`;
const IN_RANGE = (table: string) => RANGE(`${table}."id"`);

describe('confined', () => {
  test.for<[string, string]>([
    ['UPDATE t SET a = 1', `UPDATE t SET a = 1\nWHERE ${RANGE('"t"."id"')}\n`],
    ['UPDATE t SET a = 1 WHERE b OR c;', `UPDATE t SET a = 1 WHERE ( b OR c\n) AND ${RANGE('"t"."id"')}\n;`],
    ['update s.t as x set a = 1 where b -- where', `update s.t as x set a = 1 where ( b\n) AND ${RANGE('"x"."id"')}\n`],
    [
      "WITH y AS (SELECT 1 WHERE true) UPDATE t SET é = 'where é', b = $$ where $$ FROM y WHERE id IN (SELECT 1 WHERE false) RETURNING id",
      `WITH y AS (SELECT 1 WHERE true) UPDATE t SET é = 'where é', b = $$ where $$ FROM y WHERE ( id IN (SELECT 1 WHERE false)\n) AND ${RANGE('"t"."id"')}\nRETURNING id`,
    ],
    ['UPDATE "We ird" SET a = 1 RETURNING *', `UPDATE "We ird" SET a = 1\nWHERE ${RANGE('"We ird"."id"')}\nRETURNING *`],
  ])('keeps every byte of %s', async ([sql, result]) => {
    expect(await confined(sql, IN_RANGE)).toBe(result);
  });

  test('knows UPDATE and DELETE, and nothing else', async () => {
    expect(await confined('DELETE FROM t x USING y WHERE a', IN_RANGE)).toBe(
      `DELETE FROM t x USING y WHERE ( a\n) AND ${RANGE('"x"."id"')}\n`,
    );
    expect(await confined('INSERT INTO t SELECT 1', IN_RANGE)).toBe(null);
    expect(await confined('not sql', IN_RANGE)).toBe(null);
  });
});

describe('loneEffect', () => {
  test.for<[string, unknown]>([
    [
      'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t (a)',
      { kind: 'create_index', table: { schema: 's', name: 't' }, index: 'i', ifNotExists: true },
    ],
    ['CREATE INDEX CONCURRENTLY ON t (a)', { kind: 'create_index', table: { schema: null, name: 't' }, index: null, ifNotExists: false }],
    [
      'DROP INDEX CONCURRENTLY s.i, "J"',
      {
        kind: 'drop_index',
        indexes: [
          { schema: 's', name: 'i' },
          { schema: null, name: 'J' },
        ],
      },
    ],
    [
      'ALTER TABLE p DETACH PARTITION c CONCURRENTLY',
      { kind: 'detach', parent: { schema: null, name: 'p' }, partition: { schema: null, name: 'c' } },
    ],
    ['VACUUM t', { kind: 'repeatable' }],
    ['REINDEX TABLE s.t', { kind: 'repeatable' }],
    ['REINDEX TABLE CONCURRENTLY s.t', { kind: 'reindex', of: 'table', name: { schema: 's', name: 't' } }],
    ['REINDEX (VERBOSE, CONCURRENTLY) INDEX i', { kind: 'reindex', of: 'index', name: { schema: null, name: 'i' } }],
    ['REINDEX SCHEMA CONCURRENTLY s', { kind: 'reindex', of: 'schema', name: { schema: null, name: 's' } }],
    ['REINDEX DATABASE CONCURRENTLY d', { kind: 'reindex', of: 'database', name: { schema: null, name: 'd' } }],
    ["ALTER TYPE s.mood ADD VALUE 'ok' AFTER 'sad'", { kind: 'add_value', type: { schema: 's', name: 'mood' }, value: 'ok' }],
    ['CALL fill()', { kind: 'in_parts' }],
    ['DO $$ BEGIN COMMIT; END $$', { kind: 'in_parts' }],
    ['ALTER SYSTEM SET work_mem = 1', { kind: 'repeatable' }],
    ['CREATE DATABASE d', { kind: 'unknown' }],
  ])('reads %s', async ([sql, effect]) => {
    expect(await loneEffect(sql)).toEqual(effect);
  });
});

test('setsSession knows what outlives its transaction', async () => {
  expect(await setsSession('SET search_path = s')).toBe(true);
  expect(await setsSession('RESET search_path')).toBe(true);
  expect(await setsSession("SELECT pg_catalog.set_config('search_path', '', false)")).toBe(true);
  expect(await setsSession("SELECT set_config('search_path', '', true)")).toBe(false);
  expect(await setsSession("SELECT set_config('search_path', name, false) FROM settings")).toBe(false);
  expect(await setsSession('SET LOCAL search_path = s')).toBe(false);
  expect(await setsSession('UPDATE t SET a = 1')).toBe(false);
});

test('isQuery tells what a cursor can fetch', async () => {
  expect(await isQuery('-- all\nWITH a AS (SELECT 1) TABLE a')).toBe(true);
  expect(await isQuery('SELECT 1 INTO t')).toBe(false);
  expect(await isQuery('SHOW work_mem')).toBe(false);
});
