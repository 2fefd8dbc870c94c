import { describe, expect, test } from 'vitest';
import { columnsNamed, readKey, withinRange, writeKey } from '../../src/target/backfill/key.ts';
import { rowsPerSecond, withPoint, type Point } from '../../src/target/backfill/rate.ts';
import { nextSize, rowCost, smaller } from '../../src/target/backfill/size.ts';
import { nextShorter, nextWalShare, NO_STRAIN, restMs, wantedMs } from '../../src/target/backfill/strain.ts';

const at = (percent: number) => ({ percent, brakes: [] });

describe('the size of a batch', () => {
  test('aims at the wanted time, by at most a factor of two, within its limits', () => {
    expect(nextSize(100, 20, 25)).toBe(125);
    expect(nextSize(100, 1, 25)).toBe(200);
    expect(nextSize(100, 1_000, 25)).toBe(50);
    expect(nextSize(1, 1_000, 25)).toBe(1);
    expect(nextSize(50_000, 1, 25, 0.001)).toBe(50_000);
  });

  test('among rows that do not match grows no larger than four batches in which all of them do', () => {
    expect(nextSize(9_000, 1, 25, 0.02)).toBe(5_000);
    expect(nextSize(9_000, 1, 25)).toBe(10_000);
  });

  test('the cost of a row is learned from batches that changed some, and remembered over those that changed none', () => {
    expect(rowCost(null, { ms: 25, rows: 3 })).toBe(null);
    const known = rowCost(null, { ms: 25, rows: 1_000 });
    expect(known).toBeCloseTo(0.025);
    expect(rowCost(known, { ms: 5, rows: 0 })).toBe(known);
    expect(rowCost(known, { ms: 55, rows: 1_000 })).toBeCloseTo(0.035);
  });

  test('comes down to a single row, which holds nothing else while it waits', () => {
    expect([200, 50, 12, 3, 1].map(smaller)).toEqual([50, 12, 3, 1, 1]);
  });
});

describe('the pace', () => {
  test('at full speed and without strain nothing rests', () => {
    expect(restMs(25, at(100), NO_STRAIN)).toBe(0);
    expect(restMs(25, at(200), NO_STRAIN)).toBe(0);
  });

  test('at 25 and 50 % that share of the time is worked; at 200 % batches take twice as long', () => {
    expect(restMs(25, at(50), NO_STRAIN)).toBe(25);
    expect(restMs(25, at(25), NO_STRAIN)).toBe(75);
    expect(wantedMs(25, at(50), NO_STRAIN)).toBe(25);
    expect(wantedMs(25, at(200), NO_STRAIN)).toBe(50);
  });

  test('the share for the log is cut to its limit at once and grows back slowly', () => {
    expect(nextWalShare(1, 500, 250)).toBe(0.5);
    expect(nextWalShare(0.5, 240, 250)).toBe(0.5);
    expect(nextWalShare(0.5, 100, 250)).toBe(0.625);
    expect(nextWalShare(0.9, 0, 250)).toBe(1);
    expect(nextWalShare(1, 1e12, 250)).toBe(0.05);
    expect(restMs(25, at(50), { walShare: 0.25, shorter: 1 })).toBe(75);
  });

  test('batches are halved while somebody waits behind us for longer than two of them, and never shorter than 5 ms', () => {
    expect(nextShorter(1, 51, 25)).toBe(2);
    expect(nextShorter(8, 900, 25)).toBe(8);
    expect(nextShorter(2, 50, 25)).toBe(1.6);
    expect(nextShorter(1, 0, 25)).toBe(1);
    expect(wantedMs(25, at(100), { walShare: 1, shorter: 2 })).toBe(12.5);
    expect(wantedMs(25, at(100), { walShare: 1, shorter: 8 })).toBe(5);
  });
});

describe('the rate', () => {
  const after = (points: readonly Point[]) => points.reduce<readonly Point[]>((known, point) => withPoint(known, point), []);

  test('is that of the last minute, rests included', () => {
    const seconds = Array.from({ length: 121 }, (_, second) => ({
      at: second * 1_000,
      done: second < 60 ? second * 100 : 6_000 + (second - 60) * 10,
    }));
    expect(rowsPerSecond(after(seconds))).toBeCloseTo(10);
    expect(after(seconds).length).toBeLessThanOrEqual(62);
  });

  test('is not told before a second has passed', () => {
    expect(rowsPerSecond([])).toBe(null);
    expect(
      rowsPerSecond([
        { at: 0, done: 0 },
        { at: 900, done: 90_000 },
      ]),
    ).toBe(null);
    expect(
      rowsPerSecond([
        { at: 0, done: 500 },
        { at: 2_000, done: 900 },
      ]),
    ).toBe(200);
  });

  test('of forty batches a second about four are kept', () => {
    const batches = Array.from({ length: 4_000 }, (_, index) => ({ at: index * 25, done: index * 100 }));
    expect(after(batches).length).toBeLessThanOrEqual(280);
    expect(rowsPerSecond(after(batches))).toBeCloseTo(4_000, -1);
  });
});

describe('the key', () => {
  test('is one column or several, quoted where the directive quotes it', () => {
    expect(columnsNamed('id')).toEqual(['id']);
    expect(columnsNamed('tenant_id,"a, b",id')).toEqual(['tenant_id', 'a, b', 'id']);
    expect(columnsNamed('"say ""x"""')).toEqual(['say "x"']);
  });

  test('is written to a marker and read back, with anything in it', () => {
    const one = [{ name: 'a', type: 'text' }];
    const two = [...one, { name: 'b', type: 'uuid' }];
    expect(readKey(writeKey(['["x"]']), one)).toEqual(['["x"]']);
    expect(readKey(writeKey(['k\'"\\', 'z']), two)).toEqual(['k\'"\\', 'z']);
  });

  test('confines a statement by one comparison of rows', () => {
    const columns = [
      { name: 'a', type: 'bigint' },
      { name: 'b', type: 'uuid' },
    ];
    expect(withinRange('"t"', columns, true)).toBe(
      '(("t"."a", "t"."b") > ($3::bigint, $4::uuid) AND ("t"."a", "t"."b") <= ($1::bigint, $2::uuid))',
    );
    expect(withinRange('"t"', columns.slice(0, 1), false)).toBe('("t"."a" <= $1::bigint)');
  });
});
