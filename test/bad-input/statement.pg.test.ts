import { afterEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { TargetContext } from '../../src/ports.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { SCHEMA } from '../support/three-units.ts';
import { offpeak } from './command-line.ts';
import { calmSite, meddled } from './otherwise.ts';

const FILES = {
  '0001_effects.up.sql': "CREATE TABLE effects (what text NOT NULL);\nINSERT INTO effects VALUES ('0001');\n",
  '0001_effects.down.sql': 'DROP TABLE effects;\n',
  '0002_checked.up.sql':
    "ALTER TABLE leads ADD COLUMN score integer;\n\nALTER TABLE leads\n  ADD CONSTRAINT leads_email_at CHECK (email LIKE '%@%');\n",
  '0002_checked.down.sql': 'ALTER TABLE leads DROP CONSTRAINT leads_email_at;\nALTER TABLE leads DROP COLUMN score;\n',
  '0002_checked.validate.sql': "SELECT id, email FROM leads\nWHERE email LIKE '%nonsense%';\n",
};

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

/** The application writes this row after the rehearsal, just before the second migration. */
function writing(email: string) {
  return ({ target }: TargetContext): Partial<TargetContext> => ({
    target: {
      ...target,
      apply: async (request) => {
        if (request.unit.version === '0002') await sql(site.target.url, 'INSERT INTO leads (email) VALUES ($1)', [email]);
        return target.apply(request);
      },
    },
  });
}

/** Starts an approved run whose target meets this row in the night. */
async function startedRun(email: string): Promise<Run> {
  site = await calmSite({ schema: SCHEMA, files: FILES });
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  worker = startWorker(meddled(site, writing(email)).services);
  return run;
}

async function expectAsBefore(run: Run): Promise<void> {
  expect((await site.services.targets.get('production')?.target.fingerprint())?.hash).toBe(run.plan.fingerprint);
  expect(await sql(site.target.url, 'SELECT version FROM offpeak.history')).toEqual([]);
  expect(await sql(site.target.url, 'SELECT count(*) FROM leads')).toEqual([{ count: '3001' }]);
  expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
}

it('a statement that fails only on the target: the run holds with the SQL error and its line, and Roll back brings the schema back exactly', async () => {
  const run = await startedRun('nobody-at-home');
  const held = await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 20_000 });
  expect(held).toMatchObject({ state: 'holding', holding: { reason: 'statement_failed', from: 'migrating' } });
  expect(held.holding?.detail).toBe(
    '23514: check constraint "leads_email_at" of relation "leads" is violated by some row (table leads, constraint leads_email_at)\n' +
      '  in 0002_checked.up.sql line 3\n  3 | ALTER TABLE leads',
  );
  expect(held.units.map((unit) => unit.state)).toEqual(['applied', 'begun']);
  expect(await sql(site.target.url, "SELECT attname FROM pg_attribute WHERE attrelid = 'leads'::regclass AND attname = 'score'")).toEqual(
    [],
  );
  const standing = await offpeak(site, 'status');
  expect(standing.out).toMatch(/Holding +A statement failed\. 23514: check constraint/);
  expect(standing.out).toMatch(/"offpeak resume" goes on\. "offpeak rollback" takes it back at any time\./);

  await tell(site, run, 'ana', { type: 'roll_back' });
  const ended = await reach(site, run, ['rolled_back', 'rollback_failed'], { deadlineMs: 15_000 });
  expect(ended.end?.detail).toContain('The schema equals the one from before');
  expect(ended.rollback?.undone).toEqual(['0002', '0001']);
  await expectAsBefore(run);
});

it('the same, mended by hand and resumed: it goes on at the statement that failed and completes', async () => {
  const run = await startedRun('nobody-at-home');
  await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 20_000 });
  await worker?.stop();
  await sql(site.target.url, "DELETE FROM leads WHERE email = 'nobody-at-home'");
  await tell(site, run, 'olga', { type: 'resume' });
  worker = startWorker(site.services);
  const ended = await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 15_000 });
  expect(ended).toMatchObject({ state: 'completed' });
  expect(await sql(site.target.url, 'SELECT what FROM effects')).toEqual([{ what: '0001' }]);
});

it('a validation that returns rows: the run holds and says which query and how many; Roll back takes it back', async () => {
  const run = await startedRun('nonsense@example.com');
  const held = await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 20_000 });
  expect(held).toMatchObject({ state: 'holding', holding: { reason: 'validation_failed', from: 'validating' } });
  expect(held.holding?.detail).toMatch(/^0002 line 1: 1 row/);
  expect(held.units.map((unit) => unit.state)).toEqual(['applied', 'applied']);
  await tell(site, run, 'kim', { type: 'roll_back' });
  expect((await reach(site, run, ['rolled_back', 'rollback_failed'], { deadlineMs: 15_000 })).state).toBe('rolled_back');
  await expectAsBefore(run);
});
