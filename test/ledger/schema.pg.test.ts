import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sql, testDatabase, type TestDatabase } from '../support/postgres.ts';
import { aLedger, ledgerMigration, played } from './a-ledger.ts';

/** Everything in the schema as sorted lines: columns, constraints, indexes, triggers, functions, comments. */
const SHAPE = `
  SELECT line FROM (
    SELECT format('column %s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = to_regnamespace('offpeak') AND attnum > 0 AND relkind = 'r'
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = to_regnamespace('offpeak')
    UNION ALL SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'offpeak'
    UNION ALL SELECT format('trigger %s %s', tgenabled, pg_get_triggerdef(pg_trigger.oid)) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = to_regnamespace('offpeak') AND NOT tgisinternal
    UNION ALL SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc WHERE pronamespace = to_regnamespace('offpeak')
    UNION ALL SELECT format('comment %s %s %s', objoid::regclass, objsubid, description) FROM pg_description
    JOIN pg_class ON pg_class.oid = objoid WHERE relnamespace = to_regnamespace('offpeak') AND classoid = 'pg_class'::regclass
  ) AS shape ORDER BY line COLLATE "C"`;

async function shape(url: string): Promise<readonly string[]> {
  return (await sql<{ line: string }>(url, SHAPE)).map((row) => row.line);
}

/** What the validations report, each on its own as the engine runs them. */
async function failures(url: string): Promise<readonly unknown[]> {
  const statements = (await ledgerMigration('validate')).split(/;\s*$/m).filter((text) => /\bSELECT\b/.test(text));
  expect(statements).toHaveLength(4);
  return (await Promise.all(statements.map((text) => sql(url, text)))).flat();
}

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
});

describe('the schema of the ledger', () => {
  test('goes up, down without a trace, and up again the same', async () => {
    const before = await shape(database.url);
    await sql(database.url, await ledgerMigration('up'));
    const first = await shape(database.url);
    expect(first.length).toBeGreaterThan(60);
    await sql(database.url, await ledgerMigration('down'));
    expect(await shape(database.url)).toEqual(before);
    await sql(database.url, await ledgerMigration('up'));
    expect(await shape(database.url)).toEqual(first);
  });

  test('lets the tables of the engine that applies it live beside it, and leaves them alone', async () => {
    const shared = await testDatabase();
    await sql(shared.url, 'CREATE SCHEMA offpeak; CREATE TABLE offpeak.history (version text PRIMARY KEY)');
    const before = await shape(shared.url);
    await sql(shared.url, await ledgerMigration('up'));
    await sql(shared.url, await ledgerMigration('down'));
    expect(await shape(shared.url)).toEqual(before);
    await shared.drop();
  });

  test('validates when it is whole, empty and with a story in it', async () => {
    const on = await aLedger();
    expect(await failures(on.url)).toEqual([]);
    await played(on, 'rolled_back');
    expect(await failures(on.url)).toEqual([]);
    await on.drop();
  });

  test.each([
    ['the trigger is off', 'ALTER TABLE offpeak.event DISABLE TRIGGER event_is_append_only', { problem: /trigger/ }],
    ['the trigger does not bind replication', 'ALTER TABLE offpeak.event ENABLE TRIGGER event_is_append_only', { problem: /trigger/ }],
    ['the index is gone', 'DROP INDEX offpeak.run_one_active_per_target', { problem: /run_one_active_per_target/ }],
    ['a run says more events than it has', 'UPDATE offpeak.run SET version = version + 1', { run_without_its_events: /1/ }],
    [
      'an event is missing',
      'ALTER TABLE offpeak.event DISABLE TRIGGER event_is_append_only; DELETE FROM offpeak.event WHERE position = 1',
      { position_after_a_gap: /2/ },
    ],
  ])('does not validate when %s', async (_, damage, expected) => {
    const on = await aLedger();
    await played(on, 'checklist');
    await sql(on.url, damage);
    const found = (await failures(on.url)) as readonly Record<string, unknown>[];
    const [column = '', pattern] = Object.entries(expected)[0] ?? [];
    expect(found.some((row) => pattern?.test(String(row[column])) === true && column in row)).toBe(true);
    await on.drop();
  });
});
