import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aMigration, apply } from './a-migration.ts';
import { lockedTarget, type LockedTarget } from './a-target.ts';

const UNIQUE = aMigration('0002', ['CREATE UNIQUE INDEX CONCURRENTLY leads_email_key ON leads (email)']);

let it: LockedTarget;
beforeEach(async () => {
  it = await lockedTarget();
  await sql(
    it.database.url,
    'CREATE TABLE leads (id int PRIMARY KEY, email text); INSERT INTO leads SELECT n, n::text FROM generate_series(1, 5000) n',
  );
});
afterEach(() => it.end());

const indexes = () =>
  sql(
    it.database.url,
    "SELECT i.indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index i WHERE indrelid = 'leads'::regclass ORDER BY 1",
  );
const PRIMARY = { name: 'leads_pkey', valid: true };

describe('a statement that stands alone', () => {
  test('is recorded after the catalog says that its index is valid', async () => {
    const outcome = await apply(it.target, UNIQUE);
    expect(outcome).toMatchObject({ result: 'applied', tries: 1, statements: [{ index: 0, rows: null }] });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: true }, PRIMARY]);
    expect(await it.target.applied()).toMatchObject([{ version: '0002' }]);
  });

  test('with a duplicate key leaves no invalid index and no history (F23)', async () => {
    await sql(it.database.url, "INSERT INTO leads VALUES (0, '7')");
    const outcome = await apply(it.target, UNIQUE);
    expect(outcome).toMatchObject({ result: 'failed', message: expect.stringMatching(/^23505.*leads_email_key/) });
    expect(await indexes()).toEqual([PRIMARY]);
    expect(await it.target.applied()).toEqual([]);
    await sql(it.database.url, 'DELETE FROM leads WHERE id = 0');
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
  });

  test('never touches an index of that name that was there before, valid or not, even with IF NOT EXISTS', async () => {
    await sql(it.database.url, 'CREATE INDEX leads_email_key ON leads (email)');
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'failed', message: expect.stringContaining('exists already') });
    await sql(it.database.url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_email_key'::regclass");
    const tolerant = aMigration('0003', ['CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_email_key ON leads (email)']);
    expect(await apply(it.target, tolerant)).toMatchObject({ result: 'failed', message: expect.stringContaining('is invalid') });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: false }, PRIMARY]);
  });

  test('without a name is refused, because a leftover could not be found again (N10)', async () => {
    expect(await apply(it.target, aMigration('0004', ['CREATE INDEX CONCURRENTLY ON leads (email)']))).toMatchObject({ result: 'failed' });
    expect(await indexes()).toEqual([PRIMARY]);
  });

  test('cancelled while it waits for an old transaction leaves no invalid index, and can be applied afterwards', async () => {
    const old = await connect(it.database.url);
    await old.query('BEGIN; UPDATE leads SET email = email WHERE id = 1');
    const stop = new AbortController();
    const applying = apply(it.target, UNIQUE, { signal: stop.signal });
    await until(async () => (await indexes()).length === 2, { what: 'the half-built index' });
    stop.abort();
    // The clean-up waits for the same transaction, so let it go.
    await until(
      async () => (await sql(it.database.url, "SELECT FROM pg_stat_activity WHERE query LIKE 'DROP INDEX CONCURRENTLY%'")).length > 0,
      { what: 'the clean-up' },
    );
    await old.query('COMMIT');
    expect(await applying).toEqual({ result: 'cancelled' });
    expect(await indexes()).toEqual([PRIMARY]);
    await old.end();
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
  });

  test('a leftover of an earlier try of this run is dropped before the next', async () => {
    await sql(it.database.url, "INSERT INTO offpeak.marker VALUES ('run-1', 0, '0002', 1, now(), NULL, 0, 0, false)");
    await sql(
      it.database.url,
      "CREATE UNIQUE INDEX leads_email_key ON leads (email); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_email_key'::regclass",
    );
    expect(await apply(it.target, UNIQUE)).toMatchObject({ result: 'applied' });
    expect(await indexes()).toEqual([{ name: 'leads_email_key', valid: true }, PRIMARY]);
  });

  test('DROP INDEX CONCURRENTLY and VACUUM run and are recorded', async () => {
    await sql(it.database.url, 'CREATE INDEX old ON leads (email)');
    expect(await apply(it.target, aMigration('0005', ['DROP INDEX CONCURRENTLY old']))).toMatchObject({ result: 'applied' });
    expect(await apply(it.target, aMigration('0006', ['VACUUM leads']))).toMatchObject({ result: 'applied' });
    expect(await it.target.applied()).toMatchObject([{ version: '0005' }, { version: '0006' }]);
  });
});
