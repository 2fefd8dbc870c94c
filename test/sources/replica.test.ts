import { expect, it } from 'vitest';
import { lagOf, p95 } from '../../src/sources/postgres.ts';

it.each([
  [{ name: 'a', hidden: false, seconds: 3.5, bytes: 100 }, 3.5],
  [{ name: 'a', hidden: false, seconds: null, bytes: 0 }, 0],
])('a replica %j lags %d s (R27)', (replica, lag) => {
  expect(lagOf(replica)).toBe(lag);
});

it.each([
  [{ name: 'a', hidden: true, seconds: null, bytes: null }, 'GRANT pg_monitor'],
  [{ name: 'a', hidden: false, seconds: null, bytes: 4096 }, '4096 bytes behind and reports no time'],
  [{ name: 'a', hidden: false, seconds: null, bytes: null }, 'an unknown number of bytes behind'],
  [{ name: 'slot b', hidden: false, seconds: null, bytes: 10 }, 'slot b has no reader'],
])('a replica %j is unknown, not zero', (replica, why) => {
  expect(() => lagOf(replica)).toThrow(why);
});

it('p95 of twenty is the nineteenth, of one the one, of none no number', () => {
  expect(p95(Array.from({ length: 20 }, (_, index) => 20 - index))).toBe(19);
  expect(p95([7])).toBe(7);
  expect(p95([])).toBeNaN();
});
