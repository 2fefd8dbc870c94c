import type { Client } from 'pg';
import { afterEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { connect, sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';

const SCHEMA = 'CREATE TABLE leads (id bigint PRIMARY KEY, email text NOT NULL)';
/** The first waits for whoever holds a snapshot, so that a test may change the database before the second begins. */
const FILES = {
  '0001_lead_index.up.sql': 'CREATE INDEX CONCURRENTLY leads_email_idx ON leads (email);\n',
  '0001_lead_index.down.sql': 'DROP INDEX CONCURRENTLY leads_email_idx;\n',
  '0002_positive.up.sql': 'ALTER TABLE leads ADD CONSTRAINT leads_positive CHECK (id > 0);\n',
  '0002_positive.down.sql': 'ALTER TABLE leads DROP CONSTRAINT leads_positive;\n',
};
const SETTINGS = { auto_rollback: { after: '1s' }, monitor: { application: '200ms', keep_firing: '500ms', recovered: '1s' } };

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
let holder: Client | null = null;

afterEach(async () => {
  await holder?.end();
  await worker?.stop();
  [holder, worker] = [null, null];
  await site.stop();
});

/** A run whose first unit waits on the server; `meanwhile` is done to the target, and then it goes on. */
async function migrating(meanwhile: string): Promise<Run> {
  site = await startSite({ files: FILES, schema: SCHEMA, observe: '10m', settings: SETTINGS });
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  holder = await connect(site.target.url, { application_name: 'report job' });
  // Before the worker: the first unit meets it for certain.
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM leads');
  worker = startWorker(site.services);
  const waits = async () =>
    (await sql(site.target.url, "SELECT FROM pg_stat_activity WHERE query ~ '^CREATE INDEX CONCURRENTLY' AND wait_event_type = 'Lock'"))
      .length;
  await until(waits, { what: 'the first unit to wait', deadlineMs: 60_000 });
  await sql(site.target.url, meanwhile);
  await holder.query('COMMIT');
  return run;
}

async function typesOf(run: Run): Promise<readonly string[]> {
  return (await site.services.ledger.history({ runId: run.id, limit: 300 })).map(({ event }) => event.type);
}

it(
  'R72 a statement that PostgreSQL refuses begins the countdown, and Offpeak undoes what was applied before it',
  { timeout: 120_000 },
  async () => {
    const run = await migrating("INSERT INTO leads VALUES (-1, 'late@example.com')");
    const rolled = await reach(site, run, ['rolled_back', 'rollback_failed']);
    expect(rolled).toMatchObject({ state: 'rolled_back', rollback: { by: { id: 'offpeak' } } });
    const events = (await site.services.ledger.history({ runId: run.id, limit: 300 })).map(({ event }) => event);
    expect(events.find(({ type }) => type === 'held')).toMatchObject({
      reason: 'statement_failed',
      detail: expect.stringContaining('23514'),
    });
    const armed = events.find((event) => event.type === 'rollback_armed');
    expect(armed).toMatchObject({ trigger: 'failure' });
    const fired = events.find(({ type }) => type === 'rollback_requested');
    expect(Date.parse(fired?.at ?? '') - Date.parse(armed?.at ?? '')).toBeGreaterThanOrEqual(1_000);
    expect(await sql(site.target.url, "SELECT indexname FROM pg_indexes WHERE indexname = 'leads_email_idx'")).toEqual([]);
    expect(await sql(site.target.url, 'SELECT version FROM offpeak.history')).toEqual([]);
  },
);

it(
  'R72 invariant 10: what nobody knows begins none: another run has the target by its fence, and the run holds for a person',
  { timeout: 120_000 },
  async () => {
    const run = await migrating("UPDATE offpeak.fence SET run_id = 'another', epoch = epoch + 1");
    const held = await reach(site, run, ['holding', 'rolling_back', 'rolled_back', 'rollback_failed']);
    expect(held).toMatchObject({
      state: 'holding',
      armed: null,
      holding: { reason: 'statement_failed', detail: expect.stringContaining('Another run') },
    });
    // Longer than the countdown would be, by the monitor's own readings.
    const since = async () =>
      (await site.services.ledger.recent(run.id, 200)).filter(
        ({ metric, at }) => metric === 'connections' && at > (held.holding?.since ?? ''),
      ).length;
    await until(async () => (await since()) >= 12, { what: 'more than two seconds of readings', deadlineMs: 30_000 });
    expect(await site.services.ledger.load(run.id)).toMatchObject({ state: 'holding', armed: null, rollback: null });
    expect(await typesOf(run)).not.toContain('rollback_armed');
  },
);
