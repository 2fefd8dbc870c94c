import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import type { Target, TargetLock } from '../../src/ports.ts';
import { connect, createDatabase, sql, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, exclusive } from './a-migration.ts';

let server: PostgresServer;
let database: TestDatabase;
let target: Target;
let lock: TargetLock;
beforeAll(async () => {
  const settings = { autovacuum_naptime: '1s', autovacuum_freeze_max_age: '100000', max_prepared_transactions: '2' };
  server = await startPostgres({ settings });
  database = await createDatabase(server.superuserUrl);
  target = postgresTarget({ name: 'acme', connectionString: database.url, tuning: { lockBudgetMs: 4_000 } });
  const answer = await target.lock({ runId: 'run-1', epoch: 1 });
  if (!answer.ok) throw new Error(answer.holder);
  lock = answer.lock;
});
afterAll(async () => {
  await lock.release();
  await target.close();
  await server.stop();
});

/** A table whose vacuum takes as long as anybody wants to watch it. */
const slowToVacuum = (table: string) =>
  sql(
    database.url,
    `CREATE TABLE ${table} (id int, filler text) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
     INSERT INTO ${table} SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n`,
  );
const vacuumed = (table: string, query: string) =>
  until(
    async () =>
      (
        await sql(
          database.url,
          `SELECT FROM pg_stat_activity a JOIN pg_locks l USING (pid)
           WHERE backend_type = 'autovacuum worker' AND query LIKE $2 AND l.relation = to_regclass($1) AND mode = 'ShareUpdateExclusiveLock'`,
          [table, query],
        )
      ).length > 0,
    { what: 'the autovacuum', deadlineMs: 40_000 },
  );
const add = (version: string, table: string) =>
  aMigration(version, [{ sql: `ALTER TABLE ${table} ADD COLUMN domain text`, locks: exclusive(table) }]);

describe('what no session of the application holds', () => {
  test('F28 an ordinary autovacuum makes way, and no reader waits for the second that takes (N2)', async () => {
    await slowToVacuum('leads');
    await sql(database.url, 'DELETE FROM leads WHERE id % 2 = 0');
    await vacuumed('leads', 'autovacuum: %');
    const reader = await connect(database.url);
    const waits: number[] = [];
    const begun = performance.now();
    const state = { over: false };
    const applying = apply(target, add('0002', 'leads')).finally(() => (state.over = true));
    while (!state.over) {
      const asked = performance.now();
      await reader.query('SELECT FROM leads WHERE id = 1 LIMIT 1');
      waits.push(performance.now() - asked);
    }
    expect(await applying).toMatchObject({ result: 'applied' });
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(Math.max(...waits)).toBeLessThan(500);
    await reader.end();
  });

  test('F30 a prepared transaction, which has no session, is named as what is in the way', async () => {
    await sql(database.url, 'CREATE TABLE notes (id int)');
    const client = await connect(database.url);
    await client.query("BEGIN; INSERT INTO notes VALUES (1); PREPARE TRANSACTION 'forgotten'");
    const outcome = await apply(target, add('0003', 'notes'));
    expect(outcome).toMatchObject({ result: 'lock_budget', detail: expect.stringContaining('a prepared transaction') });
    await client.query("ROLLBACK PREPARED 'forgotten'");
    await client.end();
    expect(await apply(target, add('0003', 'notes'))).toMatchObject({ result: 'applied' });
  });

  test('F29 a vacuum to prevent wraparound is waited for, named, and never ended', async () => {
    await slowToVacuum('old_leads');
    // An ordinary vacuum under way would keep the other from beginning.
    await sql(database.url, 'ALTER TABLE old_leads SET (autovacuum_enabled = false)');
    // A transaction id each, until the table is older than autovacuum_freeze_max_age.
    await sql(database.url, 'DO $$ BEGIN FOR i IN 1..110000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$');
    await vacuumed('old_leads', '%(to prevent wraparound)%');
    const outcome = await apply(target, add('0004', 'old_leads'));
    if (outcome.result !== 'lock_budget') throw new Error(JSON.stringify(outcome));
    expect(outcome.detail).toMatch(/vacuum to prevent wraparound.*never makes way and must not be ended: wait until it is done/s);
    expect(outcome.detail).toContain('0 tries');
    await vacuumed('old_leads', '%(to prevent wraparound)%');
  });
});
