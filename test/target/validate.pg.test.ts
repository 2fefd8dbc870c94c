import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import { verdict } from '../../src/target/validate.ts';
import type { Target } from '../../src/ports.ts';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let target: Target;
beforeAll(async () => {
  database = await testDatabase();
  target = postgresTarget({ name: 'acme', connectionString: database.url, tuning: { validateMs: 500 } });
  await sql(database.url, 'CREATE TABLE leads AS SELECT n AS id FROM generate_series(1, 5000) n');
});
afterAll(async () => {
  await target.close();
  await database.drop();
});

const validate = (...texts: string[]) =>
  target.validate([
    { version: '0008', path: 'migrations/0008_x.validate.sql', statements: texts.map((text, index) => ({ sql: text, line: index + 1 })) },
  ]);

describe('validate (R54)', () => {
  test('no row and the single value true are good', async () => {
    expect(await validate('SELECT id FROM leads WHERE id < 0', 'SELECT count(*) = 5000 FROM leads;', 'VALUES (true)')).toEqual([]);
  });

  test('rows, false and null are failures with the line and the exact count', async () => {
    expect(
      await validate(
        'SELECT 1 WHERE false',
        'SELECT id FROM leads WHERE id <= 12',
        'SELECT false AS fine',
        'SELECT NULL::boolean AS fine',
        'TABLE leads',
      ),
    ).toEqual(['0008 line 2: 12 rows', '0008 line 3: 1 row', '0008 line 4: 1 row', '0008 line 5: 5000 rows']);
  });

  test('errors and slow queries are failures, and the next query runs all the same', async () => {
    expect(await validate('SELECT nonsense', 'SELECT pg_sleep(20)', 'SELECT true')).toEqual([
      '0008 line 1: 42703 column "nonsense" does not exist',
      '0008 line 2: no answer within the time for a validation',
    ]);
  });

  test('nothing can be written', async () => {
    const writes = [
      'DELETE FROM leads',
      'WITH gone AS (DELETE FROM leads RETURNING id) SELECT FROM gone',
      'DO $$ BEGIN DELETE FROM leads; END $$',
      'COMMIT; DELETE FROM leads',
    ];
    expect(await validate(...writes)).toHaveLength(4);
    expect(await sql(database.url, 'SELECT count(*)::int AS rows FROM leads')).toEqual([{ rows: 5_000 }]);
  });
});

test('F41 what stands in the rows never reaches the failure', () => {
  expect(verdict({ rows: 2, first: { email: 'ada@example.com' } })).toBe('2 rows');
});
