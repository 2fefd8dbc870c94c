import { fork } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/domain/run.ts';
import type { TargetContext } from '../../src/ports.ts';
import { meddled } from '../bad-input/otherwise.ts';
import { by } from '../support/plans.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';
import { until } from '../support/until.ts';

/** Not idempotent on purpose: a row that is passed twice shows it.  */
const files = (option: string) => ({
  '0001_touch.up.sql': `-- offpeak: backfill table=leads key=id batch=5ms${option}\nUPDATE leads SET touched = touched + 1 WHERE id > 0;\n`,
  '0001_touch.down.sql': 'UPDATE leads SET touched = 0 WHERE touched <> 0;\n',
});
const SCHEMA = `
  CREATE TABLE leads (id bigint PRIMARY KEY, touched integer NOT NULL DEFAULT 0);
  INSERT INTO leads (id) SELECT n FROM generate_series(1, 40000) n;
`;
const ENDS = ['completed', 'failed', 'rolled_back', 'rollback_failed', 'holding'] as const;

let site: Site;
let worker: { stop(): Promise<void> } | null = null;
const touches = () =>
  sql<{ touched: number; rows: number }>(site.target.url, 'SELECT touched, count(*)::int AS rows FROM leads GROUP BY 1 ORDER BY 1');
/** Rows passed so far by the markers; zero before the first worker has made its tables. */
async function filled(): Promise<number> {
  const [known] = await sql<{ there: boolean }>(site.target.url, "SELECT to_regclass('offpeak.marker') IS NOT NULL AS there");
  if (known?.there !== true) return 0;
  const rows = await sql<{ done: number }>(site.target.url, 'SELECT coalesce(sum(backfill_done), 0)::int AS done FROM offpeak.marker');
  return rows[0]?.done ?? 0;
}
const position = async () =>
  (await sql<{ key: string }>(site.target.url, 'SELECT backfill_key AS key FROM offpeak.marker WHERE position = 0'))[0]?.key;
const progress = (run: Run) => site.services.ledger.progress(run.id);

/** Without the plan, which nobody could read in a failure. */
const howItIs = ({ state, holding, speed }: Run) => ({ state, holding, speed });

afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

describe('a backfill and its operator', () => {
  beforeEach(async () => {
    site = await startSite({ files: files(''), schema: SCHEMA, observe: '500ms' });
  });

  /** At the third batch somebody gives a command, so that it meets a backfill that is under way. */
  function atThirdBatch(act: (run: string) => Promise<unknown>) {
    let asked = 0;
    return ({ target }: TargetContext): Partial<TargetContext> => ({
      target: {
        ...target,
        apply: (request) =>
          target.apply({
            ...request,
            gate: async (durationMs) => {
              asked += 1;
              if (asked === 3) await act(request.runId);
              return request.gate(durationMs);
            },
          }),
      },
    });
  }

  it('is paused at a key, says so, and is resumed exactly behind it', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const paused = (id: string) => site.services.ledger.execute(id, { type: 'pause' }, by('ana'));
    worker = startWorker(meddled(site, atThirdBatch(paused)).services);
    const held = await reach(site, run, ENDS);
    expect(held).toMatchObject({
      state: 'holding',
      holding: { reason: 'paused', from: 'migrating', detail: expect.stringContaining('@ana paused the backfill') },
    });
    const [, done] = await touches();
    expect(done).toMatchObject({ touched: 1, rows: Number(await position()) });
    expect(done?.rows).toBeLessThan(40_000);
    await tell(site, run, 'olga', { type: 'resume' });
    expect(howItIs(await reach(site, run, ENDS))).toEqual({ state: 'completed', holding: null, speed: 100 });
    expect(await touches()).toEqual([{ touched: 1, rows: 40_000 }]);
  });

  it('rests while a replica is behind and says why; goes on by itself at the speed that was set meanwhile', async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    let lag = 0;
    let first = 14;
    const lagging = (context: TargetContext): Partial<TargetContext> => ({
      // From its first batch on: how soon a lag that grows meanwhile is seen depends on the machine.
      target: {
        ...context.target,
        apply: (request) => {
          lag = Math.max(lag, first);
          first = 0;
          return context.target.apply(request);
        },
      },
      sources: {
        ...context.sources,
        database: { ...context.sources.database, replicationLag: async () => ({ ok: true, value: lag, source: 'a replica' }) },
      },
    });
    worker = startWorker(meddled(site, lagging).services);
    const rests = async () => {
      const seen = await progress(run);
      return (seen?.note ?? '') === '' ? null : seen;
    };
    const resting = await until(rests, { what: 'the backfill to rest', deadlineMs: 60_000 });
    expect(resting).toMatchObject({ note: 'a replica is 14 s behind (limit 10 s)' });
    const key = await position();
    await tell(site, run, 'ana', { type: 'set_speed', percent: 200 });
    expect(await position()).toBe(key);
    lag = 2;
    expect(howItIs(await reach(site, run, ENDS))).toEqual({ state: 'completed', holding: null, speed: 200 });
    expect(await touches()).toEqual([{ touched: 1, rows: 40_000 }]);
    expect(await progress(run)).toMatchObject({ doneRows: 40_000, totalRows: 40_000, note: '' });
  });
});

describe.each(['', ' workers=2'])('F2 F3 kill -9 in the middle of a backfill%s', (option) => {
  beforeEach(async () => {
    site = await startSite({ files: files(option), schema: SCHEMA, observe: '500ms' });
  });

  it('four workers die, the fifth goes on at the exact key: every row once', { timeout: 120_000 }, async () => {
    const run = await tell(site, await approvedRun(site), 'olga', { type: 'start' });
    const file = new URL('../support/mortal-worker.ts', import.meta.url);
    const keys: number[] = [];
    for (let deaths = 0; deaths < 4; deaths += 1) {
      const child = fork(file, {
        env: { ...process.env, ...site.env, DIE_AT: '0', DIE_WHEN: '' },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const before = await filled();
      const dead = once(child, 'exit');
      await until(async () => (await filled()) > before, { what: 'some batches', deadlineMs: 30_000 });
      child.kill('SIGKILL');
      await dead;
      keys.push(await filled());
    }
    expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    expect(keys.at(-1)).toBeLessThan(40_000);
    worker = startWorker(site.services, 'fifth');
    expect((await reach(site, run, ENDS)).state).toBe('completed');
    expect(await touches()).toEqual([{ touched: 1, rows: 40_000 }]);
    expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
  });
});
