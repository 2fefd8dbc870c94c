import { between } from '../src/domain/instant.ts';
import { defineCheck, fromTheFuture, lately, noSource } from './check.ts';

const QUARTER_MS = 92 * 86_400_000;

/** A backup of this target was restored within the quarter, 92 days at most (R21). Our own proof by restore is such a drill. */
export const restoreDrill = defineCheck({
  item: 'restore_drill',
  title: 'A restore was tried this quarter',
  failureTitle: 'No restore was tried this quarter',
  means: 'When a backup of this target was last restored and compared; the proof of every run is such a drill.',
  unknown: 'The ledger does not answer, or the last restore is dated in the future.',
  read: ({ readings }) => readings?.restoreDrill?.() ?? noSource(),
  limit: ({ restoreDrillMs: limit = QUARTER_MS }) => `at most ${lately(limit)} ago`,
  judge: ({ restoredAt, backup }, { restoreDrillMs: limit = QUARTER_MS }, now) => {
    if (restoredAt === null)
      return { verdict: 'breach', value: 'no backup of this target was restored yet; the proof of this run will be the first' };
    const age = between(restoredAt, now);
    if (fromTheFuture(age)) return { verdict: 'unknown', value: 'the last restore is dated in the future: compare the clocks' };
    return { verdict: age <= limit ? 'pass' : 'breach', value: `${backup} restored ${lately(age)} ago` };
  },
});
