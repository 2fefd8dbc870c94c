import { instantOf, millis, type Instant } from './instant.ts';

/** Month and day of every year. */
export type MonthDay = { readonly month: number; readonly day: number };

/** Which local days a freeze comes back on, from the first to the last of them. A day that a month does not have is its last one. */
export type Recurrence =
  /** ISO weekdays, over the end of the week where `to` comes before `from`. */
  | { readonly by: 'week'; readonly from: number; readonly to: number }
  /** The first (1) to fourth, or the last (-1), of a weekday in each month. */
  | { readonly by: 'weekday_of_month'; readonly nth: number; readonly weekday: number }
  /** Days of each month; negative ones count from its end, so that -1 is its last day. */
  | { readonly by: 'month'; readonly from: number; readonly to: number }
  /** Over New Year where `to` comes before `from`. */
  | { readonly by: 'year'; readonly from: MonthDay; readonly to: MonthDay };

/** A time in which nothing goes forward, whatever the hour: local times of the target's zone, the end exclusive. */
export type Freeze = { readonly reason: string } & (
  | {
      readonly kind: 'once';
      /** Local date and time, e.g. `2026-12-20T00:00`. */
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly kind: 'every';
      readonly on: Recurrence;
      /** Minutes after midnight of the first day, and of the last one. */
      readonly from: number;
      readonly to: number;
    }
);

/** One occurrence of a freeze, the end exclusive. */
export type Frozen = { readonly reason: string; readonly from: Instant; readonly to: Instant };

type Days = { readonly first: Temporal.PlainDate; readonly last: Temporal.PlainDate };

/** No occurrence is longer than a year. */
const LONGEST_DAYS = 367;

/** When the wall clock of the zone shows that many minutes after midnight: in a gap or an overlap, the reading that closes more (F38). */
export function wallClock(
  zone: string,
  { date, minutes, edge }: { date: Temporal.PlainDate; minutes: number; edge: 'begin' | 'end' },
): Instant {
  const day = minutes === 1440 ? date.add({ days: 1 }) : date;
  const time = Temporal.PlainTime.from({ hour: Math.floor((minutes % 1440) / 60), minute: minutes % 60 });
  return inZone(zone, day.toPlainDateTime(time), edge);
}

function inZone(zone: string, local: Temporal.PlainDateTime, edge: 'begin' | 'end'): Instant {
  return instantOf(local.toZonedDateTime(zone, { disambiguation: edge === 'begin' ? 'earlier' : 'later' }).epochMilliseconds);
}

/** The local day of an instant. */
export function localDay(zone: string, at: Instant): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(millis(at)).toZonedDateTimeISO(zone).toPlainDate();
}

/** Every occurrence that reaches into the days from `first` to `last`; in order of its beginning. */
export function occurrences(freezes: readonly Freeze[], zone: string, { first, last }: Days): readonly Frozen[] {
  const from = wallClock(zone, { date: first, minutes: 0, edge: 'begin' });
  const to = wallClock(zone, { date: last, minutes: 1440, edge: 'end' });
  return freezes
    .flatMap((freeze) => (freeze.kind === 'once' ? [oneOff(freeze, zone)] : recurring(freeze, zone, { first, last })))
    .filter((frozen) => millis(frozen.to) > millis(from) && millis(frozen.from) < millis(to))
    .toSorted((a, b) => millis(a.from) - millis(b.from));
}

function oneOff({ reason, from, to }: Extract<Freeze, { kind: 'once' }>, zone: string): Frozen {
  const at = (local: string, edge: 'begin' | 'end') => inZone(zone, Temporal.PlainDateTime.from(local), edge);
  return { reason, from: at(from, 'begin'), to: at(to, 'end') };
}

function recurring({ reason, on, from, to }: Extract<Freeze, { kind: 'every' }>, zone: string, days: Days): readonly Frozen[] {
  return spansOf(on, days).map(({ first, last }) => ({
    reason,
    from: wallClock(zone, { date: first, minutes: from, edge: 'begin' }),
    to: wallClock(zone, { date: last, minutes: to, edge: 'end' }),
  }));
}

/** The days of every occurrence that may reach into these days, and of some around them. */
function spansOf(on: Recurrence, { first, last }: Days): readonly Days[] {
  switch (on.by) {
    case 'week':
      return datesFrom(first.subtract({ days: 8 }), last, { days: 1 })
        .filter((date) => date.dayOfWeek === on.from)
        .map((date) => ({ first: date, last: date.add({ days: (on.to - on.from + 7) % 7 }) }));
    case 'weekday_of_month':
      return monthsFrom(first, last).map((month) => {
        const day = nthWeekday(month, on);
        return { first: day, last: day };
      });
    case 'month':
      return monthsFrom(first, last).map((month) => ({ first: dayOf(month, on.from), last: dayOf(month, on.to) }));
    case 'year':
      return yearsFrom(first, last).map((year) => {
        const begins = Temporal.PlainDate.from({ year, ...on.from });
        const ends = Temporal.PlainDate.from({ year, ...on.to });
        return { first: begins, last: inOrder(on.from, on.to) ? ends : Temporal.PlainDate.from({ year: year + 1, ...on.to }) };
      });
  }
}

function inOrder(from: MonthDay, to: MonthDay): boolean {
  return from.month < to.month || (from.month === to.month && from.day <= to.day);
}

function datesFrom(first: Temporal.PlainDate, last: Temporal.PlainDate, step: { days: number }): readonly Temporal.PlainDate[] {
  const dates: Temporal.PlainDate[] = [];
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add(step)) dates.push(date);
  return dates;
}

/** First days of the months that these days touch, and of the one before: the last night of a month reaches into the next. */
function monthsFrom(first: Temporal.PlainDate, last: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  const months: Temporal.PlainDate[] = [];
  const begin = first.with({ day: 1 }).subtract({ months: 1 });
  for (let month = begin; Temporal.PlainDate.compare(month, last) <= 0; month = month.add({ months: 1 })) months.push(month);
  return months;
}

function yearsFrom(first: Temporal.PlainDate, last: Temporal.PlainDate): readonly number[] {
  const begin = first.subtract({ days: LONGEST_DAYS }).year;
  return Array.from({ length: last.year - begin + 1 }, (_, index) => begin + index);
}

/** Day 31 of a month of thirty days is its last; day -3 is the third from its end. */
function dayOf(month: Temporal.PlainDate, day: number): Temporal.PlainDate {
  const found = day > 0 ? Math.min(day, month.daysInMonth) : month.daysInMonth + 1 + day;
  return month.with({ day: found });
}

function nthWeekday(month: Temporal.PlainDate, { nth, weekday }: { nth: number; weekday: number }): Temporal.PlainDate {
  if (nth > 0) return month.add({ days: ((weekday - month.dayOfWeek + 7) % 7) + 7 * (nth - 1) });
  const end = month.with({ day: month.daysInMonth });
  return end.subtract({ days: (end.dayOfWeek - weekday + 7) % 7 });
}
