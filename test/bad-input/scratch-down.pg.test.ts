import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { plan } from '../../src/usecases/plan.ts';
import { by } from '../support/plans.ts';
import type { Site } from '../support/site.ts';
import { startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';
import { calmSite, otherwise } from './otherwise.ts';

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

it('a scratch server that goes down after the plan: the line says so without the password, approval is refused, and the proof is made again', async () => {
  const blind = await otherwise(site, { env: { SCRATCH_URL: 'postgresql://me:hunter2@127.0.0.1:9/postgres' } });
  const planned = await plan(site.services, { target: 'production', actor: by('nora') });
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const run = await tell(site, planned.run, 'nora', { type: 'start_checklist' });
  const lines = (holds: (now: Run) => boolean, what: string) =>
    until(
      async () => {
        const now = await site.services.ledger.load(run.id);
        return now !== null && holds(now) ? now : null;
      },
      { what, deadlineMs: 20_000 },
    );

  worker = startWorker(blind.services);
  const failed = await lines((now) => now.evidence.rollback_proof !== undefined, 'the failed proof');
  await worker.stop();
  expect(failed.state).toBe('checklist');
  expect(failed.evidence.rollback_proof?.verdict).toBe('breach');
  expect(failed.evidence.rollback_proof?.value).toContain(
    'The scratch server cannot be reached: connect ECONNREFUSED 127.0.0.1:9. Start it or correct its address.',
  );
  expect(JSON.stringify([failed, blind.lines])).not.toContain('hunter2');
  expect((await site.services.ledger.execute(run.id, { type: 'approve', digest: failed.digest }, by('sam'))).ok).toBe(false);

  await site.setClock('2026-11-24T19:15:00Z');
  worker = startWorker(site.services);
  const proved = await lines((now) => now.evidence.rollback_proof?.verdict === 'pass', 'the proof');
  expect(proved.evidence.backup?.verdict).toBe('pass');
  expect(proved.rehearsal?.restoreError).toBe('');
});
