import { z } from 'zod';
import { compressionOf } from '../domain/backup-form.ts';
import { isZone } from '../domain/window.ts';
import { databasePlace } from './database-url.ts';
import { durationMs, minutesOfDay, share, weekday } from './measures.ts';
import { Secret } from './secret.ts';

type Read<T> = (value: string) => T | null;

/** Text that `read` understands; `hint` says how to write it. */
export function text<T>(read: Read<T>, hint: (value: string) => string) {
  return z.string().transform((value, context) => {
    const result = read(value);
    if (result !== null) return result;
    context.addIssue({ code: 'custom', message: hint(value) });
    return z.NEVER;
  });
}

/** The same, where a bare number is an understandable slip that deserves the same hint. */
function measure<T>(read: Read<T>, hint: (value: string) => string) {
  return z.union([z.string(), z.number().transform(String)]).pipe(text(read, hint));
}

/** Text with something in it, without spaces around it. */
export const words = text(
  (value) => value.trim() || null,
  () => 'is empty.',
);

/** A length of time, in milliseconds; longer than nothing. */
export const duration = measure(
  (value) => durationMs(value) || null,
  (value) => `"${value}" is no length of time. Write a number and a unit: 50ms, 90s, 15m, 24h.`,
);

/** The same in seconds. */
export const seconds = duration.transform((milliseconds) => milliseconds / 1000);

/** A length of time that may be nothing, in milliseconds. */
export const durationOrZero = measure(durationMs, (value) => `"${value}" is no length of time. Write a number and a unit: 0s, 90s, 15m.`);

/** A share between 0 and 1. */
export const proportion = z.union([z.string(), z.number()]).transform((value, context) => {
  const result = share(value);
  if (result !== null) return result;
  context.addIssue({ code: 'custom', message: `"${value}" is no share. Write 80% or 0.8.` });
  return z.NEVER;
});

/** A whole number of at least `least`, also from a variable, where it arrives as text. */
export function whole(least: number) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const result = Number(value);
    if (Number.isInteger(result) && result >= least && String(value).trim() !== '') return result;
    context.addIssue({ code: 'custom', message: `"${value}" is no whole number of at least ${least}.` });
    return z.NEVER;
  });
}

/** How many times as much, more than once. */
export const factor = z.number().gt(1, 'must be more than 1.');

/** A time of day, in minutes after midnight. */
export const timeOfDay = measure(minutesOfDay, (value) => `"${value}" is no time of day. Write two digits each, from 00:00 to 24:00.`);

/** A name of the IANA time zone database (R2). */
export const zone = text(
  (value) => (isZone(value) && !/^[+-]/.test(value) ? value : null),
  (value) => `"${value}" is no IANA time zone. Write one like Europe/Berlin or America/New_York.`,
);

/** ISO weekdays, 1 to 7, in order. */
export const weekdays = z
  .array(text(weekday, (value) => `"${value}" is no weekday. Write mon, tue, wed, thu, fri, sat or sun.`))
  .min(1, 'has no day, so there would be no peak hours at all.')
  .transform((days) => [...new Set(days)].sort((a, b) => a - b));

/** How a dump is packed: a method, and a level it knows. */
export const packing = text(
  compressionOf,
  (value) => `"${value}" is no compression. Write none, gzip:1 to gzip:9, or from PostgreSQL 16 on lz4:1 to lz4:12 or zstd:1 to zstd:22.`,
);

/** A connection string; which one it was is not said in the mistake. */
export const connection = text(
  (value) => (databasePlace(value) === null ? null : new Secret(value)),
  () => 'is no connection string. Write postgresql://user:password@host:5432/database, best as a variable.',
);

/** A token that begins as Slack's tokens of its kind begin. */
export function token(prefix: string) {
  return text(
    (value) => (value.startsWith(prefix) && value.length > prefix.length ? new Secret(value) : null),
    () => `does not begin with ${prefix}; another kind of token was put here.`,
  );
}

/** Any other secret. */
export const hidden = words.transform((value) => new Secret(value));

/** Too long to be guessed. Which one it was is not said in the mistake. */
export const longSecret = text(
  (value) => (value.trim().length >= 32 && !/\s/.test(value.trim()) ? new Secret(value.trim()) : null),
  () => 'is too short or has spaces in it. Make one of at least 32 characters: openssl rand -hex 32',
);

/** An http(s) URL that somebody has really filled in (R56). */
export const address = text(
  (value) => (isAddress(value) ? value : null),
  (value) =>
    isPlaceholder(value)
      ? `still names the placeholder your-app.com. Write your application's own address.`
      : `"${value}" is no address. Write http://… or https://….`,
);

/** An address of somebody else's service: without a password in it, and none of the machine's own hidden services. */
export const endpoint = address.refine((value) => !hasPassword(value) && !isLinkLocal(value), {
  error: ({ input }) =>
    hasPassword(String(input))
      ? 'holds a password. Write it as token, best as a variable.'
      : 'is a link-local address, where clouds keep credentials of the machine. Nothing is read from there.',
});

/** The same where its query may hold a key. */
export const hiddenEndpoint = endpoint.transform((value) => new Secret(value));

/** A text that may be secret and may be empty. */
export const credential = z.string().transform((value) => new Secret(value));

function hasPassword(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username !== '' || password !== '';
}

/** https://www.rfc-editor.org/rfc/rfc3927 and its like in IPv6. */
function isLinkLocal(value: string): boolean {
  return (
    URL.canParse(value) && /^(169\.254\.|\[fe[89ab][0-9a-f]:|\[::ffff:a9fe:|metadata\.google\.internal$)/i.test(new URL(value).hostname)
  );
}

function isAddress(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value) && !isPlaceholder(value);
}

function isPlaceholder(value: string): boolean {
  return URL.canParse(value) && /(^|\.)your-app\.com\.?$/i.test(new URL(value).hostname);
}
