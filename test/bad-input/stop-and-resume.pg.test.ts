import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TargetContext } from '../../src/ports.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { offpeak } from './command-line.ts';
import { calmSite, meddled } from './otherwise.ts';

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
beforeEach(async () => {
  site = await calmSite({ files: FILES, schema: SCHEMA });
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

it('Stop after this step lets the step end, holds with the name of who asked, and Resume goes on behind it: nothing twice', async () => {
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  const stopping = ({ target }: TargetContext): Partial<TargetContext> => ({
    target: {
      ...target,
      apply: async (request) => {
        if (request.unit.position === 1) await site.services.ledger.execute(run.id, { type: 'stop_after_step' }, by('ana'));
        return target.apply(request);
      },
    },
  });
  worker = startWorker(meddled(site, stopping).services);
  const held = await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 20_000 });
  expect(held).toMatchObject({ state: 'holding', stopRequested: null, holding: { reason: 'stopped', from: 'migrating' } });
  expect(held.holding?.detail).toContain('@ana asked to stop after this step.');
  await worker.stop();

  const standing = await offpeak(site, 'status');
  expect(standing).toMatchObject({ code: 0, err: '' });
  expect(standing.out).toMatch(/Units +\d of 3 applied/);
  const refused = await Promise.all([
    site.services.ledger.execute(run.id, { type: 'stop_after_step' }, by('ana')),
    site.services.ledger.execute(run.id, { type: 'resume' }, by('sam')),
  ]);
  expect(refused).toMatchObject([{ refusal: { code: 'wrong_state' } }, { refusal: { code: 'not_permitted' } }]);
  expect(await offpeak(site, 'resume --as olga')).toMatchObject({ code: 0, err: '' });
  worker = startWorker(site.services);
  const ended = await reach(site, run, ['completed', 'failed', 'holding'], { deadlineMs: 15_000 });
  expect(ended.state).toBe('completed');
  expect(await sql(site.target.url, 'SELECT what FROM effects')).toEqual([{ what: '0001' }]);
  expect(await sql(site.target.url, 'SELECT DISTINCT touched FROM leads')).toEqual([{ touched: 1 }]);
  expect(ended.units.map((unit) => unit.state)).toEqual(['applied', 'applied', 'applied']);
});
