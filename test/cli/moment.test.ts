import { expect, test } from 'vitest';
import { BadUsage } from '../../src/cli/exit.ts';
import { moment, momentMeant } from '../../src/cli/moment.ts';

const zone = 'Europe/Berlin';
const now = '2026-11-24T18:30:00.000Z';

test.each([
  ['20:00', '2026-11-24T19:00:00.000Z'],
  ['19:30', '2026-11-25T18:30:00.000Z'],
  ['9:15', '2026-11-25T08:15:00.000Z'],
  ['2026-12-01 22:30', '2026-12-01T21:30:00.000Z'],
  ['2026-12-01T22:30', '2026-12-01T21:30:00.000Z'],
  ['2026-12-01T22:30Z', '2026-12-01T22:30:00.000Z'],
  ['2026-12-01T22:30+05:30', '2026-12-01T17:00:00.000Z'],
])('--at %s means %s', (text, instant) => expect(momentMeant(text, { now, zone })).toBe(instant));

test.each(['', 'tonight', '25:00', '2026-13-01 10:00', '2026-12-01', '10'])('--at "%s" means nothing', (text) => {
  expect(() => momentMeant(text, { now, zone })).toThrow(BadUsage);
});

test('a moment is told in the zone and in UTC, with the date where it differs', () => {
  expect(moment(now, zone)).toBe('2026-11-24 19:30 Europe/Berlin (18:30 UTC)');
  expect(moment('2026-11-24T23:30:00.000Z', zone)).toBe('2026-11-25 00:30 Europe/Berlin (2026-11-24 23:30 UTC)');
});
