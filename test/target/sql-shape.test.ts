import { describe, expect, test } from 'vitest';
import { confineUpdate, isQuery, loneEffect, setsSession } from '../../src/target/sql-shape.ts';

const RANGE = (column: string) => `(($1::int IS NULL OR ${column} > $1::int) AND ${column} <= $2::int)`;

describe('confineUpdate', () => {
  test.for<[string, string]>([
    ['UPDATE t SET a = 1', `UPDATE t SET a = 1\nWHERE ${RANGE('"t"."id"')}\n`],
    ['UPDATE t SET a = 1 WHERE b OR c;', `UPDATE t SET a = 1 WHERE ( b OR c\n) AND ${RANGE('"t"."id"')}\n;`],
    ['update s.t as x set a = 1 where b -- where', `update s.t as x set a = 1 where ( b\n) AND ${RANGE('"x"."id"')}\n`],
    [
      "WITH y AS (SELECT 1 WHERE true) UPDATE t SET é = 'where é', b = $$ where $$ FROM y WHERE id IN (SELECT 1 WHERE false) RETURNING id",
      `WITH y AS (SELECT 1 WHERE true) UPDATE t SET é = 'where é', b = $$ where $$ FROM y WHERE ( id IN (SELECT 1 WHERE false)\n) AND ${RANGE('"t"."id"')}\nRETURNING id`,
    ],
    ['UPDATE "We ird" SET a = 1 RETURNING *', `UPDATE "We ird" SET a = 1\nWHERE ${RANGE('"We ird"."id"')}\nRETURNING *`],
  ])('keeps every byte of %s', async ([sql, confined]) => {
    expect(await confineUpdate(sql, 'id', 'int')).toBe(confined);
  });

  test('knows nothing but UPDATE', async () => {
    expect(await confineUpdate('DELETE FROM t', 'id', 'int')).toBe(null);
    expect(await confineUpdate('not sql', 'id', 'int')).toBe(null);
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
    ['REINDEX TABLE CONCURRENTLY t', { kind: 'repeatable' }],
    ['ALTER SYSTEM SET work_mem = 1', { kind: 'unknown' }],
    ['CREATE DATABASE d', { kind: 'unknown' }],
  ])('reads %s', async ([sql, effect]) => {
    expect(await loneEffect(sql)).toEqual(effect);
  });
});

test('setsSession knows what outlives its transaction', async () => {
  expect(await setsSession('SET search_path = s')).toBe(true);
  expect(await setsSession('SET LOCAL search_path = s')).toBe(false);
  expect(await setsSession('UPDATE t SET a = 1')).toBe(false);
});

test('isQuery tells what a cursor can fetch', async () => {
  expect(await isQuery('-- all\nWITH a AS (SELECT 1) TABLE a')).toBe(true);
  expect(await isQuery('SELECT 1 INTO t')).toBe(false);
  expect(await isQuery('SHOW work_mem')).toBe(false);
});
