import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Freeze, Recurrence } from '../../src/domain/freeze.ts';
import { instantOf, millis, plus } from '../../src/domain/instant.ts';
import { freezesAhead, judgeWindow, type Window } from '../../src/domain/window.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const berlin = { zone: 'Europe/Berlin', peakFrom: 540, peakTo: 1080, days: [1, 2, 3, 4, 5, 6, 7] } as const;
const never = { zone: 'Europe/Berlin', peakFrom: 540, peakTo: 1080, days: [] } as const;
const christmas: Freeze = { kind: 'once', reason: 'Christmas', from: '2026-12-20T00:00', to: '2027-01-04T00:00' };

const every = (on: Recurrence, from = 0, to = 1440): Freeze => ({ kind: 'every', reason: 'x', on, from, to });

/** Whether the window is open on the whole of each local day, in a zone without clock changes: `1` open, `.` frozen. */
function days(freeze: Freeze, from: string, count: number): string {
  const window: Window = { ...never, zone: 'UTC', freezes: [freeze] };
  return Array.from({ length: count }, (_, day) => (judgeWindow(window, plus(from, day * DAY + 12 * HOUR), 0).open ? '1' : '.')).join('');
}

describe('invariant 1: nothing goes forward in a freeze', () => {
  const window: Window = { ...berlin, freezes: [christmas] };

  it('refuses from the first midnight to the last with the name of the freeze and the next moment, two weeks away', () => {
    expect(judgeWindow(window, '2026-12-19T22:59:59.000Z', 0).open).toBe(true);
    const frozen = { reason: 'Christmas', from: '2026-12-19T23:00:00.000Z', to: '2027-01-03T23:00:00.000Z' };
    const refused = { open: false, reason: 'freeze', freeze: frozen, next: '2027-01-03T23:00:00.000Z' };
    expect(judgeWindow(window, '2026-12-19T23:00:00.000Z', 0)).toMatchObject(refused);
    expect(judgeWindow(window, '2026-12-24T11:00:00.000Z', 0)).toMatchObject(refused);
    expect(judgeWindow(window, '2027-01-03T22:59:59.000Z', HOUR)).toMatchObject(refused);
    expect(judgeWindow(window, '2027-01-03T23:00:00.000Z', HOUR).open).toBe(true);
  });

  it('R3 refuses what is predicted to reach a freeze, and names the first moment after it', () => {
    expect(judgeWindow(window, '2026-12-19T22:30:00.000Z', 29 * MINUTE).open).toBe(true);
    expect(judgeWindow(window, '2026-12-19T22:30:00.000Z', 30 * MINUTE)).toMatchObject({
      open: false,
      reason: 'crosses_freeze',
      freeze: { reason: 'Christmas' },
      next: '2027-01-03T23:00:00.000Z',
    });
  });

  it('R3 looks behind the peak hours that follow a freeze', () => {
    const until: Window = { ...berlin, freezes: [{ ...christmas, to: '2027-01-04T08:30' }] };
    expect(judgeWindow(until, '2026-12-24T11:00:00.000Z', HOUR)).toMatchObject({ reason: 'freeze', next: '2027-01-04T17:00:00.000Z' });
  });

  it('finds the moment behind a freeze of three months, and none behind one that never ends', () => {
    const long: Window = { ...berlin, freezes: [{ ...christmas, from: '2026-10-15T00:00', to: '2027-01-15T00:00' }] };
    expect(judgeWindow(long, '2026-10-13T17:00:00.000Z', 15 * HOUR)).toMatchObject({ reason: 'crosses', next: null });
    expect(judgeWindow(long, '2026-10-20T07:30:00.000Z', HOUR)).toMatchObject({ next: '2027-01-14T23:00:00.000Z' });
    const always: Window = { ...berlin, freezes: [every({ by: 'week', from: 1, to: 7 })] };
    expect(judgeWindow(always, '2026-10-20T07:30:00.000Z', 0)).toMatchObject({ reason: 'freeze', next: null });
  });

  it('without freezes judges as before', () => {
    expect(judgeWindow(berlin, '2026-12-24T20:00:00.000Z', HOUR)).toEqual({ open: true });
  });
});

describe('a freeze that comes back', () => {
  it.each<[string, Freeze, string, string]>([
    ['fri - sun', every({ by: 'week', from: 5, to: 7 }), '2026-11-23T00:00:00.000Z', '1111...1111...'],
    ['sat - mon, over the end of the week', every({ by: 'week', from: 6, to: 1 }), '2026-11-23T00:00:00.000Z', '.1111...1111..'],
    ['first mon', every({ by: 'weekday_of_month', nth: 1, weekday: 1 }), '2026-11-30T00:00:00.000Z', '1111111.111111'],
    ['last fri', every({ by: 'weekday_of_month', nth: -1, weekday: 5 }), '2026-11-23T00:00:00.000Z', '1111.111111111'],
    ['day 31, in a month of thirty days', every({ by: 'month', from: 31, to: 31 }), '2026-11-28T00:00:00.000Z', '11.1'],
    ['day 1 - 2', every({ by: 'month', from: 1, to: 2 }), '2026-11-29T00:00:00.000Z', '11..11'],
    ['last 3 days of a February', every({ by: 'month', from: -3, to: -1 }), '2028-02-25T00:00:00.000Z', '11...1'],
    ['dec 24', every({ by: 'year', from: { month: 12, day: 24 }, to: { month: 12, day: 24 } }), '2030-12-23T00:00:00.000Z', '1.1'],
    [
      'dec 30 - jan 2, over New Year',
      every({ by: 'year', from: { month: 12, day: 30 }, to: { month: 1, day: 2 } }),
      '2026-12-29T00:00:00.000Z',
      '1....11',
    ],
    [
      'feb 29, in a year without',
      every({ by: 'year', from: { month: 2, day: 29 }, to: { month: 2, day: 29 } }),
      '2027-02-27T00:00:00.000Z',
      '1.1',
    ],
  ])('%s', (_name, freeze, from, drawn) => {
    expect(days(freeze, from, drawn.length)).toBe(drawn);
  });

  it('begins and ends at its times of day, on the days of both clock changes too (F38)', () => {
    const window: Window = { ...never, freezes: [every({ by: 'week', from: 6, to: 7 }, 22 * 60, 12 * 60)] };
    const edges = [
      ['2026-03-28T20:59:59.000Z', '2026-03-28T21:00:00.000Z', '2026-03-29T09:59:59.000Z', '2026-03-29T10:00:00.000Z'],
      ['2026-10-24T19:59:59.000Z', '2026-10-24T20:00:00.000Z', '2026-10-25T10:59:59.000Z', '2026-10-25T11:00:00.000Z'],
    ];
    for (const days of edges) expect(days.map((at) => judgeWindow(window, at, 0).open)).toEqual([true, false, false, true]);
  });

  it('is shown with the occurrence that comes first, the one of now before it', () => {
    const window: Window = { ...berlin, freezes: [every({ by: 'week', from: 5, to: 5 }), christmas] };
    expect(freezesAhead(window, '2026-12-18T11:00:00.000Z', 14)).toEqual([
      { reason: 'x', from: '2026-12-17T23:00:00.000Z', to: '2026-12-18T23:00:00.000Z' },
      { reason: 'Christmas', from: '2026-12-19T23:00:00.000Z', to: '2027-01-03T23:00:00.000Z' },
    ]);
    expect(freezesAhead(window, '2026-12-01T11:00:00.000Z', 7).map(({ reason }) => reason)).toEqual(['x']);
    expect(freezesAhead(berlin, '2026-12-01T11:00:00.000Z', 7)).toEqual([]);
  });
});

type Wall = { readonly date: string; readonly minutes: number; readonly weekday: number };

/** The oracle's clock: the wall of the zone as Intl writes it, which shares no line with the code under test. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
function wallOf(zone: string, ms: number): Wall {
  const format =
    FORMATS.get(zone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
    });
  FORMATS.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part['weekday'] ?? '') + 1;
  return {
    date: `${part['year']}-${part['month']}-${part['day']}`,
    minutes: Number(part['hour']) * 60 + Number(part['minute']),
    weekday,
  };
}

const lengthOf = (date: string) => new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
const shifted = (date: string, days: number) => new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
const weekdayOf = (date: string) => ((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

/** Whether an occurrence begins on that date, told by counting on the calendar. */
function beginsOn(on: Recurrence, date: string): boolean {
  const [month, day, length] = [Number(date.slice(5, 7)), Number(date.slice(8, 10)), lengthOf(date)];
  switch (on.by) {
    case 'week':
      return weekdayOf(date) === on.from;
    case 'weekday_of_month':
      if (weekdayOf(date) !== on.weekday) return false;
      return on.nth > 0 ? Math.ceil(day / 7) === on.nth : day + 7 > length;
    case 'month':
      return day === (on.from > 0 ? Math.min(on.from, length) : length + 1 + on.from);
    case 'year':
      return month === on.from.month && day === Math.min(on.from.day, length);
  }
}

function endsOn(on: Recurrence, date: string): boolean {
  switch (on.by) {
    case 'week':
      return weekdayOf(date) === on.to;
    case 'weekday_of_month':
      return true;
    case 'month':
      return beginsOn({ ...on, from: on.to }, date);
    case 'year':
      return beginsOn({ ...on, from: on.to }, date);
  }
}

/** Whether the wall clock stands in the freeze: some occurrence began on a day before and has not ended, looked for day by day. */
function frozenAt(freeze: Freeze, { date, minutes }: Wall): boolean {
  const clock = `${date}T${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  if (freeze.kind === 'once') return clock >= freeze.from && clock < freeze.to;
  for (let first = date, back = 0; back < 12; back += 1, first = shifted(date, -back)) {
    if (!beginsOn(freeze.on, first)) continue;
    let last = first;
    for (let ahead = 0; !endsOn(freeze.on, last) && ahead < 12; ahead += 1) last = shifted(last, 1);
    const begun = first < date || minutes >= freeze.from;
    const over = last < date || (last === date && minutes >= freeze.to);
    if (begun && !over) return true;
  }
  return false;
}

/** Occurrences of at most ten days, so that the oracle need not look far back. */
const weekday = fc.integer({ min: 1, max: 7 });
const monthDay = fc.record({ month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) });
const recurrence: fc.Arbitrary<Recurrence> = fc.oneof(
  fc.record({ by: fc.constant('week' as const), from: weekday, to: weekday }),
  fc.record({ by: fc.constant('weekday_of_month' as const), nth: fc.constantFrom(1, 2, 3, 4, -1), weekday }),
  fc
    .tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 0, max: 9 }))
    .map(([from, more]) => ({ by: 'month' as const, from, to: Math.min(31, from + more) })),
  fc.integer({ min: 1, max: 10 }).map((days) => ({ by: 'month' as const, from: -days, to: -1 })),
  fc.tuple(monthDay, fc.integer({ min: 0, max: 9 })).map(([from, more]) => {
    const to = new Date(Date.UTC(2027, from.month - 1, from.day + more));
    return { by: 'year' as const, from, to: { month: to.getUTCMonth() + 1, day: to.getUTCDate() } };
  }),
);
const times = fc
  .tuple(fc.integer({ min: 0, max: 1430 }), fc.integer({ min: 10, max: 1440 }))
  .map(([from, to]) => (from < to ? { from, to } : { from: 0, to: 1440 }));
const recurring = fc.tuple(recurrence, times).map(([on, { from, to }]) => every(on, from, to));
const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC');

/** Two days around: any moment, or one around a change of the clock in Berlin and New York. */
const moments = fc.oneof(
  fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2031-12-31T00:00:00Z') }).map((ms) => ms - (ms % MINUTE)),
  fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2027-03-14T07:00:00Z', '2027-11-07T06:00:00Z'),
      fc.integer({ min: -1440, max: 1440 }),
    )
    .map(([change, minutes]) => Date.parse(change) + minutes * MINUTE),
);

/** Within a gap or an overlap of the clock, and as long around it, closing more is allowed (F38). */
function nearChange(zone: string, ms: number): boolean {
  const at = (other: number) => {
    const wall = wallOf(zone, other);
    return Date.parse(`${wall.date}T00:00:00Z`) + wall.minutes * MINUTE - other;
  };
  return at(ms - 2 * HOUR) !== at(ms + 2 * HOUR);
}

describe('properties, against an oracle that goes minute by minute', () => {
  it('invariant 1: a freeze is closed whenever the wall clock stands in it, and only then but for the hours of a clock change', () => {
    fc.assert(
      fc.property(zones, recurring, moments, (zone, freeze, ms) => {
        const { open } = judgeWindow({ ...never, zone, freezes: [freeze] }, instantOf(ms), 0);
        const frozen = frozenAt(freeze, wallOf(zone, ms));
        if (frozen) expect(open).toBe(false);
        else if (!nearChange(zone, ms)) expect(open).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  it('invariant 1: a duration fits exactly when no minute of it stands in peak hours or in a freeze', () => {
    fc.assert(
      fc.property(zones, fc.array(recurring, { maxLength: 3 }), moments, fc.integer({ min: 0, max: 400 }), (zone, freezes, ms, minutes) => {
        const window: Window = { ...berlin, zone, freezes };
        const { open } = judgeWindow(window, instantOf(ms), minutes * MINUTE);
        const closed = Array.from({ length: minutes + 1 }, (_, minute) => wallOf(zone, ms + minute * MINUTE)).some(
          (wall) => (wall.minutes >= 540 && wall.minutes < 1080) || freezes.some((freeze) => frozenAt(freeze, wall)),
        );
        if (closed) expect(open).toBe(false);
        else if (!nearChange(zone, ms) && !nearChange(zone, ms + minutes * MINUTE)) expect(open).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('invariant 1: the next moment that is named is later, fits, and nothing before it does', () => {
    const several = fc.array(recurring, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(zones, several, moments, fc.integer({ min: 0, max: 10 * 60 }), (zone, freezes, ms, minutes) => {
        const window: Window = { ...berlin, zone, freezes };
        const verdict = judgeWindow(window, instantOf(ms), minutes * MINUTE);
        if (verdict.open || verdict.next === null) return;
        expect(millis(verdict.next)).toBeGreaterThan(ms);
        expect(judgeWindow(window, verdict.next, minutes * MINUTE).open).toBe(true);
        const step = Math.max(MINUTE, (millis(verdict.next) - ms) / 24);
        for (let before = ms; before < millis(verdict.next); before += step)
          expect(judgeWindow(window, instantOf(before), minutes * MINUTE).open).toBe(false);
        expect(judgeWindow(window, plus(verdict.next, -MINUTE), minutes * MINUTE).open).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
