import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRESSERS, pressTogether } from '../../bench/alerts/clicks.ts';
import type { Ledger } from '../../src/ports.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

let stage: TestLedger;
let processes: readonly Ledger[];

beforeAll(async () => {
  stage = await aLedger();
  processes = [stage.ledger, stage.another(), stage.another()];
});
afterAll(() => stage.drop());

it('fifty people press Roll back at once, at every door, on three processes: one effect, 20 rounds (invariant 7)', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { run } = await played(stage, 'migrating', `acme-${round}`);
    const { effects, refusals } = await pressTogether(processes, run.id, PRESSERS);
    expect(effects, `round ${round}`).toBe(1);
    expect(refusals).toEqual(Array.from({ length: 49 }, () => 'already_rolling_back'));
    const events = await stage.ledger.history({ runId: run.id, limit: 10_000 });
    expect(events.filter(({ event }) => event.type === 'rollback_requested')).toHaveLength(1);
  }
  expect(await stage.ledger.verify()).toMatchObject({ ok: true, broken: null });
});
