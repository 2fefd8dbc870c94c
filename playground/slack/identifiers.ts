import { createHash, randomBytes } from 'node:crypto';

export const team = { id: 'T0LOCALDEV', name: 'Local stand-in', domain: 'local-stand-in' } as const;
export const app = { id: 'A0LOCALAPP', botId: 'B0LOCALBOT', botUserId: 'U0LOCALBOT' } as const;

/** Slack's deprecated verification token; every payload still carries one. */
export const verificationToken = 'local-verification-token';

/** An id that is the same after a restart, because a program keeps channel ids in its database. */
export function lastingId(prefix: string, name: string): string {
  return prefix + createHash('sha256').update(name).digest('hex').slice(0, 9).toUpperCase();
}

/** An id that is new each time. */
export function freshId(prefix: string): string {
  return prefix + randomBytes(5).toString('hex').toUpperCase();
}

/** Something that cannot be guessed: tickets, triggers, response_urls. */
export function secret(): string {
  return randomBytes(16).toString('hex');
}

/** The block_id Slack makes up for a block that has none. */
export function freshBlockId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}
