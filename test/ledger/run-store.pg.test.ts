import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { replay } from '../../src/domain/evolve.ts';
import { plus } from '../../src/domain/instant.ts';
import { RUN_STATES, isActive } from '../../src/domain/run.ts';
import type { Outcome } from '../../src/ports.ts';
import { aPlan, by, evening, plannedDigest } from '../support/runs.ts';
import { sql } from '../support/postgres.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

let on: TestLedger;
beforeAll(async () => {
  on = await aLedger();
});
afterAll(async () => {
  await on.drop();
});

const plan = aPlan();
const request = (target: string) => ({ target, plan, digest: plannedDigest(plan), actor: by('nora') });

function carriedOut(outcomes: readonly Outcome[]): number {
  return outcomes.filter((outcome) => outcome.ok).length;
}

describe('create', () => {
  test('by two people at once makes one run, and the other is told which (20 rounds, two processes)', async () => {
    const other = on.another();
    for (let round = 0; round < 20; round += 1) {
      const target = `race-${round}`;
      const outcomes = await Promise.all([on.ledger.create(request(target)), other.create(request(target))]);
      expect(carriedOut(outcomes)).toBe(1);
      const made = outcomes.find((outcome) => outcome.ok)?.run;
      const refused = outcomes.find((outcome) => !outcome.ok);
      expect(refused).toMatchObject({ refusal: { code: 'active_run', number: made?.number, state: 'planned' }, run: { id: made?.id } });
    }
  });

  test('numbers runs without gaps, also when some were refused', async () => {
    const rows = await sql(
      on.url,
      'SELECT count(*)::int AS runs, max(number)::int AS highest, min(number)::int AS lowest FROM offpeak.run',
    );
    expect(rows).toEqual([{ runs: 20, highest: 20, lowest: 1 }]);
  });

  test('is possible again once the run before is over', async () => {
    const { run } = await played(on, 'cancelled', 'again');
    const next = await on.ledger.create(request('again'));
    expect(next).toMatchObject({ ok: true, run: { state: 'planned', number: run.number + 1, target: 'again' } });
  });

  test('is refused by the database itself, not only by the program, while a run is active', async () => {
    const insert = `INSERT INTO offpeak.run (id, number, target, state, active, version, head, created_at)
      VALUES (gen_random_uuid(), 9999, 'race-1', 'planned', true, 1, '', now())`;
    await expect(sql(on.url, insert)).rejects.toThrow('run_one_active_per_target');
  });
});

describe('a story on the real ledger', () => {
  test.each(RUN_STATES)('to %s gives the run of the domain, the same from memory, from the ledger and from the events', async (state) => {
    const target = `story-${state}`;
    const { run, story } = await played(on, state, target);
    const { id, number } = run;
    expect(run).toEqual({ ...story.run, id, number, target });

    const fresh = on.another();
    expect(await fresh.load(id)).toEqual(run);
    const history = await fresh.history({ runId: id, limit: 1000 });
    expect(
      replay(
        { id, number },
        history.map((link) => link.event),
      ),
    ).toEqual(run);
    expect(history.map((link) => link.event)).toEqual(
      story.events.map((event) => (event.type === 'planned' ? { ...event, target } : event)),
    );

    expect(await fresh.byNumber(number)).toEqual(run);
    expect(await fresh.latest(target)).toEqual(run);
    expect(await fresh.active(target)).toEqual(isActive(run) ? run : null);
    expect(await fresh.list({ target, limit: 5 })).toEqual([run]);
    expect(await fresh.list({ target, active: true, limit: 5 })).toEqual(isActive(run) ? [run] : []);
  });

  test('leaves a chain that verifies', async () => {
    expect(await on.ledger.verify()).toMatchObject({ ok: true, broken: null });
  });
});

describe('fifty clicks at once', () => {
  test('on Roll back have one effect, and forty-nine are told who was first (10 rounds, three processes)', async () => {
    const doors = [on.ledger, on.another(), on.another()];
    for (let round = 0; round < 10; round += 1) {
      const { run } = await played(on, 'preparing', `clicks-${round}`);
      const clicks = Array.from({ length: 50 }, async (_, click) => {
        const door = doors[click % doors.length] ?? on.ledger;
        return await door.execute(run.id, { type: 'roll_back' }, click % 2 === 0 ? by('ana') : by('sam'));
      });
      const outcomes = await Promise.all(clicks);
      expect(carriedOut(outcomes)).toBe(1);
      const first = outcomes.find((outcome) => outcome.ok)?.run?.rollback;
      const told = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.refusal]));
      expect(told).toEqual(Array.from({ length: 49 }, () => ({ code: 'already_rolling_back', by: `@${first?.by.name}`, at: first?.at })));
      expect((await on.ledger.load(run.id))?.version).toBe(run.version + 1);
    }
  });

  test('on Approve by one approver count once (10 rounds)', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { run } = await played(on, 'checklist_ready', `approve-${round}`);
      const approve = { type: 'approve', digest: run.digest } as const;
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => on.ledger.execute(run.id, approve, by('sam'))));
      expect(carriedOut(outcomes)).toBe(1);
      expect(outcomes.filter((outcome) => !outcome.ok && outcome.refusal.code === 'already_approved')).toHaveLength(49);
      expect((await on.ledger.load(run.id))?.approvals).toHaveLength(1);
    }
  });

  test('by two approvers reach the quorum once', async () => {
    const { run } = await played(on, 'checklist_ready', 'quorum');
    const approve = { type: 'approve', digest: run.digest } as const;
    await Promise.all(Array.from({ length: 50 }, (_, click) => on.ledger.execute(run.id, approve, by(click % 2 === 0 ? 'sam' : 'kim'))));
    const types = (await on.ledger.history({ runId: run.id, limit: 1000 })).map((link) => link.event.type);
    expect(types.slice(run.version)).toEqual(['approved', 'approved', 'quorum_reached']);
  });
});

describe('execute', () => {
  test('changes nothing when it refuses', async () => {
    const { run } = await played(on, 'checklist', 'refusal');
    const before = await sql(on.url, 'SELECT * FROM offpeak.run WHERE id = $1', [run.id]);
    const outcome = await on.ledger.execute(run.id, { type: 'approve', digest: run.digest }, by('guest'));
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'not_permitted' }, run: { version: run.version } });
    expect(await sql(on.url, 'SELECT * FROM offpeak.run WHERE id = $1', [run.id])).toEqual(before);
  });

  test('of a run that does not exist, or of an id that is none, is a refusal', async () => {
    for (const id of ['00000000-0000-4000-8000-000000000000', "42'; --"]) {
      expect(await on.ledger.execute(id, { type: 'cancel' }, by('nora'))).toMatchObject({
        ok: false,
        refusal: { code: 'no_run' },
        run: null,
      });
      expect(await on.ledger.load(id)).toBeNull();
    }
  });

  test('sees what another process did to a run it remembers', async () => {
    const { run } = await played(on, 'planned', 'two-doors');
    const other = on.another();
    await other.load(run.id);
    await on.ledger.execute(run.id, { type: 'start_checklist' }, by('nora'));
    expect(await other.load(run.id)).toMatchObject({ state: 'checklist', version: 3 });
    expect(await other.execute(run.id, { type: 'start_checklist' }, by('nora'))).toMatchObject({
      ok: false,
      refusal: { code: 'checklist_started' },
    });
  });

  test('keeps text that JSON and PostgreSQL find hard, to the letter', async () => {
    const { run } = await played(on, 'checklist', 'letters');
    const note = 'nul \u0000, half a pair \uD83D, quotes "\'\\, 🦉, \u2028 line';
    await on.ledger.execute(run.id, { type: 'confirm_item', item: 'staging', note }, { ...by('nora'), name: 'no\u0000ra 🦉' });
    const read = await on.another().load(run.id);
    expect(read?.evidence.staging).toMatchObject({ value: note, actor: { name: 'no\u0000ra 🦉' } });
    expect(await on.ledger.verify()).toMatchObject({ ok: true });
  });
});

describe('the clock of the ledger', () => {
  test('is offpeak.now(): every event has its moment', async () => {
    const at = evening('21:03:07');
    await on.setClock(at);
    expect(await on.ledger.now()).toBe(at);
    const outcome = await on.ledger.create(request('clock'));
    expect(outcome.ok && outcome.events[0]?.at).toBe(at);
  });

  test('runs by itself, with milliseconds, when nobody moves it', async () => {
    await on.setClock(null);
    const [first, second] = [await on.ledger.now(), await on.ledger.now()];
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(second)).toBeGreaterThanOrEqual(Date.parse(first));
  });

  test('set back is harmless: the order is the order of events, and the chain holds', async () => {
    const { run } = await played(on, 'checklist', 'back');
    const earlier = plus(evening('17:06'), -3 * 3_600_000);
    await on.setClock(earlier);
    const note = 'Looked again.';
    const outcome = await on.ledger.execute(run.id, { type: 'confirm_item', item: 'staging', note }, by('nora'));
    expect(outcome).toMatchObject({ ok: true, run: { version: run.version + 1 } });
    const times = (await on.ledger.history({ runId: run.id, limit: 10 })).map((link) => link.event.at);
    expect(times).toEqual([evening('17:05'), evening('17:05:05'), evening('17:06'), earlier]);
    expect(await on.another().load(run.id)).toEqual(outcome.ok && outcome.run);
    expect(await on.ledger.verify()).toMatchObject({ ok: true });
  });
});

test('list answers the newest first, of all targets, up to the limit', async () => {
  const runs = await on.ledger.list({ limit: 7 });
  const numbers = runs.map((run) => run.number);
  expect(numbers).toHaveLength(7);
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  const all = await on.another().list({ limit: 1000 });
  expect(all.map((run) => run.number)).toEqual(Array.from({ length: all.length }, (_, index) => all.length - index));
});
