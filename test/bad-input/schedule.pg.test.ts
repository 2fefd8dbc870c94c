import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HumanCommand } from '../../src/domain/commands.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import type { Run } from '../../src/domain/run.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';
import { until } from '../support/until.ts';
import { offpeak } from './command-line.ts';
import { calmSite, meddled } from './otherwise.ts';

/** 18:00 in Berlin: the end of peak hours. */
const SIX = '2026-11-25T17:00:00.000Z';

let site: Site;
let run: Run;
let worker: { stop(): Promise<void> } | null = null;
beforeEach(async () => {
  site = await calmSite({ files: FILES, schema: SCHEMA });
  await site.setClock('2026-11-25T07:56:00Z');
  run = await approvedRun(site);
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

async function refusal(command: HumanCommand): Promise<Refusal> {
  const outcome = await site.services.ledger.execute(run.id, command, by('olga'));
  if (outcome.ok) throw new Error(`${command.type} was not refused`);
  return outcome.refusal;
}

const now = async () => {
  const loaded = await site.services.ledger.load(run.id);
  if (loaded === null) throw new Error('the run is gone');
  return loaded;
};
const untouched = async () => expect(await sql(site.target.url, "SELECT to_regclass('effects') AS effects")).toEqual([{ effects: null }]);

describe('a start that does not fit', () => {
  it('whose predicted end crosses 09:00 is refused with the next moment, and exactly that moment can be scheduled', async () => {
    await site.setClock('2026-11-25T07:59:59.600Z');
    const crossing = await refusal({ type: 'start' });
    expect(crossing).toMatchObject({ code: 'crosses_peak', from: '2026-11-25T08:00:00.000Z', next: SIX });
    expect(crossing.code === 'crosses_peak' && crossing.durationMs > 1_000).toBe(true);
    await untouched();
    const scheduled = await tell(site, run, 'olga', { type: 'schedule', t0: SIX });
    expect(scheduled).toMatchObject({ state: 'scheduled', scheduledFor: SIX, started: null });
  });

  it('in peak hours is refused with their end, at the terminal in its zone and with exit code 2; so is a moment that has passed', async () => {
    await site.setClock('2026-11-25T11:00:00Z');
    await until(
      async () => {
        worker ??= startWorker(site.services);
        return Date.parse((await now()).evidence.p95?.expiresAt ?? '') > Date.parse('2026-11-25T11:05:00Z');
      },
      { what: 'fresh readings' },
    );
    expect(await refusal({ type: 'start' })).toEqual({ code: 'peak_hours', until: SIX, next: SIX });
    const ended = await offpeak(site, 'migrate --as olga');
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(/^Refused: It is peak hours until .*18:00.*, so nothing was started\. The next moment that fits is .*18:00/);
    expect(await refusal({ type: 'schedule', t0: '2026-11-25T07:00:00.000Z' })).toEqual({ code: 'in_the_past' });
    expect(await refusal({ type: 'schedule', t0: '2026-11-25T12:00:00.000Z' })).toMatchObject({ code: 'peak_hours', next: SIX });
    const scheduled = await offpeak(site, 'schedule --as olga');
    expect(scheduled).toMatchObject({ code: 0, err: '' });
    expect((await now()).scheduledFor).toBe(SIX);
    await untouched();
  });
});

describe('a scheduled start', () => {
  beforeEach(async () => {
    await tell(site, run, 'olga', { type: 'schedule', t0: SIX });
  });

  it('opens preparation at T-15 and not before, and writes at T0 and not before', async () => {
    await site.setClock('2026-11-25T16:44:58.500Z');
    worker = startWorker(site.services);
    const opened = await reach(site, run, ['preparing', 'failed', 'holding'], { deadlineMs: 10_000 });
    expect(opened).toMatchObject({ state: 'preparing', t0: SIX });
    expect(Date.parse(opened.started?.at ?? '')).toBeGreaterThanOrEqual(Date.parse('2026-11-25T16:45:00Z'));
    await until(async () => (await now()).dryRunAt !== null, { what: 'the dry run', deadlineMs: 15_000 });
    expect(await now()).toMatchObject({
      state: 'preparing',
      units: [],
      backup: { startedAt: expect.stringMatching(/^2026-11-25T16:4/) as string },
    });
    await untouched();

    await site.setClock('2026-11-25T16:54:59Z');
    await until(async () => Date.parse((await now()).dryRunAt ?? '') >= Date.parse('2026-11-25T16:55:00Z'), {
      what: 'R46 the gates asked again at T-5',
      deadlineMs: 15_000,
    });
    const asked = await now();
    expect(asked).toMatchObject({ state: 'preparing', scheduledFor: SIX, units: [] });
    expect(Date.parse(asked.evidence.connections?.at ?? '')).toBeGreaterThanOrEqual(Date.parse('2026-11-25T16:55:00Z'));
    await untouched();

    await tell(site, run, 'olga', { type: 'confirm_presence' });
    await site.setClock('2026-11-25T16:59:58.500Z');
    const ended = await reach(site, run, ['completed', 'failed', 'holding'], { deadlineMs: 20_000 });
    expect(ended.state).toBe('completed');
    const six = Date.parse(SIX);
    expect(Date.parse(ended.t0 ?? '')).toBeGreaterThanOrEqual(six);
    expect(Date.parse(ended.t0 ?? '')).toBeLessThan(six + 5_000);
    expect(Date.parse(ended.units[0]?.begunAt ?? '')).toBeGreaterThanOrEqual(six);
  });

  it('R37 F40 whose worker was away from T-10 to T0+40 min, with nothing prepared, holds and asks; Resume prepares and begins', async () => {
    await site.setClock('2026-11-25T16:50:00Z');
    const opened = await site.services.ledger.execute(run.id, { type: 'open_preparation' }, OFFPEAK);
    expect(opened).toMatchObject({ ok: true, run: { state: 'preparing', scheduledFor: SIX } });
    await site.setClock('2026-11-25T17:40:00Z');
    worker = startWorker(site.services);
    const held = await reach(site, run, ['holding', 'migrating', 'completed', 'failed'], { deadlineMs: 10_000 });
    expect(held).toMatchObject({ state: 'holding', units: [], holding: { reason: 'late', from: 'preparing' } });
    expect(held.holding?.detail).toMatch(/^At T-5 the backup was not finished.*The database was not touched\.$/);
    await untouched();

    await tell(site, run, 'olga', { type: 'resume' });
    expect((await reach(site, run, ['completed', 'failed', 'holding'], { deadlineMs: 30_000 })).state).toBe('completed');
  });

  it('R37 whose dump hangs at T-5 holds then, and not when the dump is over', async () => {
    await site.setClock('2026-11-25T16:45:00Z');
    let ended = false;
    const take = ({ signal }: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          ended = true;
          reject(new Error('pg_dump was ended.'));
        });
      });
    worker = startWorker(meddled(site, ({ backups }) => ({ backups: { ...backups, take } })).services);
    await until(async () => (await now()).step?.name === 'backup', { what: 'the dump', deadlineMs: 15_000 });
    await site.setClock('2026-11-25T16:54:59Z');
    const held = await reach(site, run, ['holding', 'migrating', 'failed'], { deadlineMs: 10_000 });
    expect(held).toMatchObject({ state: 'holding', holding: { reason: 'late' } });
    expect(ended).toBe(true);
    await untouched();
  });

  it('F40 that was prepared in time and finds no worker until T0+40 min holds and asks', async () => {
    await site.setClock('2026-11-25T16:44:59Z');
    worker = startWorker(site.services);
    await until(async () => (await now()).dryRunAt !== null, { what: 'the dry run', deadlineMs: 15_000 });
    await worker.stop();
    await site.setClock('2026-11-25T17:40:00Z');
    worker = startWorker(site.services);
    const held = await reach(site, run, ['holding', 'migrating', 'completed', 'failed'], { deadlineMs: 10_000 });
    expect(held).toMatchObject({ state: 'holding', units: [], holding: { reason: 'late' } });
    expect(held.holding?.detail).toMatch(/^No worker came to the first write within 30 min/);
    await untouched();
  });

  it('F40 whose worker comes to T-15 only after T-5 holds unprepared, before T0 too', async () => {
    await site.setClock('2026-11-25T16:56:00Z');
    worker = startWorker(site.services);
    const held = await reach(site, run, ['approved', 'holding', 'failed'], { deadlineMs: 10_000 });
    expect(held).toMatchObject({ state: 'holding', units: [], backup: run.backup, holding: { reason: 'late', from: 'preparing' } });
    await untouched();
  });

  it('that is missed by more than late_start asks again instead of running', async () => {
    await site.setClock('2026-11-25T17:31:00Z');
    worker = startWorker(site.services);
    const asked = await reach(site, run, ['approved', 'preparing', 'failed'], { deadlineMs: 10_000 });
    expect(asked).toMatchObject({ state: 'approved', scheduledFor: null, started: null, units: [] });
    const links = await site.services.ledger.history({ runId: run.id, limit: 500 });
    expect(links.map(({ event }) => event.type)).toContain('schedule_missed');
    await untouched();
  });
});
