import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../playground/postgres/server.ts';
import { postgresTarget } from '../../src/target/postgres-target.ts';
import { createDatabase, sql, type TestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply, exclusive } from './a-migration.ts';

let server: PostgresServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startPostgres({ settings: { autovacuum_naptime: '1s' } });
  database = await createDatabase(server.superuserUrl);
});
afterAll(() => server.stop());

test('an ordinary autovacuum makes way, because one try outwaits deadlock_timeout (F28, N2)', async () => {
  await sql(
    database.url,
    `CREATE TABLE leads (id int, filler text) WITH (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,
       autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
     INSERT INTO leads SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n;
     DELETE FROM leads WHERE id % 2 = 0`,
  );
  await until(async () => (await sql(database.url, "SELECT FROM pg_stat_progress_vacuum WHERE relid = 'leads'::regclass")).length > 0, {
    what: 'the autovacuum',
    deadlineMs: 30_000,
  });
  const target = postgresTarget({ name: 'acme', connectionString: database.url, tuning: { lockBudgetMs: 10_000 } });
  const answer = await target.lock({ runId: 'run-1', epoch: 1 });
  const outcome = await apply(target, aMigration('0002', [{ sql: 'ALTER TABLE leads ADD COLUMN domain text', locks: exclusive('leads') }]));
  expect(outcome).toMatchObject({ result: 'applied', tries: 1 });
  if (outcome.result === 'applied') expect(outcome.ms).toBeGreaterThan(900);
  if (answer.ok) await answer.lock.release();
});
