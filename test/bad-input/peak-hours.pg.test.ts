import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { TargetContext } from '../../src/ports.ts';
import { sql } from '../support/postgres.ts';
import type { Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';
import { calmSite, meddled } from './otherwise.ts';

/** Every batch leaves the range it did, so that one that was done twice would be seen. */
const FILES = {
  '0001_touch.up.sql': '-- offpeak: backfill table=leads key=id\nUPDATE leads SET touched = touched + 1 WHERE id > 0;\n',
  '0001_touch.down.sql': 'UPDATE leads SET touched = 0 WHERE touched <> 0;\n',
  '0001_touch.validate.sql': 'SELECT id, touched FROM leads WHERE touched <> 1 LIMIT 5;\n',
};
const SCHEMA = `
  CREATE TABLE leads (id bigint PRIMARY KEY, touched integer NOT NULL DEFAULT 0);
  INSERT INTO leads (id) SELECT n FROM generate_series(1, 3000) n;
`;
/** Berlin is an hour ahead of UTC in November: 09:00 and 18:00. */
const NINE = '2026-11-25T08:00:00Z';
const SIX = '2026-11-25T17:00:00Z';
const BATCHES_BEFORE_NINE = 3;

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
beforeEach(async () => {
  site = await calmSite({ files: FILES, schema: SCHEMA });
  await site.setClock('2026-11-25T07:50:00Z');
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

/** It strikes nine when the backfill asks whether its fourth batch may begin. */
function strikingNine() {
  const asked = { times: 0 };
  return ({ target }: TargetContext): Partial<TargetContext> => ({
    target: {
      ...target,
      apply: (request) =>
        target.apply({
          ...request,
          gate: async (durationMs) => {
            asked.times += 1;
            if (asked.times === BATCHES_BEFORE_NINE + 1) await site.setClock(NINE);
            return request.gate(durationMs);
          },
        }),
    },
  });
}

const touched = async () =>
  (await sql<{ id: string }>(site.target.url, 'SELECT id FROM leads WHERE touched = 1 ORDER BY id')).map(({ id }) => Number(id));
const marker = async () =>
  (await sql<{ key: string }>(site.target.url, 'SELECT backfill_key AS key FROM offpeak.marker WHERE position = 0'))[0]?.key;

/** A run that holds at nine in the middle of its backfill. Out: the run and the last key it had done. */
async function heldAtNine(): Promise<{ run: Run; key: number }> {
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  worker = startWorker(meddled(site, strikingNine()).services);
  const held = await reach(site, run, ['holding', 'failed', 'completed'], { deadlineMs: 20_000 });
  expect(held).toMatchObject({ state: 'holding', holding: { reason: 'peak_hours', from: 'migrating', detail: 'Peak hours have begun.' } });
  const done = await touched();
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(3000);
  expect(done).toEqual(Array.from({ length: done.length }, (_, index) => index + 1));
  expect(Number(await marker())).toBe(done.length);
  return { run: held, key: done.length };
}

it('a backfill that meets peak hours holds at a key, waits, and goes on by itself at 18:00 behind that key: every row once', async () => {
  const { run } = await heldAtNine();
  await site.setClock('2026-11-25T16:50:00Z');
  await tell(site, run, 'ana', { type: 'confirm_presence' });
  await site.setClock('2026-11-25T16:59:57Z');
  await reach(site, run, ['migrating', 'validating', 'observing', 'completed'], { deadlineMs: 10_000 });
  expect(Date.parse(await site.services.ledger.now())).toBeGreaterThanOrEqual(Date.parse(SIX));
  const ended = await reach(site, run, ['completed', 'failed', 'rollback_failed', 'holding'], { deadlineMs: 15_000 });
  expect(ended.state).toBe('completed');
  expect(await sql(site.target.url, 'SELECT touched, count(*) FROM leads GROUP BY touched')).toEqual([{ touched: 1, count: '3000' }]);
  const links = await site.services.ledger.history({ runId: run.id, limit: 500 });
  const resumed = links.find(({ event }) => event.type === 'resumed');
  expect(resumed?.event.actor.via).toBe('worker');
  expect(Date.parse(resumed?.event.at ?? '')).toBeGreaterThanOrEqual(Date.parse(SIX));
});

it('with nobody watching at 18:00 it holds again before the next batch and says who is missed; a person resumes it', async () => {
  const { run, key } = await heldAtNine();
  await site.setClock('2026-11-25T16:59:57Z');
  const holding = async () => (await site.services.ledger.load(run.id))?.holding;
  const held = await until(async () => ((await holding())?.reason === 'watcher_silent' ? holding() : null), { what: 'the second hold' });
  expect(held?.detail).toContain('@olga has not confirmed to be watching');
  expect(await touched()).toHaveLength(key);
  await tell(site, run, 'olga', { type: 'resume' });
  expect((await reach(site, run, ['completed', 'holding', 'failed'], { deadlineMs: 15_000 })).state).toBe('completed');
  expect(await touched()).toHaveLength(3000);
});

it('Roll back is not stopped by peak hours: what was filled is taken back at noon', async () => {
  const { run } = await heldAtNine();
  await site.setClock('2026-11-25T11:00:00Z');
  await tell(site, run, 'ana', { type: 'roll_back' });
  const ended = await reach(site, run, ['rolled_back', 'rollback_failed'], { deadlineMs: 15_000 });
  expect(ended).toMatchObject({ state: 'rolled_back' });
  expect(await touched()).toEqual([]);
});
