import { describe, expect, test } from 'vitest';
import { recurrence } from '../../src/config/freeze-setting.ts';
import { LEAST, load, mistakes } from './workplace.ts';

function freezesOf(yaml: string) {
  const result = load(yaml);
  if (!result.ok) throw new Error(JSON.stringify(result.mistakes));
  return result.config.targets.get('production')?.window.freezes;
}

describe('the days on which a freeze comes back', () => {
  test.each([
    ['fri', { by: 'week', from: 5, to: 5 }],
    ['Fri - Mon', { by: 'week', from: 5, to: 1 }],
    ['last fri', { by: 'weekday_of_month', nth: -1, weekday: 5 }],
    ['second tue', { by: 'weekday_of_month', nth: 2, weekday: 2 }],
    ['day 15', { by: 'month', from: 15, to: 15 }],
    ['day 1 - 3', { by: 'month', from: 1, to: 3 }],
    ['last day', { by: 'month', from: -1, to: -1 }],
    ['last 3 days', { by: 'month', from: -3, to: -1 }],
    ['dec 24', { by: 'year', from: { month: 12, day: 24 }, to: { month: 12, day: 24 } }],
    ['dec 20-jan 3', { by: 'year', from: { month: 12, day: 20 }, to: { month: 1, day: 3 } }],
    ['feb 29', { by: 'year', from: { month: 2, day: 29 }, to: { month: 2, day: 29 } }],
  ])('%s', (text, read) => {
    expect(recurrence(text)).toEqual(read);
  });

  test.each([
    '',
    'friday',
    'fifth fri',
    'day 0',
    'day 32',
    'day 3 - 1',
    'dec 32',
    'feb 30',
    'last 29 days',
    'last 0 days',
    'mon - dec 24',
    'a - b - c',
    '15',
  ])('"%s" is none', (text) => {
    expect(recurrence(text)).toBeNull();
  });
});

test('freezes of all targets and of one are of its window, whole days to the midnight behind the last', () => {
  const yaml = `${LEAST}    freezes:
      - { every: 'last 3 days', reason: closing of the month }
      - { every: fri - sat, from: '22:00', to: '06:00', reason: batch night }
freezes:
  - { from: 2026-12-20, to: 2027-01-03, reason: Christmas }
  - { from: 2026-11-27 06:00, to: 2026-11-30T09:30, reason: Black Friday }
`;
  expect(freezesOf(yaml)).toEqual([
    { kind: 'once', reason: 'Christmas', from: '2026-12-20T00:00', to: '2027-01-04T00:00' },
    { kind: 'once', reason: 'Black Friday', from: '2026-11-27T06:00', to: '2026-11-30T09:30' },
    { kind: 'every', reason: 'closing of the month', on: { by: 'month', from: -3, to: -1 }, from: 0, to: 1440 },
    { kind: 'every', reason: 'batch night', on: { by: 'week', from: 5, to: 6 }, from: 1320, to: 360 },
  ]);
});

test('no freeze leaves the window as it was, so that no digest changes', () => {
  expect(freezesOf(LEAST)).toBeUndefined();
  expect(freezesOf(`${LEAST}freezes: []\n`)).toBeUndefined();
});

test('reports every mistake of every freeze together, each in its line', () => {
  const yaml = `${LEAST}freezes:
  - { from: 2026-12-20, to: 2027-01-03 }
  - { from: 2026-02-30, to: 24.12., reason: a }
  - { from: 2027-01-03, to: 2026-12-20, reason: b }
  - { every: friday, from: 9, reason: c }
  - { every: fri, from: '22:00', to: '06:00', reason: d }
  - { evry: fri, reason: e }
  - { reason: f }
`;
  const dates = 'Write a date (2026-12-20) or a local date and time (2026-12-20 18:00).';
  expect(mistakes(yaml)).toEqual([
    '16:5 freezes[0].reason: is missing. Everybody whom it stops reads it.',
    `17:7 freezes[1].from: "2026-02-30" is no date. ${dates}`,
    `17:25 freezes[1].to: "24.12." is no date. ${dates}`,
    '18:25 freezes[2].to: must come after "from".',
    '19:7 freezes[3].every: "friday" names no days. Write days of the week (fri, fri - sun), of the month (day 15, day 1 - 3, last day, last 3 days, first mon, last fri) or of the year (dec 24, dec 20 - jan 3).',
    '19:22 freezes[3].from: "9" is no time of day. Beside "every" it is a time of day: two digits each, from 00:00 to 24:00.',
    '20:34 freezes[4].to: must come after "from" on the same day. For a night write both days: fri - sat.',
    '21:7 freezes[5].evry: is no setting. Did you mean "every"?',
    `22:5 freezes[6].from: is missing. ${dates}`,
    `22:5 freezes[6].to: is missing. ${dates}`,
  ]);
});

test('R46 recheck_lead is five minutes, a third of a shorter preparation, and must lie inside the preparation', () => {
  const lead = (yaml: string) => {
    const result = load(yaml);
    return result.ok ? result.config.targets.get('production')?.timing.recheckMs : result.mistakes;
  };
  expect(lead(LEAST)).toBe(300_000);
  expect(lead(`${LEAST}    prepare_lead: 1h\n`)).toBe(300_000);
  expect(lead(`${LEAST}    prepare_lead: 3m\n`)).toBe(60_000);
  expect(lead(`${LEAST}    prepare_lead: 0s\n`)).toBe(0);
  expect(lead(`${LEAST}    prepare_lead: 3m\n    recheck_lead: 90s\n`)).toBe(90_000);
  expect(mistakes(`${LEAST}    recheck_lead: 15m\n`)).toEqual([
    '15:5 targets.production.recheck_lead: must be shorter than prepare_lead, or nothing could be prepared before it.',
  ]);
});
