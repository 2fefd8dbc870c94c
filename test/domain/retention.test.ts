import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plus } from '../../src/domain/instant.ts';
import type { Backup } from '../../src/domain/proof.ts';
import { expired } from '../../src/domain/retention.ts';
import { aBackup } from '../support/plans.ts';

const NOW = '2026-11-22T20:00:00.000Z';

/** A backup that is so many days old. */
function aged(days: number, proved = true): Backup {
  const startedAt = plus(NOW, -days * 86_400_000);
  return aBackup({ id: `day-${days}`, startedAt, finishedAt: startedAt, ...(proved ? { provedAt: startedAt } : {}) });
}

const goes = (backups: readonly Backup[], keep: { days: number; count: number }, needed: readonly string[] = []) =>
  expired({ backups, keep, now: NOW, needed }).map(({ id }) => id);

describe('R42 retention removes', () => {
  it.each([
    ['what is past both limits, the oldest first', [1, 5, 20, 40], { days: 14, count: 2 }, ['day-40', 'day-20']],
    ['nothing that is young, however many there are', [1, 2, 3, 4], { days: 14, count: 1 }, []],
    ['nothing that is among the newest, however old', [100, 200], { days: 14, count: 2 }, []],
    ['never the newest proved one', [100, 200], { days: 1, count: 0 }, ['day-200']],
  ])('%s', (_title, days, keep, gone) => {
    expect(
      goes(
        days.map((day) => aged(day)),
        keep,
      ),
    ).toEqual(gone);
  });

  it('never one that an open run refers to', () => {
    expect(
      goes(
        [1, 40, 50].map((day) => aged(day)),
        { days: 14, count: 1 },
        ['day-50'],
      ),
    ).toEqual(['day-40']);
  });

  it('never one that was not proved, nor counts it as a newer one', () => {
    expect(goes([aged(1, false), aged(40), aged(50), aged(60, false)], { days: 14, count: 1 })).toEqual(['day-50']);
  });

  it('leaves the newest proved one, whatever is kept', () => {
    const backup = fc.record({ day: fc.integer({ min: 0, max: 400 }), proved: fc.boolean() });
    fc.assert(
      fc.property(fc.array(backup), fc.nat(400), fc.nat(5), (list, days, count) => {
        const backups = list.map(({ day, proved }, index) => ({ ...aged(day, proved), id: `${index}` }));
        const gone = expired({ backups, keep: { days, count }, now: NOW, needed: [] });
        const proved = backups.filter((each) => each.provedAt !== undefined);
        expect(gone.length).toBeLessThanOrEqual(Math.max(0, proved.length - Math.max(1, count)));
        expect(gone.every((each) => each.provedAt !== undefined)).toBe(true);
        const newest = proved.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
        if (newest) expect(gone.map((each) => each.startedAt === newest.startedAt && each.id === newest.id)).not.toContain(true);
      }),
    );
  });
});
