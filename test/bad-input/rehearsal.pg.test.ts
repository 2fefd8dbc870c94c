import { afterEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';
import { offpeak } from './command-line.ts';
import { calmSite } from './otherwise.ts';

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

const CHECKED = {
  '0001_checked.up.sql': "ALTER TABLE leads\n  ADD CONSTRAINT leads_email_at CHECK (email LIKE '%@%');\n",
  '0001_checked.down.sql': 'ALTER TABLE leads DROP CONSTRAINT leads_email_at;\n',
};

/** A run whose checklist is open and whose plan was rehearsed. */
async function rehearsedRun(): Promise<Run> {
  const planned = await plan(site.services, { target: 'production', actor: by('nora') });
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const run = await tell(site, planned.run, 'nora', { type: 'start_checklist' });
  worker = startWorker(site.services);
  return until(
    async () => {
      const now = await site.services.ledger.load(run.id);
      return now?.rehearsal == null ? null : now;
    },
    { what: 'the rehearsal', deadlineMs: 25_000 },
  );
}

it('a migration that fails on the copy: the checklist has SQLSTATE, file, line and caret, approval is refused, nothing is touched', async () => {
  site = await calmSite({
    schema: SCHEMA,
    files: {
      '0001_wrong.up.sql': 'ALTER TABLE leads ADD COLUMN score integer;\nUPDATE leads\n  SET skore = 1;\n',
      '0001_wrong.down.sql': 'ALTER TABLE leads DROP COLUMN score;\n',
    },
  });
  const run = await rehearsedRun();
  const proof = run.evidence.rollback_proof;
  expect(proof?.verdict).toBe('breach');
  expect(proof?.value).toBe(
    '0001 fails on the copy: 42703: column "skore" of relation "leads" does not exist\n' +
      '  in 0001_wrong.up.sql line 3\n  3 |   SET skore = 1\n    |       ^',
  );
  expect(run.evidence.backup?.verdict).toBe('pass');
  const approval = await site.services.ledger.execute(run.id, { type: 'approve', digest: run.digest }, by('sam'));
  expect(approval).toMatchObject({ ok: false, refusal: { code: 'items_open', items: ['Rollback proved'] } });

  const standing = await offpeak(site, 'status');
  expect(standing.out).toMatch(/FAILS?\s+Rollback proved\s+0001 fails on the copy: 42703/);
  expect(standing.out).toMatch(/\n +3 \| {3}SET skore = 1\n +\| {7}\^\n/);
  const forced = await offpeak(site, `approve ${run.digest} --as kim`);
  expect(forced).toMatchObject({ code: 2, out: '' });
  expect(forced.err).toMatch(/^Refused: These lines do not pass: Rollback proved\. The database was not touched\. Confirm .*\n$/);
  expect((await site.services.targets.get('production')?.target.fingerprint())?.hash).toBe(run.plan.fingerprint);
});

it('a column that comes back as the last one: the approvers are told, and a rollback ends well and says so again', async () => {
  site = await calmSite({
    schema: SCHEMA,
    files: {
      '0001_no_domain.up.sql': 'ALTER TABLE leads DROP COLUMN domain;\n',
      '0001_no_domain.down.sql': 'ALTER TABLE leads ADD COLUMN domain text;\n',
    },
  });
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  expect(run.evidence.rollback_proof).toMatchObject({
    verdict: 'pass',
    value: expect.stringContaining('0001: column order of leads changed') as string,
  });
  expect(run.evidence.rollback_proof?.value).toContain('0001: the values of leads.domain do not come back');
  worker = startWorker(site.services);
  const applied = await reach(site, run, ['observing', 'holding', 'failed', 'completed'], { deadlineMs: 30_000 });
  expect(applied.end).toBeNull();
  await tell(site, applied, 'ana', { type: 'roll_back' });
  const ended = await reach(site, applied, ['rolled_back', 'rollback_failed'], { deadlineMs: 20_000 });
  expect(ended).toMatchObject({
    state: 'rolled_back',
    end: { detail: expect.stringContaining('as rehearsed, column order of leads changed') as string },
  });
});

it('a row that comes between approval and start fails the fresh rehearsal: the run fails before it touched anything', async () => {
  site = await calmSite({ schema: SCHEMA, files: CHECKED });
  const run = await approvedRun(site);
  await sql(site.target.url, "INSERT INTO leads (email) VALUES ('nonsense')");
  await tell(site, run, 'olga', { type: 'start' });
  worker = startWorker(site.services);
  const ended = await reach(site, run, ['failed', 'holding', 'completed'], { deadlineMs: 20_000 });
  expect(ended, JSON.stringify(ended.holding)).toMatchObject({ state: 'failed' });
  expect(ended.end?.detail).toContain(
    '0001 fails on the copy: 23514: check constraint "leads_email_at" of relation "leads" is violated by some row',
  );
  expect(ended.end?.detail).toContain('in 0001_checked.up.sql line 1');
  expect(ended.end?.detail).toContain('The database was not touched. Mend the migration and plan again.');
  expect(ended.units).toEqual([]);
  expect((await site.services.targets.get('production')?.target.fingerprint())?.hash).toBe(run.plan.fingerprint);
  expect(await offpeak(site, 'plan')).toMatchObject({ code: 0 });
});
