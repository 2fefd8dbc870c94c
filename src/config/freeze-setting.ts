import { z } from 'zod';
import type { Freeze, MonthDay, Recurrence } from '../domain/freeze.ts';
import { words } from './fields.ts';
import { minutesOfDay, weekday } from './measures.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NTH: Readonly<Record<string, number>> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 };
const LAST_DAYS = 28;

const EVERY_HINT =
  'Write days of the week (fri, fri - sun), of the month (day 15, day 1 - 3, last day, last 3 days, first mon, last fri) or of the year (dec 24, dec 20 - jan 3).';
const DATE_HINT = 'Write a date (2026-12-20) or a local date and time (2026-12-20 18:00).';
const TIME_HINT = 'Beside "every" it is a time of day: two digits each, from 00:00 to 24:00.';

/** The days on which a freeze comes back, as people write them; null for anything else. */
export function recurrence(text: string): Recurrence | null {
  const [first = '', last = first, ...more] = text
    .toLowerCase()
    .trim()
    .split(/\s*(?:-|–)\s*/);
  if (more.length > 0) return null;
  return ofWeek(first, last) ?? ofYear(first, last) ?? ofMonth(first, last) ?? (first === last ? countedInMonth(first) : null);
}

function ofWeek(first: string, last: string): Recurrence | null {
  const [from, to] = [weekday(first), weekday(last)];
  return from === null || to === null ? null : { by: 'week', from, to };
}

function ofYear(first: string, last: string): Recurrence | null {
  const [from, to] = [monthDay(first), monthDay(last)];
  return from === null || to === null ? null : { by: 'year', from, to };
}

function monthDay(text: string): MonthDay | null {
  const [, name = '', number] = /^([a-z]{3})\s+(\d{1,2})$/.exec(text) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  const day = Number(number);
  if (month === 0 || day < 1) return null;
  return day <= Temporal.PlainYearMonth.from({ year: 2028, month }).daysInMonth ? { month, day } : null;
}

function ofMonth(first: string, last: string): Recurrence | null {
  const from = /^day\s+(\d{1,2})$/.exec(first)?.[1];
  const to = /^(?:day\s+)?(\d{1,2})$/.exec(last)?.[1];
  if (from === undefined || to === undefined || Number(from) < 1 || Number(to) > 31 || Number(from) > Number(to)) return null;
  return { by: 'month', from: Number(from), to: Number(to) };
}

/** `last day`, `last 3 days`, `first mon`, `last fri`. */
function countedInMonth(text: string): Recurrence | null {
  if (text === 'last day') return { by: 'month', from: -1, to: -1 };
  const days = Number(/^last\s+(\d{1,2})\s+days$/.exec(text)?.[1] ?? 0);
  if (days > 0) return days <= LAST_DAYS ? { by: 'month', from: -days, to: -1 } : null;
  const [, which = '', name = ''] = /^([a-z]+)\s+([a-z]{3})$/.exec(text) ?? [];
  const [nth, day] = [NTH[which], weekday(name)];
  return nth === undefined || day === null ? null : { by: 'weekday_of_month', nth, weekday: day };
}

/** A local date and time; of a date alone the beginning, or as the end of a freeze the midnight behind it. Null for anything else. */
function localMoment(text: string, edge: 'from' | 'to'): string | null {
  try {
    const written = text.trim();
    if (/^\d{4}-\d{2}-\d{2}$/.test(written)) {
      const date = Temporal.PlainDate.from(written, { overflow: 'reject' });
      return `${(edge === 'from' ? date : date.add({ days: 1 })).toString()}T00:00`;
    }
    if (!/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(written)) return null;
    return Temporal.PlainDateTime.from(written.replace(' ', 'T'), { overflow: 'reject' }).toString({ smallestUnit: 'minute' });
  } catch {
    return null;
  }
}

type Written = {
  readonly reason: string;
  readonly every?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};
type Wrong = (key: keyof Written, message: string) => void;

function once({ reason, from = '', to = '' }: Written, wrong: Wrong): Freeze | null {
  const [begins, ends] = [localMoment(from, 'from'), localMoment(to, 'to')];
  if (begins === null) wrong('from', from === '' ? `is missing. ${DATE_HINT}` : `"${from}" is no date. ${DATE_HINT}`);
  if (ends === null) wrong('to', to === '' ? `is missing. ${DATE_HINT}` : `"${to}" is no date. ${DATE_HINT}`);
  if (begins === null || ends === null) return null;
  if (begins < ends) return { kind: 'once', reason, from: begins, to: ends };
  wrong('to', 'must come after "from".');
  return null;
}

function every({ reason, every: written = '', from = '00:00', to = '24:00' }: Written, wrong: Wrong): Freeze | null {
  const [on, begins, ends] = [recurrence(written), minutesOfDay(from), minutesOfDay(to)];
  if (on === null) wrong('every', `"${written}" names no days. ${EVERY_HINT}`);
  if (begins === null) wrong('from', `"${from}" is no time of day. ${TIME_HINT}`);
  if (ends === null) wrong('to', `"${to}" is no time of day. ${TIME_HINT}`);
  if (on === null || begins === null || ends === null) return null;
  const oneDay = on.by === 'weekday_of_month' || JSON.stringify(on.from) === JSON.stringify(on.to);
  if (!oneDay || begins < ends) return { kind: 'every', reason, on, from: begins, to: ends };
  wrong('to', 'must come after "from" on the same day. For a night write both days: fri - sat.');
  return null;
}

/** A bare number is an understandable slip, and gets the hint of its key. */
const written = z.union([z.string(), z.number().transform(String)]).optional();

/** One freeze: `from` and `to` with dates, or `every` with days and, where they are not whole, times of day. */
export const freeze = z
  .strictObject({ reason: words.optional(), every: written, from: written, to: written })
  .transform(({ reason = '', ...days }, context) => {
    // Of a key that is misspelled nobody knows what it would have said.
    if (context.issues.length > 0) return z.NEVER;
    const wrong: Wrong = (key, message) => context.addIssue({ code: 'custom', path: [key], message });
    if (reason === '') wrong('reason', 'is missing. Everybody whom it stops reads it.');
    return (days.every === undefined ? once({ ...days, reason }, wrong) : every({ ...days, reason }, wrong)) ?? z.NEVER;
  });
