import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HumanCommand } from '../../src/domain/commands.ts';
import type { Run } from '../../src/domain/run.ts';
import type { ApplyRequest, Services, UnitOutcome } from '../../src/ports.ts';
import { OVER, workAndDie } from '../support/mortal.ts';
import { sql } from '../support/postgres.ts';
import { startSite, type Site } from '../support/site.ts';
import { approvedRun, reach, startWorker, tell } from '../support/story.ts';

const COUNT = 20;
const VERSIONS = Array.from({ length: COUNT }, (_, index) => String(index + 1).padStart(4, '0'));
const SCHEMA = 'CREATE TABLE effects (number int NOT NULL)';
/** Each of them would be seen twice if it were applied twice. */
const FILES = Object.fromEntries(
  VERSIONS.flatMap((version) => [
    [`${version}_small.up.sql`, `INSERT INTO effects VALUES (${Number(version)});\n`],
    [`${version}_small.down.sql`, `DELETE FROM effects WHERE number = ${Number(version)};\n`],
  ]),
);

let site: Site;
let worker: { stop(): Promise<void> } | null = null;

beforeEach(async () => {
  site = await startSite({ files: FILES, schema: SCHEMA, observe: '10m' });
});

afterEach(async () => {
  await worker?.stop();
  worker = null;
  await site.stop();
});

const effects = async () =>
  (await sql<{ number: number }>(site.target.url, 'SELECT number FROM effects ORDER BY 1')).map(({ number }) => number);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const started = async () => tell(site, await approvedRun(site), 'olga', { type: 'start' });

/** How often each unit was begun, announced, withdrawn and applied, as the chain tells it. */
async function told(run: Run) {
  expect(await site.services.ledger.verify()).toMatchObject({ ok: true });
  const events = (await site.services.ledger.history({ runId: run.id, limit: 10_000 })).map(({ event }) => event);
  const positions = (type: 'unit_applied' | 'units_announced' | 'units_withdrawn') =>
    events.flatMap((event) => (event.type !== type ? [] : 'positions' in event ? event.positions : [event.position]));
  const ascending = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
  return {
    applied: ascending(positions('unit_applied')),
    announced: positions('units_announced'),
    withdrawn: ascending(positions('units_withdrawn')),
  };
}

/** A worker of this process that does `before` when it comes to a unit, and may answer for the target. */
function workerThat(before: (request: ApplyRequest) => Promise<UnitOutcome | null>): void {
  const targets = new Map(
    [...site.services.targets].map(([name, context]) => {
      const apply = async (request: ApplyRequest) => (await before(request)) ?? (await context.target.apply(request));
      return [name, { ...context, target: { ...context.target, apply } }];
    }),
  );
  const services: Services = { ...site.services, targets };
  worker = startWorker(services);
}

/** Somebody's click in the moment in which the worker comes to this unit. */
function clickedAt(position: number, run: Run, command: HumanCommand): void {
  workerThat(async ({ unit }) => {
    if (unit.position === position) await tell(site, run, 'ana', command);
    return null;
  });
}

describe('small units that are announced together', () => {
  it.each([1, 7, 19])(
    'F2 the worker dies behind effect %i, which nobody recorded: the next one finds out and does none twice',
    async (at) => {
      const run = await started();
      expect(await workAndDie(site, run, { when: 'after-effect', at })).toBe(true);
      worker = startWorker(site.services, 'successor');
      await reach(site, run, ['observing']);
      expect(await effects()).toEqual(upTo(COUNT));
      const { applied, announced } = await told(run);
      expect(applied).toEqual(VERSIONS.map((_, position) => position));
      expect(announced.length).toBeGreaterThan(0);
    },
  );

  it('F2 every worker dies behind its third effect: the run completes and nothing is done twice', { timeout: 180_000 }, async () => {
    const run = await started();
    for (let deaths = 0; (await effects()).length < COUNT - 3; deaths += 1) {
      expect(deaths).toBeLessThan(COUNT);
      expect(await workAndDie(site, run, { when: 'after-effect', at: 3 })).toBe(true);
    }
    worker = startWorker(site.services, 'successor');
    await reach(site, run, ['observing']);
    expect(await effects()).toEqual(upTo(COUNT));
  });

  it('F2 the worker dies and somebody presses Roll back: what was applied is undone, what never began is withdrawn', async () => {
    const run = await started();
    expect(await workAndDie(site, run, { when: 'after-effect', at: 5 })).toBe(true);
    await tell(site, run, 'ana', { type: 'roll_back' });
    worker = startWorker(site.services, 'successor');
    const ended = await reach(site, run, OVER);
    expect(ended.state).toBe('rolled_back');
    expect(await effects()).toEqual([]);
    expect(ended.rollback?.undone).toEqual(['0005', '0004', '0003', '0002', '0001']);
    expect((await told(run)).withdrawn.at(-1)).toBe(COUNT - 1);
  });

  it('stops after the step that is under way, and leaves nothing announced', async () => {
    const run = await started();
    clickedAt(5, run, { type: 'stop_after_step' });
    const held = await reach(site, run, ['holding']);
    expect(held.holding?.reason).toBe('stopped');
    expect(held.units.every(({ state }) => state === 'applied')).toBe(true);
    expect(held.units.length).toBeGreaterThanOrEqual(6);
    expect(await effects()).toEqual(upTo(held.units.length));
    await tell(site, run, 'olga', { type: 'resume' });
    await reach(site, run, ['observing']);
    expect(await effects()).toEqual(upTo(COUNT));
  });

  it('rolls back at once from the middle of them', async () => {
    const run = await started();
    clickedAt(5, run, { type: 'roll_back' });
    expect((await reach(site, run, OVER)).state).toBe('rolled_back');
    expect(await effects()).toEqual([]);
  });

  it('holds at the one that fails: those before it are recorded, those behind it are not at stake', async () => {
    const run = await started();
    workerThat(({ unit }) => Promise.resolve(unit.position === 6 ? { result: 'failed', message: '42P01' } : null));
    const held = await reach(site, run, ['holding']);
    expect(held.holding).toMatchObject({ reason: 'statement_failed', detail: '42P01' });
    expect(held.units.map(({ state }) => state)).toEqual([...upTo(6).map(() => 'applied'), 'begun']);
    expect(await effects()).toEqual(upTo(6));
    expect((await told(run)).withdrawn).toEqual(VERSIONS.slice(7).map((_, index) => index + 7));
  });
});

describe('small changes of the schema that travel together', () => {
  const TABLES = VERSIONS.map((version) => `small_${version}`);
  const PLAIN = Object.fromEntries(
    VERSIONS.flatMap((version) => [
      [`${version}_small.up.sql`, `CREATE TABLE small_${version} ();\n`],
      [`${version}_small.down.sql`, `DROP TABLE small_${version};\n`],
    ]),
  );
  const tables = async () =>
    (await sql<{ relname: string }>(site.target.url, "SELECT relname FROM pg_class WHERE relname LIKE 'small%' ORDER BY 1")).map(
      ({ relname }) => relname,
    );

  beforeEach(async () => {
    await site.stop();
    site = await startSite({ files: PLAIN, schema: SCHEMA, observe: '10m' });
  });

  it('F2 the worker dies behind several that nobody recorded: the next one finds out and does none twice', async () => {
    const run = await started();
    expect(await workAndDie(site, run, { when: 'after-effect', at: 2 })).toBe(true);
    expect((await tables()).length).toBeGreaterThan(2);
    worker = startWorker(site.services, 'successor');
    await reach(site, run, ['observing']);
    expect(await tables()).toEqual(TABLES);
    expect((await told(run)).applied).toEqual(VERSIONS.map((_, position) => position));
  });
});
