import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import { OFFPEAK } from '../../src/domain/people.ts';
import { WATCHED } from '../../src/domain/run.ts';
import type { Claim } from '../../src/ports.ts';
import { AFTER, by, evening, healthEvidence } from '../support/runs.ts';
import { connect, sql } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

const LEASE_MS = 60_000;
const SOON_OVER_MS = 40;
/** Every target of these stories. */
const TARGETS = ['acme', 'a', 'b', 'c', 'd', 'waits', 'back', 'works'];

let on: TestLedger;
beforeEach(async () => {
  on = await aLedger();
});
afterEach(async () => {
  await on.drop();
});

async function claimed(worker: string, leaseMs = LEASE_MS): Promise<Claim> {
  const claim = await on.ledger.claim(worker, leaseMs, TARGETS);
  if (claim === null) throw new Error(`${worker} found nothing to claim`);
  return claim;
}

/** Claims once the lease before has run out. */
async function takenOver(worker: string): Promise<Claim> {
  return await until(() => on.ledger.claim(worker, LEASE_MS, TARGETS), { what: 'the lease to run out' });
}

describe('claim', () => {
  test('answers nothing when nothing is due', async () => {
    await played(on, 'planned');
    expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).toBeNull();
  });

  test('gives a due run to one worker, with the first epoch', async () => {
    const { run } = await played(on, 'checklist');
    const claims = await Promise.all(['w1', 'w2', 'w3', 'w4'].map((worker) => on.another().claim(worker, LEASE_MS, TARGETS)));
    const got = claims.filter((claim) => claim !== null);
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ run, fence: { epoch: 1 } });
  });

  test('gives different targets to different workers at once', async () => {
    for (const target of ['a', 'b', 'c', 'd']) await played(on, 'checklist', target);
    const claims = await Promise.all(['w1', 'w2', 'w3', 'w4'].map((worker) => on.another().claim(worker, LEASE_MS, TARGETS)));
    // SKIP LOCKED may let one worker miss a row that another is just taking; the next poll finds it.
    const targets = claims.flatMap((claim) => (claim === null ? [] : [claim.run.target]));
    for (
      let rest = await on.ledger.claim('late', LEASE_MS, TARGETS);
      rest !== null;
      rest = await on.ledger.claim('late', LEASE_MS, TARGETS)
    )
      targets.push(rest.run.target);
    expect(targets.toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each(['planned', 'completed', 'rolled_back_untouched', 'cancelled', 'failed'] as const)(
    'leaves alone a run that is %s',
    async (state) => {
      await played(on, state);
      await on.setClock(plus(evening('19:00'), 7 * 86_400_000));
      expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).toBeNull();
    },
  );

  test('R80 gives a run that was rolled back to a worker until somebody said whether it recovered', async () => {
    const { run } = await played(on, 'rolled_back');
    const claim = await claimed('w1');
    expect(claim.run.id).toBe(run.id);
    await on.ledger.execute(run.id, { type: 'record_recovery', after: AFTER, detail: '' }, OFFPEAK, claim.fence);
    await on.ledger.release(run.id, claim.fence);
    expect(await on.ledger.claim('w2', LEASE_MS, TARGETS)).toBeNull();
  });

  test('prefers a run on its way back to those that have waited longer', async () => {
    await played(on, 'checklist', 'waits');
    await played(on, 'rolling_back', 'back');
    await played(on, 'migrating', 'works');
    expect((await claimed('w1')).run.target).toBe('back');
    expect((await claimed('w1')).run.target).toBe('waits');
    expect((await claimed('w1')).run.target).toBe('works');
  });

  test('leaves the runs of targets that a worker has no settings for to one that has, those that are over too', async () => {
    await played(on, 'rolled_back', 'theirs');
    await played(on, 'rolling_back', 'theirs');
    expect(await on.ledger.claim('w1', LEASE_MS, ['ours'])).toBeNull();
    expect(await on.ledger.claim('w1', LEASE_MS, [])).toBeNull();
    const { run } = await played(on, 'checklist', 'ours');
    expect((await on.ledger.claim('w1', LEASE_MS, ['ours', 'other']))?.run.id).toBe(run.id);
    expect((await on.ledger.claim('w1', LEASE_MS, ['theirs']))?.run.target).toBe('theirs');
  });

  test('lets nobody wait for a person who is just changing the run', async () => {
    const { run } = await played(on, 'checklist');
    const person = await connect(on.url);
    await person.query('BEGIN');
    await person.query('SELECT FROM offpeak.run WHERE id = $1 FOR NO KEY UPDATE', [run.id]);
    expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).toBeNull();
    await person.query('COMMIT');
    expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).not.toBeNull();
    await person.end();
  });
});

describe('the due moment', () => {
  test('follows the clock of the ledger: readings are refreshed when three quarters of their life are over, not a second earlier', async () => {
    await played(on, 'checklist_ready');
    expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).toBeNull();
    await on.setClock(evening('17:18:14'));
    expect(await on.ledger.claim('w1', LEASE_MS, TARGETS)).toBeNull();
    await on.setClock(evening('17:18:15'));
    expect((await claimed('w1')).run.state).toBe('checklist');
  });

  test('is set again when the worker lets go: by what was done, or at once when nothing was', async () => {
    await played(on, 'checklist_ready');
    await on.setClock(evening('17:20'));
    const idle = await claimed('w1');
    await on.ledger.release(idle.run.id, idle.fence);

    const { run, fence } = await claimed('w2');
    expect(fence.epoch).toBe(idle.fence.epoch + 1);
    const evidence = healthEvidence(run.plan, evening('17:20'));
    expect(await on.ledger.execute(run.id, { type: 'record_evidence', evidence }, OFFPEAK, fence)).toMatchObject({ ok: true });
    await on.ledger.release(run.id, fence);
    await on.setClock(evening('17:31:14'));
    expect(await on.ledger.claim('w3', LEASE_MS, TARGETS)).toBeNull();
    await on.setClock(evening('17:31:15'));
    expect((await claimed('w3')).fence.epoch).toBe(fence.epoch + 1);
  });

  test('is set when a worker lets go that has done nothing though time has passed', async () => {
    const { run } = await played(on, 'checklist_ready');
    await sql(on.url, `UPDATE offpeak.run SET at_once = true`);
    const { fence } = await claimed('w1');
    await on.ledger.release(run.id, fence);
    expect(await sql(on.url, 'SELECT at_once, due_at, lease_owner, lease_until FROM offpeak.run')).toEqual([
      { at_once: false, due_at: new Date(evening('17:18:15')), lease_owner: null, lease_until: null },
    ]);
  });

  test('of a step that is wanted now survives a clock that is set back', async () => {
    await played(on, 'stopping');
    await on.setClock(plus(evening('19:00'), -12 * 3_600_000));
    expect((await claimed('w1')).run.state).toBe('stopping');
  });
});

describe('a lease', () => {
  test('keeps the others away while it is renewed, whatever the clock of the ledger says', async () => {
    const { run } = await played(on, 'migrating');
    const { fence } = await claimed('w1');
    expect(await on.ledger.renew(run.id, fence, LEASE_MS)).toBe(true);
    await on.setClock(plus(evening('19:00'), 86_400_000));
    expect(await on.ledger.claim('w2', LEASE_MS, TARGETS)).toBeNull();
    expect(await on.ledger.renew(run.id, fence, LEASE_MS)).toBe(true);
  });

  test('that ran out is taken over with the next epoch, and the old fence writes nothing more', async () => {
    await played(on, 'migrating');
    const old = await claimed('w1', SOON_OVER_MS);
    const { run, fence } = await takenOver('w2');
    expect(fence).toEqual({ worker: 'w2', epoch: old.fence.epoch + 1 });

    const hold = { type: 'hold', reason: 'lock_budget', detail: 'late' } as const;
    expect(await on.ledger.execute(run.id, hold, OFFPEAK, old.fence)).toMatchObject({ ok: false, refusal: { code: 'lost_lease' }, run });
    expect(await on.ledger.renew(run.id, old.fence, LEASE_MS)).toBe(false);
    await on.ledger.release(run.id, old.fence);
    expect(await on.ledger.renew(run.id, fence, LEASE_MS)).toBe(true);
    expect(await on.ledger.execute(run.id, hold, OFFPEAK, fence)).toMatchObject({ ok: true, run: { state: 'holding' } });
  });

  test('of the same worker from before its restart is an old fence too', async () => {
    await played(on, 'migrating');
    const old = await claimed('w1', SOON_OVER_MS);
    const { run, fence } = await takenOver('w1');
    expect(fence.epoch).toBe(old.fence.epoch + 1);
    expect(await on.ledger.execute(run.id, { type: 'begin_step', step: 'apply' }, OFFPEAK, old.fence)).toMatchObject({ ok: false });
  });

  test('that ran out writes nothing and is not renewed, even when nobody has taken it', async () => {
    await played(on, 'migrating');
    const { run, fence } = await claimed('w1', 1);
    const step = { type: 'begin_step', step: 'apply' } as const;
    await until(async () => !(await on.ledger.execute(run.id, step, OFFPEAK, fence)).ok, { what: 'the lease to run out' });
    expect(await on.ledger.execute(run.id, step, OFFPEAK, fence)).toMatchObject({ refusal: { code: 'lost_lease' } });
    expect(await on.ledger.renew(run.id, fence, LEASE_MS)).toBe(false);
  });

  test('binds the worker only: a person may roll back at any time', async () => {
    const { run } = await played(on, 'migrating');
    const { fence } = await claimed('w1');
    expect(await on.ledger.execute(run.id, { type: 'roll_back' }, by('ana'))).toMatchObject({ ok: true, run: { state: 'stopping' } });
    expect(await on.ledger.execute(run.id, { type: 'record_stopped', detail: '' }, OFFPEAK, fence)).toMatchObject({ ok: true });
  });

  test.each(WATCHED)('left behind by a dead worker is taken over while the run is %s, with nothing to do or not', async (state) => {
    await played(on, state);
    await sql(on.url, `UPDATE offpeak.run SET lease_owner = 'dead', lease_until = clock_timestamp() - interval '1 second', epoch = 7`);
    expect(await claimed('w2')).toMatchObject({ run: { state }, fence: { worker: 'w2', epoch: 8 } });
  });

  test('does not make readings of the monitor wait for a decision', async () => {
    const { run } = await played(on, 'migrating');
    const decision = await connect(on.url);
    await decision.query('BEGIN');
    await decision.query('SELECT FROM offpeak.run WHERE id = $1 FOR NO KEY UPDATE', [run.id]);
    await on.ledger.record(run.id, [{ metric: 'p95', at: evening('19:01'), value: 1, detail: '' }]);
    expect(await on.ledger.newest(run.id)).toBe(evening('19:01'));
    await decision.end();
  });
});
