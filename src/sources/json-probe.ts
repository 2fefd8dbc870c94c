import { z } from 'zod';
import { instantOf, type Instant } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';
import { assertFresh } from './fresh.ts';
import type { HttpClient } from './http.ts';
import { bearer, hostOf, quantityOf, type Hidden, type Quantity, type TimeUnit } from './quantity.ts';
import { datedReading, unexpected, Unreadable } from './reading.ts';

/** A value out of any JSON over HTTP. */
export type JsonSettings = {
  /** The address; hidden because its query may hold a key. */
  readonly json: Hidden;
  /** Where the value stands, as a JSON pointer: https://www.rfc-editor.org/rfc/rfc6901 */
  readonly at: string;
  /** Where the moment of the measurement stands: ISO 8601 or seconds since 1970. */
  readonly time?: string | undefined;
  readonly token?: Hidden | undefined;
  readonly unit?: TimeUnit | undefined;
  readonly max_age: number;
};

export type JsonOptions = { readonly http: HttpClient; readonly now: () => Instant };

export function jsonReading(
  settings: JsonSettings,
  options: JsonOptions & { readonly quantity: Quantity },
): () => Promise<Reading<number>> {
  return probe(settings, options, (found, what) => {
    const number = z.number().safeParse(found);
    if (!number.success) throw new Unreadable(`${what} has no number at ${settings.at}.`);
    return quantityOf(number.data, options.quantity, { what, unit: settings.unit });
  });
}

/** When the newest automated backup was taken. */
export function jsonBackup(
  settings: JsonSettings,
  options: JsonOptions,
): () => Promise<Reading<{ newestAt: Instant | null; kind: string }>> {
  return probe(settings, options, (found, what) => {
    if (found === null) return { newestAt: null, kind: 'backup' };
    const newestAt = momentOf(found);
    if (newestAt === null) throw new Unreadable(`${what} has no time at ${settings.at}: ISO 8601 with a zone, or seconds since 1970.`);
    assertFresh(newestAt, { what, now: options.now(), maxAgeMs: Number.POSITIVE_INFINITY });
    return { newestAt, kind: 'backup' };
  });
}

/** Who is on call: a name or a list of names. */
export function jsonNames(settings: JsonSettings, options: JsonOptions): () => Promise<Reading<readonly string[]>> {
  return probe(settings, options, (found, what) => {
    const names = z.union([z.array(z.string().trim().min(1).max(200)).max(50), z.string().trim().min(1).max(200)]).safeParse(found);
    if (!names.success) throw new Unreadable(`${what} has neither a name nor a list of names at ${settings.at}.`);
    return [names.data].flat();
  });
}

function probe<T>(
  settings: JsonSettings,
  { http, now }: JsonOptions,
  read: (found: unknown, what: string) => T,
): () => Promise<Reading<T>> {
  const url = settings.json.reveal();
  const what = `The probe ${hostOf(url)}`;
  return () =>
    datedReading(
      `JSON ${hostOf(url)} ${settings.at}`,
      async () => {
        const answer = await http.json({ url, what, headers: bearer(settings.token) }, z.json());
        const at = settings.time === undefined ? undefined : measuredAt(answer, settings.time, what);
        if (at !== undefined) assertFresh(at, { what, now: now(), maxAgeMs: settings.max_age });
        return { value: read(pointed(answer, settings.at), what), at };
      },
      unexpected,
    );
}

function measuredAt(answer: unknown, pointer: string, what: string): Instant {
  const measured = momentOf(pointed(answer, pointer));
  if (measured === null) throw new Unreadable(`${what} has no time at ${pointer}.`);
  return measured;
}

/** The value at a pointer; undefined when there is none. */
function pointed(value: unknown, pointer: string): unknown {
  if (pointer === '') return value;
  let found = value;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

const Iso = z.iso.datetime({ offset: true });

function momentOf(found: unknown): Instant | null {
  const text = Iso.safeParse(found);
  if (text.success) return instantOf(Date.parse(text.data));
  return typeof found === 'number' && found > 0 && found < 1e11 ? instantOf(found * 1000) : null;
}
