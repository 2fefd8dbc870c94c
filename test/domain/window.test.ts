import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, millis } from '../../src/domain/instant.ts';
import { isZone, judgeWindow, type Window } from '../../src/domain/window.ts';

const berlin: Window = { zone: 'Europe/Berlin', peakFrom: 540, peakTo: 1080, days: [1, 2, 3, 4, 5, 6, 7] };

/** The oracle: the wall clock of the zone as Intl writes it, which shares no line with the code under test. */
function wallClock(zone: string, at: string): { minutes: number; weekday: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map((part) => [part.type, part.value]));
  return { minutes: Number(parts['hour']) * 60 + Number(parts['minute']), weekday: parts['weekday'] ?? '' };
}

describe('R1 the window is [09:00, 18:00) in the zone of the target', () => {
  it.each([
    ['2026-11-24T07:59:59.000Z', true, '08:59:59'],
    ['2026-11-24T08:00:00.000Z', false, '09:00:00'],
    ['2026-11-24T16:59:59.000Z', false, '17:59:59'],
    ['2026-11-24T17:00:00.000Z', true, '18:00:00'],
  ])('%s (%s at %s in Berlin)', (at, open) => {
    expect(judgeWindow(berlin, at, 0).open).toBe(open);
  });

  it('R3 refuses a start whose predicted end crosses 09:00, and names 18:00 as the next moment that fits', () => {
    const verdict = judgeWindow(berlin, '2026-11-24T07:50:00.000Z', 30 * 60_000);
    expect(verdict).toEqual({
      open: false,
      reason: 'crosses',
      peak: { from: '2026-11-24T08:00:00.000Z', to: '2026-11-24T17:00:00.000Z' },
      next: '2026-11-24T17:00:00.000Z',
    });
  });

  it('R3 refuses an end at exactly 09:00:00, and allows one a second earlier', () => {
    expect(judgeWindow(berlin, '2026-11-24T07:30:00.000Z', 1_800_000).open).toBe(false);
    expect(judgeWindow(berlin, '2026-11-24T07:30:00.000Z', 1_799_000).open).toBe(true);
  });

  it('names no next moment for work that fits in no night', () => {
    expect(judgeWindow(berlin, '2026-11-24T17:00:00.000Z', 16 * 3_600_000)).toMatchObject({ open: false, next: null });
  });
});

describe('R2 clock changes', () => {
  it.each([
    ['spring forward, 29 March 2026', '2026-03-29T06:59:59.000Z', '2026-03-29T07:00:00.000Z', '2026-03-29T16:00:00.000Z'],
    ['the day before', '2026-03-28T07:59:59.000Z', '2026-03-28T08:00:00.000Z', '2026-03-28T17:00:00.000Z'],
    ['fall back, 25 October 2026', '2026-10-25T07:59:59.000Z', '2026-10-25T08:00:00.000Z', '2026-10-25T17:00:00.000Z'],
  ])('%s: closed from 09:00 to 18:00 on the wall', (_day, before, opens, ends) => {
    expect(judgeWindow(berlin, before, 0).open).toBe(true);
    expect(judgeWindow(berlin, opens, 0).open).toBe(false);
    expect(judgeWindow(berlin, ends, 0).open).toBe(true);
  });

  it('R2 knows IANA zones and refuses everything else', () => {
    expect(isZone('America/New_York')).toBe(true);
    expect(isZone('Berlin')).toBe(false);
    expect(isZone('')).toBe(false);
  });
});

const zones = fc.constantFrom(
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Sao_Paulo',
  'Africa/Casablanca',
  'UTC',
);
const instants = fc
  .integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2036-12-31T00:00:00Z') })
  .map((ms) => instantOf(ms - (ms % 1000)));

describe('properties', () => {
  it('agree with the wall clock of Intl at every moment of eight zones over ten years', () => {
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        const { minutes } = wallClock(zone, at);
        expect(judgeWindow({ ...berlin, zone }, at, 0).open).toBe(minutes < 540 || minutes >= 1080);
      }),
      { numRuns: 2_000 },
    );
  });

  it('invariant 1: the next moment that is named is later, fits, and no minute before it does', () => {
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 0, max: 13 * 60 }), (zone, at, minutes) => {
        const window = { ...berlin, zone };
        const verdict = judgeWindow(window, at, minutes * 60_000);
        if (verdict.open || verdict.next === null) return;
        expect(millis(verdict.next)).toBeGreaterThan(millis(at));
        expect(judgeWindow(window, verdict.next, minutes * 60_000).open).toBe(true);
        const justBefore = instantOf(millis(verdict.next) - 60_000);
        expect(judgeWindow(window, justBefore, minutes * 60_000).open).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leave days without peak hours alone', () => {
    const weekdays: Window = { ...berlin, days: [1, 2, 3, 4, 5] };
    expect(judgeWindow(weekdays, '2026-11-21T11:00:00.000Z', 3_600_000).open).toBe(true);
    expect(judgeWindow(weekdays, '2026-11-20T11:00:00.000Z', 3_600_000).open).toBe(false);
  });
});
