import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';

const SCHEMA = `
  CREATE TABLE prices (id int PRIMARY KEY, cents int NOT NULL, legacy text);
  INSERT INTO prices VALUES (1, 1000, 'a'), (2, 2000, 'b');
`;

/** The down of each is right after its up, and wrong without it: it divides again, or adds a column that is there. */
const FILES = {
  '0001_cents.up.sql': 'UPDATE prices SET cents = cents * 10;\n',
  '0001_cents.down.sql': 'UPDATE prices SET cents = cents / 10;\n',
};

describe('rolling back a unit that was begun and never applied', () => {
  let site: Site;
  let worker: { stop(): Promise<void> } | null = null;

  beforeEach(async () => {
    site = await startSite({ files: FILES, schema: SCHEMA });
  });

  afterEach(async () => {
    await worker?.stop();
    worker = null;
    await site.stop();
  });

  it('does not run its down: the rows are as they were', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const blocker = await connect(site.target.url, { application_name: 'report job' });
    await blocker.query('BEGIN; SELECT * FROM prices FOR UPDATE');
    worker = startWorker(site.services);
    const begun = async () => ((await site.services.ledger.load(run.id))?.units.length ?? 0) > 0;
    await until(begun, { what: 'the unit to be begun', deadlineMs: 40_000 });
    await tell(site, run, 'ana', { type: 'roll_back' });
    await reach(site, run, ['rolling_back', 'rolled_back', 'rollback_failed']);
    await blocker.query('ROLLBACK');
    await blocker.end();
    const ended = await reach(site, run, ['rolled_back', 'rollback_failed']);
    expect(await sql(site.target.url, 'SELECT id, cents FROM prices ORDER BY id')).toEqual([
      { id: 1, cents: 1000 },
      { id: 2, cents: 2000 },
    ]);
    expect(ended.state).toBe('rolled_back');
  });

  it('a statement that somebody cancels on the server is not simply tried again: the run holds', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const blocker = await connect(site.target.url, { application_name: 'report job' });
    await blocker.query('BEGIN; SELECT * FROM prices FOR UPDATE');
    worker = startWorker(site.services);
    const cancel = async () =>
      (
        await sql(
          site.target.url,
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'UPDATE prices%' AND state = 'active' AND application_name LIKE 'offpeak:%'",
        )
      ).length > 0;
    await until(cancel, { what: 'the statement to be cancelled', deadlineMs: 40_000 });
    const held = await reach(site, run, ['holding']);
    expect(held.holding).toMatchObject({ reason: 'statement_failed', detail: expect.stringContaining('cancelled') });
    await blocker.end();
  });
});
