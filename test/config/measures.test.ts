import { expect, test } from 'vitest';
import { durationMs, minutesOfDay, share, weekday } from '../../src/config/measures.ts';
import { nearest } from '../../src/config/suggestion.ts';

test.each([
  ['50ms', 50],
  ['90s', 90_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['2d', 172_800_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['0s', 0],
])('%s is %d ms', (text, expected) => expect(durationMs(text)).toBe(expected));

test.each(['', '15', '15 m', '-5m', 'm', '5w', '1h 30m', '15M', '1e3s'])('"%s" is no duration', (text) =>
  expect(durationMs(text)).toBeNull(),
);

test.each([
  ['80%', 0.8],
  ['0.5%', 0.005],
  ['0.1 %', 0.001],
  ['99.9%', 0.999],
  [0.005, 0.005],
  ['0.25', 0.25],
  [1, 1],
  ['100%', 1],
])('%s is the share %d', (value, expected) => expect(share(value)).toBe(expected));

test.each([80, '80', '101%', '-1%', -0.1, '', '%', 'half', Number.NaN])('%s is no share', (value) => expect(share(value)).toBeNull());

test.each([
  ['00:00', 0],
  ['09:00', 540],
  ['18:30', 1110],
  ['24:00', 1440],
])('%s is minute %d of the day', (text, expected) => expect(minutesOfDay(text)).toBe(expected));

test.each(['9:00', '09:60', '24:01', '25:00', '0900', ''])('"%s" is no time of day', (text) => expect(minutesOfDay(text)).toBeNull());

test('weekdays count from Monday', () => {
  expect(['mon', 'Sun', 'SAT'].map(weekday)).toEqual([1, 7, 6]);
  expect(weekday('monday')).toBeNull();
});

test('the nearest word is a slip of the fingers away, or there is none', () => {
  expect(nearest('zome', ['zone', 'peak'])).toBe('zone');
  expect(nearest('migration', ['migrations', 'metrics'])).toBe('migrations');
  expect(nearest('holidays', ['from', 'to', 'days'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
});
