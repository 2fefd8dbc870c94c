import { between } from '../src/domain/instant.ts';
import { defineCheck, fromTheFuture, lately, noSource } from './check.ts';

const DAY_MS = 86_400_000;

/** The provider's newest backup of its own is at most 24 h old (R19, M30): what exists counts, not what is scheduled. */
export const automatedBackup = defineCheck({
  item: 'automated_backup',
  title: 'The provider has a recent backup',
  failureTitle: 'The provider has no recent backup',
  means: 'Age of the newest backup that the provider really has; what is scheduled does not count.',
  unknown: 'The provider does not answer, or dates its backup in the future.',
  read: ({ readings }) => readings?.automatedBackup?.() ?? noSource(),
  limit: ({ automatedBackupMs: limit = DAY_MS }) => `at most ${lately(limit)} old`,
  judge: ({ newestAt, kind }, { automatedBackupMs: limit = DAY_MS }, now) => {
    if (newestAt === null) return { verdict: 'breach', value: `no ${kind} exists` };
    const age = between(newestAt, now);
    if (fromTheFuture(age)) return { verdict: 'unknown', value: `${kind} dated in the future: compare the clocks` };
    return { verdict: age <= limit ? 'pass' : 'breach', value: `${kind}, ${lately(age)} old` };
  },
});
