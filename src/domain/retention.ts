import { plus, type Instant } from './instant.ts';
import type { Backup } from './proof.ts';

/** How long and how many: a backup goes when it is older than `days` AND `count` newer proved ones are there. */
export type Keep = { readonly days: number; readonly count: number };

export type RetentionQuestion = {
  /** Backups of one target. */
  readonly backups: readonly Backup[];
  readonly keep: Keep;
  readonly now: Instant;
  /** Ids that open runs may still go back to. */
  readonly needed: readonly string[];
};

/**
 * What may be removed, oldest first: proved backups that are past both limits. One that was never proved stays, because nobody knows
 * what it is worth; so do the newest proved one and whatever an open run refers to.
 */
export function expired({ backups, keep, now, needed }: RetentionQuestion): readonly Backup[] {
  const proved = backups.filter(({ provedAt }) => provedAt !== undefined).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  const edge = plus(now, -keep.days * 86_400_000);
  return proved
    .slice(Math.max(1, keep.count))
    .filter(({ id, startedAt }) => startedAt < edge && !needed.includes(id))
    .toReversed();
}
