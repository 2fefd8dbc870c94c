import { execa } from 'execa';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { itemState } from '../../src/domain/items.ts';
import type { Run } from '../../src/domain/run.ts';
import type { TargetContext } from '../../src/ports.ts';
import { postgresBackups } from '../../src/target/backup/postgres-backups.ts';
import { plan } from '../../src/usecases/plan.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';
import { calmSite, meddled } from './otherwise.ts';
import { refusedPlan } from './refusal.ts';

let site: Site;
let disk: { free: number };
let tight: Site;
let worker: { stop(): Promise<void> } | null = null;

beforeEach(async () => {
  site = await calmSite({ files: FILES, schema: SCHEMA });
  disk = { free: 1e12 };
  tight = meddled(site, () => ({ backups: onDisk() }));
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

/** The site's own backups on a disk that is as full as `disk` says. */
function onDisk(directory = backups()): TargetContext['backups'] {
  const loaded = loadConfig({ env: site.env });
  const secret = loaded.ok ? loaded.secrets.targets.get('production') : undefined;
  return postgresBackups({
    connectionString: secret?.database.reveal() ?? '',
    scratchUrl: secret?.scratch.reveal() ?? '',
    directory,
    now: () => '2026-11-24T19:00:00.000Z',
    disk: async () => ({ free: disk.free, total: 1.1e12 }),
  });
}

const backups = () => join(dirname(site.migrations), 'backups');
const dumps = async () => (await readdir(backups())).filter((name) => name.includes('.dump'));
const waitFor = (run: Run, what: string, holds: (now: Run) => boolean) =>
  until(
    async () => {
      const now = await site.services.ledger.load(run.id);
      return now !== null && holds(now) ? now : null;
    },
    { what, deadlineMs: 20_000 },
  );

it('full before the plan: refused with what is free and what is needed', async () => {
  disk.free = 1_000;
  const { code, sentence } = await refusedPlan(tight);
  expect(code).toBe('target_unusable');
  expect(sentence).toMatch(
    /backups has 1\.0 kB free and the next backup needs [\d.]+ MB \(a quarter of the database\)\. Free some space or choose another directory\. The database was not touched\.$/,
  );
});

it('full before the first backup: the checklist line fails and says why, the run stays, and it is tried again', async () => {
  const planned = await plan(tight.services, { target: 'production', actor: by('nora') });
  if (!planned.ok) throw new Error(JSON.stringify(planned.refusal));
  const run = await tell(site, planned.run, 'nora', { type: 'start_checklist' });
  disk.free = 1_000;
  worker = startWorker(tight.services);
  const failed = await waitFor(run, 'the failed attempt', (now) => now.evidence.backup !== undefined);
  expect(failed.evidence.backup).toMatchObject({ verdict: 'breach' });
  expect(failed.evidence.backup?.value).toMatch(/has 1\.0 kB free and the next backup needs/);
  expect(itemState(failed.evidence.backup, await site.services.ledger.now())).toBe('fail');
  expect(failed).toMatchObject({ state: 'checklist', backup: null });
  expect(await dumps()).toEqual([]);

  disk.free = 1e12;
  await site.setClock('2026-11-24T19:01:30Z');
  const mended = await waitFor(run, 'the backup to be taken and proved', (now) => now.rehearsal !== null);
  expect(mended.evidence.backup).toMatchObject({ verdict: 'pass' });
  expect(await dumps()).toHaveLength(1);
});

it('full in the middle of the dump: nothing half written stays, and the words are those of pg_dump', async (context) => {
  await sql(site.target.url, 'CREATE TABLE noise AS SELECT md5(random()::text) AS what FROM generate_series(1, 8000)');
  const small = join(dirname(site.migrations), 'small');
  await mkdir(small);
  // Only root may mount, and not in every container.
  const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', small], { reject: false });
  if (mounted.failed) return context.skip('no file system can be mounted here');
  try {
    const taken = onDisk(small).take({ id: 'full', signal: new AbortController().signal });
    await expect(taken).rejects.toThrow(
      /^The backup failed: pg_dump ended with 1: .*No space left on device.* What was written was removed, and the database was not changed\. Mend it and try again\.$/i,
    );
    expect(await readdir(small)).toEqual([]);
  } finally {
    await execa('umount', [small]);
  }
});

it('full in preparation: the run ends before it touched anything, the older backup stays, and a new plan can be made', async () => {
  const run = await tell(site, await approvedRun(tight), 'olga', { type: 'start' });
  disk.free = 1_000;
  const before = await dumps();
  worker = startWorker(tight.services);
  const ended = await reach(site, run, ['failed', 'holding', 'completed'], { deadlineMs: 20_000 });
  expect(ended, JSON.stringify(ended.holding)).toMatchObject({ state: 'failed', units: [] });
  expect(ended.end?.detail).toMatch(/has 1\.0 kB free .* The database was not touched\./);
  expect(await dumps()).toEqual(before);
  disk.free = 1e12;
  expect(await plan(tight.services, { target: 'production', actor: by('nora') })).toMatchObject({ ok: true });
});
