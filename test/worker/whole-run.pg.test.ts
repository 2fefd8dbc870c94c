import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';

describe('a run from plan to end, without Slack', () => {
  let site: Site;
  let worker: { stop(): Promise<void> } | null = null;

  beforeEach(async () => {
    site = await startSite({ files: FILES, schema: SCHEMA, observe: '3s' });
  });

  afterEach(async () => {
    await worker?.stop();
    worker = null;
    await site.stop();
  });

  it('applies every unit once, validates, observes, completes, and the chain verifies', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    worker = startWorker(site.services);
    const ended = await reach(site, run, ['completed', 'holding', 'failed']);
    expect(ended.state).toBe('completed');
    expect(ended.evidence.disk).toMatchObject({
      verdict: 'pass',
      value: expect.stringMatching(/backup [\d.]+ k?B \+ rehearsed growth [\d.]+ [kM]B/),
    });
    expect(ended.units.map((unit) => unit.state)).toEqual(['applied', 'applied', 'applied']);
    expect(ended.baseline?.p95).toBe(40);
    expect(await sql(site.target.url, 'SELECT what FROM effects')).toEqual([{ what: '0001' }]);
    expect(await sql(site.target.url, 'SELECT DISTINCT touched FROM leads')).toEqual([{ touched: 1 }]);
    expect(await sql(site.target.url, 'SELECT version FROM offpeak.history ORDER BY version')).toEqual([
      { version: '0001' },
      { version: '0002' },
      { version: '0003' },
    ]);
    expect(await site.services.ledger.verify()).toMatchObject({ ok: true, broken: null });
  });

  it('rolls back a completed part exactly: schema, rows and history are as before', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    worker = startWorker(site.services);
    await reach(site, run, ['observing']);
    const before = run.plan.fingerprint;
    const outcome = await site.services.ledger.execute(run.id, { type: 'roll_back' }, { id: 'U0ANA', name: 'ana', via: 'slack' });
    expect(outcome.ok).toBe(true);
    const ended = await reach(site, run, ['rolled_back', 'rollback_failed']);
    expect(ended).toMatchObject({ state: 'rolled_back', rollback: { undone: ['0003', '0002', '0001'] } });
    const context = site.services.targets.get('production');
    expect((await context?.target.fingerprint())?.hash).toBe(before);
    expect(await sql(site.target.url, 'SELECT version FROM offpeak.history')).toEqual([]);
  });
});
