import { millis, type Instant } from '../../domain/instant.ts';
import type { Actor } from '../../domain/people.ts';
import { inWords } from '../../domain/refusal.ts';
import type { Window } from '../../domain/window.ts';
import { cut } from './limits.ts';

/** Text from people, files and databases, made harmless in mrkdwn: `<!channel>`, links and entities stay letters. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escaped and cut to `max` characters of the original, on one line. */
export function phrase(text: string, max: number): string {
  return escape(cut(text.replaceAll(/\s+/g, ' ').trim(), max)).replaceAll('`', 'ˋ');
}

/** Inline code. A backtick inside would end it. */
export function code(text: string, max = 200): string {
  return `\`${phrase(text, max)}\``;
}

/** The first words of a statement as inline code, without the comments above and inside it. */
export function excerpt(sql: string, max: number): string {
  const words = sql.replaceAll(/\/\*[\s\S]*?\*\//g, ' ').replaceAll(/^\s*--.*$/gm, '');
  return code(words.trim() === '' ? sql : words, max);
}

/** A block of code; at most `max` characters of the original. */
export function codeBlock(text: string, max: number): string {
  return `\`\`\`${escape(cut(text.trim(), max)).replaceAll('`', 'ˋ')}\`\`\``;
}

/** A quoted sentence that something follows: with its full stop. */
export function stopped(text: string): string {
  return text === '' || /[.!?…:]$/.test(text) ? text : `${text}.`;
}

/** A link with words of ours. An address with < > or | in it would break out of it, and is left as plain words. */
export function link(address: string, words: string): string {
  return /^https?:\/\/[^\s<>|]+$/.test(address) ? `<${address}|${words}>` : words;
}

/** A moment in the reader's own zone, with UTC for surfaces that cannot (R14). */
export function when(instant: Instant): string {
  return `<!date^${Math.floor(millis(instant) / 1000)}^{date_short_pretty} {time}|${utc(instant)}>`;
}

/** The time of day alone, in the reader's own zone. */
export function timeOf(instant: Instant): string {
  return `<!date^${Math.floor(millis(instant) / 1000)}^{time}|${utc(instant).slice(11)}>`;
}

/** The same to the second, for what happens by itself. */
export function atSecond(instant: Instant): string {
  return `<!date^${Math.floor(millis(instant) / 1000)}^{time_secs}|${instant.slice(11, 19)} UTC>`;
}

/** For plain text, which knows no date tokens: `2026-11-22 14:05 UTC`. */
export function utc(instant: Instant): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** ISO weekdays, Monday first. */
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** For plain text that must name the moment as the target's people say it: `Sun 2026-11-22 18:00 Europe/Berlin`. */
export function inZone(instant: Instant, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(millis(instant)).toZonedDateTimeISO(zone);
  return `${DAYS[local.dayOfWeek - 1]} ${local.toPlainDate().toString()} ${local.toPlainTime().toString().slice(0, 5)} ${zone}`;
}

/** Peak hours in the words of their zone: `09:00–18:00 Europe/Berlin on Mon Tue`. */
export function peakHours({ peakFrom, peakTo, zone, days }: Window): string {
  const on = days.length === 7 ? '' : ` on ${days.map((day) => DAYS[day - 1]).join(' ')}`;
  return `${clock(peakFrom)}–${clock(peakTo)} ${zone}${on}`;
}

/** `09:00` for 540. */
function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** Somebody's name without a ping: only the root message rings (R13). */
export function who(actor: Pick<Actor, 'name'>): string {
  return `@${phrase(actor.name, 60)}`;
}

/** Somebody's name with a ping, where the id is Slack's. */
export function mention(person: Pick<Actor, 'id' | 'name'>): string {
  return /^[UW][A-Z0-9]{2,}$/.test(person.id) ? `<@${person.id}>` : who(person);
}

/** A duration that was predicted. */
export function atMost(milliseconds: number): string {
  return milliseconds < 1000 ? 'under 1 s' : `up to ${inWords(milliseconds)}`;
}

/** `3 statements`, `1 statement`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** These people by mention, or the words when nobody is known. */
export function atWhom(people: readonly Pick<Actor, 'id' | 'name'>[], otherwise: string): string {
  return people.length === 0 ? otherwise : people.map(mention).join(' ');
}
