import type { Instant } from '../domain/instant.ts';
import type { Reading } from '../ports.ts';

/** Why there is no number, as a sentence; thrown by a reader and turned into an unreadable reading. */
export class Unreadable extends Error {}

/** Runs a reader: every failure becomes `{ ok: false, why }`, so that a number is only ever a measured one (invariant 10). */
export async function reading<T>(source: string, read: () => Promise<T>, sentence: (error: unknown) => string): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read(), source };
  } catch (error) {
    return { ok: false, why: error instanceof Unreadable ? error.message : sentence(error), source };
  }
}

/** The same for what says itself when it was measured. */
export async function datedReading<T>(
  source: string,
  read: () => Promise<{ readonly value: T; readonly at: Instant | undefined }>,
  sentence: (error: unknown) => string,
): Promise<Reading<T>> {
  const dated = await reading(source, read, sentence);
  if (!dated.ok) return dated;
  const { value, at } = dated.value;
  return { ok: true, value, source, ...(at === undefined ? {} : { at }) };
}

/** For readers that name every failure themselves. The error's own words may hold a secret, so its kind must do. */
export function unexpected(error: unknown): string {
  return `The source could not be read, for a reason of ours (${error instanceof Error ? error.name : 'unknown'}). Report it, please.`;
}
