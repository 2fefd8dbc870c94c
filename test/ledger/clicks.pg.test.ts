import { afterAll, beforeAll, expect, it } from 'vitest';
import { pressTogether } from '../../bench/alerts/clicks.ts';
import type { Actor } from '../../src/domain/people.ts';
import type { Ledger } from '../../src/ports.ts';
import { by } from '../support/plans.ts';
import { aLedger, played, type TestLedger } from './a-ledger.ts';

let stage: TestLedger;
let processes: readonly Ledger[];

beforeAll(async () => {
  stage = await aLedger();
  processes = [stage.ledger, stage.another(), stage.another()];
});
afterAll(() => stage.drop());

const DOORS = ['slack', 'terminal', 'http'] as const;
const PRESSERS: readonly Actor[] = Array.from({ length: 50 }, (_, index) => {
  const name = (['nora', 'ana', 'sam', 'olga'] as const)[index % 4] ?? 'ana';
  return { ...by(name), via: DOORS[index % 3] ?? 'slack' };
});

it('fifty people press Roll back at once, at every door, on three processes: one effect, 20 rounds of 20 (invariant 7)', async () => {
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
