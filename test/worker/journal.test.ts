import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/commands.ts';
import type { Backend } from '../../src/domain/events.ts';
import type { Run, UnitRun } from '../../src/domain/run.ts';
import type { Outcome } from '../../src/ports.ts';
import { journal } from '../../src/worker/journal.ts';
import type { Task } from '../../src/worker/task.ts';
import { aRun } from '../support/runs.ts';

const BACKEND: Backend = { pid: 4711, startedAt: '2026-11-24T18:00:00.000Z' };
const result = (position: number) => ({ position, statements: [], ms: 1, longestWaitMs: 0, tries: 1 });

function unit(position: number, state: UnitRun['state']): UnitRun {
  return { position, state, begunAt: '', endedAt: null, backend: BACKEND, attempts: 1, ms: 0, longestWaitMs: 0, statements: [] };
}

/** A ledger that announces up to `until` and records what it is told; `answer` may refuse or break a report. */
function aTask(until: number, answer: (command: Command) => Outcome | null = () => null) {
  const told: Command[] = [];
  let run: Run = aRun({ state: 'migrating', units: [] });
  const report = (command: Command): Promise<Outcome> => {
    told.push(command);
    const other = answer(command);
    if (other !== null) return Promise.resolve(other);
    let units = [...run.units];
    if (command.type === 'record_units') {
      const applied = new Set(command.units.map(({ position }) => position));
      units = units.filter(({ position }) => !command.withdrawn.includes(position));
      units = units.map((entry) => (applied.has(entry.position) ? { ...entry, state: 'applied' } : entry));
    }
    if (command.type === 'begin_unit')
      units = [
        unit(command.position, 'begun'),
        ...Array.from({ length: until - command.position }, (_, index) => unit(command.position + 1 + index, 'announced')),
      ];
    run = { ...run, units };
    return Promise.resolve({ ok: true, run, events: [] });
  };
  return { told, kept: journal({ report } as unknown as Task, () => Promise.resolve(null)) };
}

const recorded = (told: readonly Command[]) =>
  told.flatMap((command) => (command.type === 'record_units' ? command.units.map(({ position }) => position) : []));

describe('the journal of a worker', () => {
  it('knows only the intents that it recorded itself, on the very backend', async () => {
    const { kept } = aTask(3);
    expect(kept.intended(0, BACKEND)).toBe(false);
    expect(await kept.begin(0, BACKEND)).toBe(true);
    expect([0, 1, 2, 3, 4].map((position) => kept.intended(position, BACKEND))).toEqual([true, true, true, true, false]);
    expect(kept.intended(0, { ...BACKEND, pid: 1 })).toBe(false);
  });

  it('names the units behind of which it holds the intents too, so that one look at the locks serves them all', async () => {
    const { kept } = aTask(4);
    expect(kept.following(0)).toEqual([]);
    await kept.begin(0, BACKEND);
    expect(kept.following(0)).toEqual([1, 2, 3, 4]);
    expect(kept.following(2)).toEqual([3, 4]);
    expect(kept.following(4)).toEqual([]);
  });

  it('tells each result once and in order, and withdraws what was not begun', async () => {
    const { told, kept } = aTask(9);
    await kept.begin(0, BACKEND);
    for (const position of [0, 1, 2]) {
      kept.applied(result(position));
      expect(await kept.onward(position + 1)).not.toBeNull();
    }
    await kept.close(3);
    expect(recorded(told)).toEqual([0, 1, 2]);
    expect(told.at(-1)).toMatchObject({ type: 'record_units', withdrawn: [3, 4, 5, 6, 7, 8, 9] });
  });

  it('withdraws nothing of the unit that came to something else: how that one stands is asked of the target', async () => {
    const { told, kept } = aTask(4);
    await kept.begin(0, BACKEND);
    kept.applied(result(0));
    await kept.close(2);
    expect(told.at(-1)).toMatchObject({ withdrawn: [2, 3, 4] });
  });

  it('tells everything before it begins on another backend', async () => {
    const { told, kept } = aTask(4);
    await kept.begin(0, BACKEND);
    kept.applied(result(0));
    await kept.begin(1, { ...BACKEND, pid: 1 });
    expect(recorded(told)).toEqual([0]);
    expect(told.at(-1)).toMatchObject({ type: 'begin_unit', position: 1 });
  });

  it('goes no further once a report was refused: the lease may be lost', async () => {
    const lost: Outcome = { ok: false, refusal: { code: 'lost_lease' }, run: null };
    const { kept } = aTask(4, (command) => (command.type === 'record_units' ? lost : null));
    await kept.begin(0, BACKEND);
    kept.applied(result(0));
    await kept.close(1);
    expect(await kept.onward(1)).toBeNull();
  });

  it('goes no further once the ledger did not answer, and says so to whoever tells next', async () => {
    const { kept } = aTask(4, (command) => {
      if (command.type === 'record_units') throw new Error('the ledger is away');
      return null;
    });
    await kept.begin(0, BACKEND);
    kept.applied(result(0));
    await expect(kept.close(1)).rejects.toThrow('the ledger is away');
    await expect(kept.onward(1)).resolves.toBeNull();
  });
});
