import { createHash, timingSafeEqual } from 'node:crypto';
import type { Person } from '../domain/people.ts';

/** Whose token it is; kept as its hash, so that nothing of the process can give it away. */
export type TokenHash = { readonly person: string; readonly sha256: Buffer };

export function tokenHash(person: string, token: string): TokenHash {
  return { person, sha256: hashOf(token) };
}

/**
 * The person who sent `Authorization: Bearer TOKEN`; null when nobody did. Every token is compared, in constant time, whichever fits: how
 * long the answer takes says nothing.
 */
export function bearer(header: string | undefined, tokens: readonly TokenHash[], people: readonly Person[]): Person | null {
  const sent = hashOf(/^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '');
  let person: string | null = null;
  for (const known of tokens) if (timingSafeEqual(known.sha256, sent)) person = known.person;
  return people.find(({ id }) => id === person) ?? null;
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
