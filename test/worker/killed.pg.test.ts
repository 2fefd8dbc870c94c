import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { FILES, SCHEMA } from '../support/three-units.ts';

type Death = { readonly when: 'before-report' | 'after-report' | 'in-effect'; readonly at: number };

/** Runs the mortal worker until it has killed itself; false when the run was over before it came to that point. */
async function workAndDie(site: Site, run: Run, death: Death): Promise<boolean> {
  const file = new URL('../support/mortal-worker.ts', import.meta.url);
  const env = { ...process.env, ...site.env, DIE_AT: String(death.at), DIE_WHEN: death.when };
  const child = fork(file, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const dead = once(child, 'exit').then(([, signal]) => signal === 'SIGKILL');
  const over = reach(site, run, ['completed', 'rolled_back', 'rollback_failed', 'holding', 'failed'], 60_000).then(() => false);
  const died = await Promise.race([dead, over]);
  if (!died) {
    child.kill('SIGTERM');
    await dead;
  }
  return died;
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

// What the worker reports on the way forward: evidence, backup, rehearsal, dry run, T0, three units begun and applied, validation, end.
const forward: readonly Death[] = [
  ...Array.from({ length: 13 }, (_, index): Death => ({ when: 'before-report', at: index + 1 })),
  ...Array.from({ length: 13 }, (_, index): Death => ({ when: 'after-report', at: index + 1 })),
  ...[1, 2, 3].map((at): Death => ({ when: 'in-effect', at })),
];
// On the way back: stopped, three migrations undone, the end.
const back: readonly Death[] = [
  ...Array.from({ length: 5 }, (_, index): Death => ({ when: 'before-report', at: index + 1 })),
  ...Array.from({ length: 4 }, (_, index): Death => ({ when: 'after-report', at: index + 1 })),
  ...[1, 2, 3].map((at): Death => ({ when: 'in-effect', at })),
];

describe('F2 F3 kill -9 of the worker, then another one takes over', () => {
  let site: Site;

  beforeEach(async () => {
    site = await startSite({ files: FILES, schema: SCHEMA, observe: '500ms' });
  });

  afterEach(() => site.stop());

  it.each(forward)('forward, $when $at: the run completes and nothing is done twice', async (death) => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    expect(await workAndDie(site, run, death)).toBe(true);
    const next = startWorker(site.services, 'successor');
    const ended = await reach(site, run, ['completed', 'holding', 'failed']).finally(() => next.stop());
    expect(ended.state).toBe('completed');
    await expectSound(site, 'completed');
  });

  it.each(back)('back, $when $at: the run is rolled back and nothing is left', async (death) => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const first = startWorker(site.services, 'first');
    await reach(site, run, ['observing']).finally(() => first.stop());
    await tell(site, run, 'ana', { type: 'roll_back' });
    expect(await workAndDie(site, run, death)).toBe(true);
    const next = startWorker(site.services, 'successor');
    const ended = await reach(site, run, ['rolled_back', 'rollback_failed']).finally(() => next.stop());
    expect(ended.state).toBe('rolled_back');
    await expectSound(site, 'rolled_back');
  });
});
