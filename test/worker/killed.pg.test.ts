import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { OVER, workAndDie, type Death } from '../support/mortal.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';

/** One worker after the other, each dying at the same point of its own life, until the run is over. Out: how many died. */
async function generations(site: Site, run: Run, death: Death): Promise<number> {
  for (let deaths = 0; deaths < 60; deaths += 1) {
    // A worker that always died in its first report would begin the same unit for ever; every other one lives a report longer.
    const at = death.when === 'after-report' ? 1 + (deaths % 2) : death.at;
    if (!(await workAndDie(site, run, { ...death, at }))) return deaths;
  }
  throw new Error('sixty workers died and the run is still not over');
}

/** Everything applied once, or everything undone, and nothing in between. */
async function expectSound(site: Site, state: 'completed' | 'rolled_back'): Promise<void> {
  const { url } = site.target;
  const invalid = await sql(url, 'SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid');
  const history = await sql<{ version: string }>(url, 'SELECT version FROM offpeak.history ORDER BY version');
  const touched = await sql<{ touched: number; rows: string }>(url, 'SELECT touched, count(*) AS rows FROM leads GROUP BY touched');
  expect(invalid).toEqual([]);
  if (state === 'completed') {
    expect(history.map((row) => row.version)).toEqual(['0001', '0002', '0003']);
    expect(await sql(url, 'SELECT what FROM effects')).toEqual([{ what: '0001' }]);
    expect(touched).toEqual([{ touched: 1, rows: '3000' }]);
  } else {
    expect(history).toEqual([]);
    expect(touched).toEqual([{ touched: 0, rows: '3000' }]);
    expect(await sql(url, "SELECT to_regclass('effects')::text AS effects, to_regclass('leads_email_idx')::text AS index")).toEqual([
      { effects: null, index: null },
    ]);
  }
  expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
}

// Each worker lives for one report: every step boundary of the run is the death of one of them. `after-report` dies with the next effect
// not begun; `before-report` makes one report, does the next effect and dies before it is recorded, so that every effect is met half told.
const LIVES: readonly (Death & { readonly title: string })[] = [
  { when: 'after-report', at: 1, title: 'after each report' },
  { when: 'before-report', at: 2, title: 'with each effect done and not yet recorded' },
];
const EFFECTS = [1, 2, 3] as const;

describe('F2 F3 kill -9 of the worker, then another one takes over', () => {
  let site: Site;

  beforeEach(async ({ task }) => {
    // On the way back nothing may complete before Roll back is pressed.
    site = await startSite({ files: FILES, schema: SCHEMA, observe: task.name.startsWith('back') ? '10m' : '500ms' });
  });

  afterEach(() => site.stop());

  it.each(LIVES)('forward, workers die $title: the run completes and nothing is done twice', { timeout: 180_000 }, async (death) => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    expect(await generations(site, run, death)).toBeGreaterThanOrEqual(11);
    expect((await reach(site, run, OVER)).state).toBe('completed');
    await expectSound(site, 'completed');
  });

  it.each(LIVES)('back, workers die $title: the run is rolled back and nothing is left', { timeout: 180_000 }, async (death) => {
    const run = await observed(site);
    await tell(site, run, 'ana', { type: 'roll_back' });
    expect(await generations(site, run, death)).toBeGreaterThanOrEqual(3);
    expect((await reach(site, run, OVER)).state).toBe('rolled_back');
    await expectSound(site, 'rolled_back');
  });

  it.each(EFFECTS)(
    'forward, the statement of unit %i is on the server when the worker dies: it ends known, the run completes',
    async (at) => {
      const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
      expect(await workAndDie(site, run, { when: 'in-effect', at })).toBe(true);
      await taken(site, run, 'completed');
    },
  );

  it.each(EFFECTS)('back, the worker dies while it undoes for the %i. time: the next one finishes', async (at) => {
    const run = await observed(site);
    await tell(site, run, 'ana', { type: 'roll_back' });
    expect(await workAndDie(site, run, { when: 'in-effect', at })).toBe(true);
    await taken(site, run, 'rolled_back');
  });

  it('rolls back from the middle: the worker dies in the backfill, and somebody presses Roll back before the next one comes', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    expect(await workAndDie(site, run, { when: 'in-effect', at: 3 })).toBe(true);
    await tell(site, run, 'ana', { type: 'roll_back' });
    await taken(site, run, 'rolled_back');
  });
});

/** A run whose statements are all applied, watched by nobody. */
async function observed(site: Site): Promise<Run> {
  const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
  const first = startWorker(site.services, 'first');
  try {
    return await reach(site, run, ['observing']);
  } finally {
    await first.stop();
  }
}

/** A worker that is not killed ends the run as it should. */
async function taken(site: Site, run: Run, state: 'completed' | 'rolled_back'): Promise<void> {
  const next = startWorker(site.services, 'successor');
  try {
    expect((await reach(site, run, OVER)).state).toBe(state);
  } finally {
    await next.stop();
  }
  await expectSound(site, state);
}
