import { instantOf, millis, type Instant } from '../domain/instant.ts';
import { BadUsage } from './exit.ts';

/** A moment as the target's people say it, with UTC: `2026-11-22 19:00 Europe/Berlin (18:00 UTC)`. */
export function moment(instant: Instant, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(millis(instant)).toZonedDateTimeISO(zone);
  const date = local.toPlainDate().toString();
  const utc = instant.slice(0, 10) === date ? instant.slice(11, 16) : `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
  return `${date} ${local.toPlainTime().toString().slice(0, 5)} ${zone} (${utc} UTC)`;
}

/** The time of day in the zone, to the second: `19:00:04`. */
export function timeOfDay(instant: Instant, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(millis(instant)).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 8);
}

/**
 * The moment somebody means: an ISO instant (`2026-11-22T18:00Z`), a local date and time (`2026-11-22 19:00`), or a time of day,
 * which is the next one. Local means the target's zone. Anything else is bad usage.
 */
export function momentMeant(text: string, { now, zone }: { readonly now: Instant; readonly zone: string }): Instant {
  const written = text.trim();
  try {
    if (/[zZ]|[+-]\d{2}:?\d{2}$/.test(written.slice(10))) return instantOf(Temporal.Instant.from(written).epochMilliseconds);
    if (/^\d{1,2}:\d{2}$/.test(written)) return nextTime(written.padStart(5, '0'), now, zone);
    if (!/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}/.test(written)) throw new RangeError('no time of day');
    return instantOf(Temporal.PlainDateTime.from(written.replace(' ', 'T')).toZonedDateTime(zone).epochMilliseconds);
  } catch {
    throw new BadUsage(`"${text}" is no moment. Write 22:30, "2026-11-22 22:30" (both in ${zone}) or 2026-11-22T21:30Z.`);
  }
}

function nextTime(time: string, now: Instant, zone: string): Instant {
  const today = Temporal.Instant.fromEpochMilliseconds(millis(now)).toZonedDateTimeISO(zone).toPlainDate();
  const at = (date: Temporal.PlainDate) => date.toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(zone).epochMilliseconds;
  return instantOf(at(today) > millis(now) ? at(today) : at(today.add({ days: 1 })));
}
