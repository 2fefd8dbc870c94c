import { describe, expect, it } from 'vitest';
import type { CountedLosses } from '../../src/ports.ts';
import { counted, priceOf } from '../../src/usecases/price.ts';
import { aPlan } from '../support/plans.ts';
import { aRun } from '../support/runs.ts';

const NOW = '2026-11-24T19:00:00.000Z';
const { migrations } = aPlan();

function aCount(rows = 3): CountedLosses[] {
  return migrations.map(({ version, name }) => ({
    version,
    name,
    irreversible: false,
    questions: [{ line: 1, what: 'rows', sql: 'SELECT' }],
    answers: [{ state: 'counted', rows }],
  }));
}

describe('the price of a run', () => {
  it('is of every migration of the plan before the first write', async () => {
    const price = await priceOf({ losses: async () => aCount() }, aRun(), { now: NOW });
    expect(price).toMatchObject({ at: NOW, migrations: migrations.map(({ version }) => ({ version, kind: 'lossy', rows: 3 })) });
  });

  it('is not known where nobody can count, where the target is away, and where nothing can be rolled back', async () => {
    const losses = () => Promise.reject(new Error('away'));
    expect(await priceOf(undefined, aRun(), { now: NOW })).toBeNull();
    expect(await priceOf({}, aRun(), { now: NOW })).toBeNull();
    expect(await priceOf({ losses }, aRun(), { now: NOW })).toBeNull();
    expect(await priceOf({ losses: async () => aCount() }, { ...aRun(), state: 'completed' }, { now: NOW })).toBeNull();
  });

  it('is left out when counting takes longer than a reader waits', async () => {
    expect(await priceOf({ losses: () => new Promise(() => {}) }, aRun(), { now: NOW, patienceMs: 1 })).toBeNull();
  });
});

describe('counting', () => {
  it('is done once in a while, however often it is asked; less often when it takes long; again for other migrations', async () => {
    let [clock, asked] = [0, 0];
    const watch = { takes: 10 };
    const count = counted(
      async () => {
        asked += 1;
        clock += watch.takes;
        return aCount();
      },
      5_000,
      () => clock,
    );
    await Promise.all([count(migrations), count(migrations), count(migrations)]);
    clock += 4_000;
    await count(migrations);
    expect(asked).toBe(1);
    clock += 2_000;
    watch.takes = 1_000;
    await count(migrations);
    expect(asked).toBe(2);
    clock += 15_000;
    await count(migrations);
    expect(asked).toBe(2);
    await count(migrations.slice(1));
    expect(asked).toBe(3);
    clock += 20_001;
    await count(migrations.slice(1));
    expect(asked).toBe(4);
  });

  it('anew keeps no glance waiting, and nobody who decides sees the count of before', async () => {
    let clock = 0;
    const answers = [Promise.resolve(aCount(3)), new Promise<CountedLosses[]>(() => {})];
    const count = counted(
      () => answers.shift() ?? Promise.reject(new Error('asked too often')),
      5_000,
      () => clock,
    );
    await count(migrations);
    clock = 5_001;
    const context = { losses: count };
    expect((await priceOf(context, aRun(), { now: NOW }))?.migrations[0]).toMatchObject({ rows: 3 });
    expect(await priceOf(context, aRun(), { now: NOW, patienceMs: 1 })).toBeNull();
    clock = 15_001;
    expect(await priceOf(context, aRun(), { now: NOW })).toBeNull();
  });

  it('anew is what decides by itself: a count of before is not good enough for it, however young', async () => {
    const rows = [0, 4_000];
    const count = counted(
      () => Promise.resolve(aCount(rows.shift() ?? 9)),
      5_000,
      () => 0,
    );
    await count(migrations);
    expect((await priceOf({ losses: count }, aRun(), { now: NOW, patienceMs: 5_000 }))?.migrations[0]).toMatchObject({ rows: 0 });
    expect((await priceOf({ losses: count }, aRun(), { now: NOW, patienceMs: 5_000, fresh: true }))?.migrations[0]).toMatchObject({
      rows: 4_000,
    });
  });

  it('that failed is not tried at every look, and later again', async () => {
    let [clock, asked] = [0, 0];
    const away = () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve(aCount());
    };
    const count = counted(away, 5_000, () => clock);
    await expect(count(migrations)).rejects.toThrow('away');
    await expect(count(migrations)).rejects.toThrow('away');
    clock += 5_001;
    expect(await count(migrations)).toHaveLength(migrations.length);
    expect(asked).toBe(2);
  });
});
